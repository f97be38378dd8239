import './require-node.js';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { isModel, MODEL_BYTES, MODEL_PATH, MODEL_URL } from '../src/analysis/sounds-model.ts';

/** Where the build takes the model from, if it is there. Git ignores it. */
const modelFile = resolve(import.meta.dirname, `../public${MODEL_PATH}`);

const OFF = 'Sounds are off. To add the model: npm run model -- FILE, or choose the file in the settings.';

/** A build is not held up for longer; who asks for the model may have a slow line. */
const BUILD_LIMIT_MS = 30_000;
const ASKED_LIMIT_MS = 600_000;
const PROGRESS_MS = 3000;

type Source = {
  /** Copied from there. */
  readonly file?: string;
  /** Asked for it otherwise. */
  readonly url?: string;
  /** Until the server answers, and whenever it falls silent. */
  readonly patienceMs?: number;
  /** For all of it. */
  readonly limitMs?: number;
  /** Every few seconds while it is downloaded. */
  readonly onProgress?: (line: string) => void;
};

/** Puts the model at `to` when it is the genuine one, and says in one line what happened. */
export async function fetchModel(
  to: string,
  { file, url = MODEL_URL, ...waiting }: Source = {},
): Promise<{ readonly isThere: boolean; readonly line: string }> {
  const from = file ?? new URL(url).host;
  const failed = (why: string) => ({
    isThere: false,
    line: `No model from ${from}: ${why}. ${existsSync(to) ? 'What was there stays.' : OFF}`,
  });
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = file === undefined ? await download(url, waiting) : new Uint8Array(readFileSync(file));
  } catch (error) {
    return failed(reasonOf(error));
  }
  if (!(await isModel(bytes.buffer)))
    return failed(
      bytes.length === MODEL_BYTES
        ? 'it has the right size, but its SHA-256 is not that of the genuine file'
        : `it has ${bytes.length} bytes, and the genuine file has ${MODEL_BYTES}`,
    );
  mkdirSync(dirname(to), { recursive: true });
  // Renamed into place: a build beside this one must not take half of it.
  const unfinished = `${to}.${process.pid}`;
  try {
    writeFileSync(unfinished, bytes);
    renameSync(unfinished, to);
  } catch (error) {
    rmSync(unfinished, { force: true });
    return failed(reasonOf(error));
  }
  return { isThere: true, line: `Sounds are on: the model from ${from} is the genuine one.` };
}

/** 4 MB may be slow, but nobody waits for silence, nor for ever. */
async function download(
  url: string,
  { patienceMs = 2500, limitMs = BUILD_LIMIT_MS, onProgress }: Omit<Source, 'file' | 'url'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const given = new AbortController();
  let timer = setTimeout(() => given.abort(), patienceMs);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => given.abort(), patienceMs);
  };
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([given.signal, AbortSignal.timeout(limitMs)]),
    });
    if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
    const bytes = new Uint8Array(MODEL_BYTES + 1);
    let length = 0;
    let toldAt = Date.now();
    for await (const piece of response.body) {
      alive();
      // One byte too many tells that it is not the file.
      bytes.set(piece.subarray(0, bytes.length - length), length);
      length = Math.min(bytes.length, length + piece.length);
      if (length > MODEL_BYTES) break;
      if (Date.now() < toldAt + PROGRESS_MS) continue;
      toldAt = Date.now();
      onProgress?.(`${Math.round((length * 100) / MODEL_BYTES)} % of the model is there.`);
    }
    return bytes.slice(0, length);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return 'no answer in time';
  if (error.name === 'TimeoutError') return 'it takes too long';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
  return code === null ? error.message : `it cannot be reached (${code})`;
}

/**
 * Whether the model is at `to`. What is there and is none, cut short or changed, is removed: all that lies there is
 * copied into the build.
 *
 * @param say gets a line about it
 */
export async function keptModel(to: string, say: (line: string) => void): Promise<boolean> {
  if (!existsSync(to)) return false;
  if (await isModel(new Uint8Array(readFileSync(to)).buffer)) return true;
  rmSync(to);
  say(`The model in ${relative(process.cwd(), to)} was damaged, and is removed.`);
  return false;
}

async function main(args: readonly string[]): Promise<void> {
  const isForBuild = args.includes('--if-absent');
  const named = args.find((argument) => !argument.startsWith('--'));
  if ((await keptModel(modelFile, console.log)) && isForBuild) {
    console.log(`Sounds are on: the model is in ${relative(process.cwd(), modelFile)}.`);
    return;
  }
  // From where it was typed, which npm leaves.
  const source =
    named === undefined
      ? { limitMs: isForBuild ? BUILD_LIMIT_MS : ASKED_LIMIT_MS, onProgress: console.log }
      : { file: resolve(process.env['INIT_CWD'] ?? '', named) };
  const { isThere, line } = await fetchModel(modelFile, source);
  console.log(line);
  // A build goes on without it.
  if (!isThere && !isForBuild) process.exitCode = 1;
}

if (import.meta.main) await main(process.argv.slice(2));
