import './require-node.js';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { isModel, MODEL_BYTES, MODEL_PATH, MODEL_URL } from '../src/analysis/sounds-model.ts';

/** Where the build takes the model from, if it is there. Git ignores it. */
const modelFile = resolve(import.meta.dirname, `../public${MODEL_PATH}`);

const OFF = 'Sounds are off. To add the model: npm run model -- FILE, or choose the file in the settings.';

type Source = {
  /** Copied from there. */
  readonly file?: string;
  /** Asked for it otherwise. */
  readonly url?: string;
  /** Until the server answers. */
  readonly patienceMs?: number;
};

/** Puts the model at `to` when it is the genuine one, and says in one line what happened. */
export async function fetchModel(
  to: string,
  { file, url = MODEL_URL, patienceMs = 2500 }: Source = {},
): Promise<{ readonly isThere: boolean; readonly line: string }> {
  const from = file ?? new URL(url).host;
  const failed = (why: string) => ({
    isThere: false,
    line: `No model from ${from}: ${why}. ${existsSync(to) ? 'What was there stays.' : OFF}`,
  });
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = file === undefined ? await download(url, patienceMs) : new Uint8Array(readFileSync(file));
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

/** As long as it takes once the server has answered: 4 MB may be slow, but nobody waits for silence. */
async function download(url: string, patienceMs: number): Promise<Uint8Array<ArrayBuffer>> {
  const given = new AbortController();
  let timer = setTimeout(() => given.abort(), patienceMs);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => given.abort(), patienceMs);
  };
  try {
    const response = await fetch(url, { signal: given.signal });
    if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
    const bytes = new Uint8Array(MODEL_BYTES + 1);
    let length = 0;
    for await (const piece of response.body) {
      alive();
      // One byte too many tells that it is not the file.
      bytes.set(piece.subarray(0, bytes.length - length), length);
      length = Math.min(bytes.length, length + piece.length);
      if (length > MODEL_BYTES) break;
    }
    return bytes.slice(0, length);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return 'no answer in time';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
  return code === null ? error.message : `it cannot be reached (${code})`;
}

async function main(args: readonly string[]): Promise<void> {
  const isForBuild = args.includes('--if-absent');
  const file = args.find((argument) => !argument.startsWith('--'));
  if (
    isForBuild &&
    existsSync(modelFile) &&
    (await isModel(new Uint8Array(readFileSync(modelFile)).buffer))
  ) {
    console.log(`Sounds are on: the model is in ${relative(process.cwd(), modelFile)}.`);
    return;
  }
  const { isThere, line } = await fetchModel(modelFile, file === undefined ? {} : { file });
  console.log(line);
  // A build goes on without it.
  if (!isThere && !isForBuild) process.exitCode = 1;
}

if (import.meta.main) await main(process.argv.slice(2));
