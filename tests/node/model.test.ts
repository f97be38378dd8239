import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fetchModel, keptModel } from '../../scripts/model.ts';
import { isModel, MODEL_BYTES } from '../../src/analysis/sounds-model.ts';

const genuine = resolve(import.meta.dirname, '../../../shared/models/yamnet.tflite');
const hasGenuine = existsSync(genuine);

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'talkthrough-model-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where the model would come, in a folder that is not there yet. */
function aPlace(): string {
  return join(aFolder(), 'models/yamnet.tflite');
}

function aFile(bytes: Uint8Array): string {
  const path = join(aFolder(), 'given.tflite');
  writeFileSync(path, bytes);
  return path;
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/yamnet.tflite`;
}

async function expectNone(source: Parameters<typeof fetchModel>[1], why: RegExp): Promise<void> {
  const to = aPlace();
  const { isThere, line } = await fetchModel(to, source);
  expect(isThere).toBe(false);
  expect(line).toMatch(why);
  expect(line).toMatch(/Sounds are off\. To add the model: npm run model/);
  expect(line).not.toContain('\n');
  expect(existsSync(to)).toBe(false);
}

test.skipIf(!hasGenuine)('the genuine file is copied, alone and whole', async () => {
  const to = aPlace();
  const { isThere, line } = await fetchModel(to, { file: genuine });
  expect([isThere, line]).toEqual([true, expect.stringMatching(/^Sounds are on/)]);
  expect(readFileSync(to).equals(readFileSync(genuine))).toBe(true);
  expect(readdirSync(join(to, '..'))).toEqual(['yamnet.tflite']);
});

test.skipIf(!hasGenuine)('the genuine file is downloaded', async () => {
  const to = aPlace();
  const url = await serve((_request, response) => response.end(readFileSync(genuine)));
  expect(await fetchModel(to, { url })).toMatchObject({ isThere: true });
  expect(readFileSync(to).equals(readFileSync(genuine))).toBe(true);
});

test('a file of another size, or one that is not there, is not taken', async () => {
  await expectNone(
    { file: aFile(new Uint8Array(1000)) },
    /it has 1000 bytes, and the genuine file has 4126810/,
  );
  await expectNone({ file: '/nowhere/yamnet.tflite' }, /ENOENT/);
});

test('a file of the right size with other bytes is not taken', async () => {
  await expectNone({ file: aFile(new Uint8Array(MODEL_BYTES)) }, /SHA-256/);
});

test('a server without it, one that sends another file, and one that sends for ever bring none', async () => {
  const missing = await serve((_request, response) => response.writeHead(404).end());
  await expectNone({ url: missing }, /answers 404/);
  const page = await serve((_request, response) => response.end('<!doctype html>'));
  await expectNone({ url: page }, /it has 15 bytes/);
  const endless = await serve((_request, response) => {
    const piece = Buffer.alloc(1_000_000);
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', more);
    more();
  });
  await expectNone({ url: endless }, /4126811 bytes/);
});

test('a server that does not answer, or falls silent, is not waited for', async () => {
  await expectNone({ url: await serve(() => undefined), patienceMs: 100 }, /no answer in time/);
  const silent = await serve((_request, response) => response.write('Half of'));
  await expectNone({ url: silent, patienceMs: 100 }, /no answer in time/);
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/`;
  gone.close();
  await once(gone, 'close');
  await expectNone({ url }, /cannot be reached \(ECONNREFUSED\)/);
});

test('a server that sends for too long is not waited for', async () => {
  const slow = await serve((_request, response) => {
    const timer = setInterval(() => response.write('A little more'), 20);
    response.on('close', () => clearInterval(timer));
  });
  await expectNone({ url: slow, limitMs: 300 }, /it takes too long/);
});

test('a damaged file is removed, and said', async () => {
  const to = aFile(new Uint8Array(1000));
  const said: string[] = [];
  expect(await keptModel(to, (line) => said.push(line))).toBe(false);
  expect(said).toEqual([expect.stringContaining('was damaged')]);
  expect(readdirSync(join(to, '..'))).toEqual([]);
  expect(await keptModel(to, (line) => said.push(line))).toBe(false);
  expect(said).toHaveLength(1);
});

test.skipIf(!hasGenuine)('a genuine file stays', async () => {
  expect(await keptModel(genuine, expect.unreachable)).toBe(true);
});

test('a file is named from where the command is typed', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'given.tflite'), new Uint8Array(1000));
  const script = resolve(import.meta.dirname, '../../scripts/model.ts');
  const env = { ...process.env, INIT_CWD: folder, NODE_OPTIONS: '' };
  const { stdout, status } = spawnSync(process.execPath, [script, 'given.tflite'], { env, encoding: 'utf8' });
  expect(stdout).toContain('it has 1000 bytes');
  expect(status).toBe(1);
});

test.skipIf(!hasGenuine)('what was there stays when nothing better comes', async () => {
  const to = aPlace();
  await fetchModel(to, { file: genuine });
  const { isThere, line } = await fetchModel(to, { file: aFile(new Uint8Array(10)) });
  expect([isThere, line]).toEqual([false, expect.stringMatching(/What was there stays/)]);
  expect(await isModel(new Uint8Array(readFileSync(to)).buffer)).toBe(true);
});
