import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

/*
 * Every boundary of ARCHITECTURE.md, broken once: a small tree with the project's own lint and compiler settings, right
 * imports in each layer, and one file per way to be wrong. A gate that never goes red guards nothing.
 */

const root = resolve(import.meta.dirname, '../..');
const tree = realpathSync(mkdtempSync(join(tmpdir(), 'talkthrough-layers-')));
afterAll(() => rmSync(tree, { recursive: true, force: true }));

const layers = ['src/domain', 'src/storage', 'src/finish', 'src/analysis', 'src/recorder', 'src'];

const rightWay: Readonly<Record<string, string>> = {
  'src/domain/ids.ts': `import * as v from 'valibot';
export type Id = string;
export const idSchema = v.string();
export type Event = { readonly tag: 'start' } | { readonly tag: 'stop' };
`,
  'src/storage/archive.ts': `import { openDB } from 'idb';
import type { Id } from '../domain/ids.ts';
export async function names(): Promise<readonly Id[]> {
  const databases = await indexedDB.databases();
  const database = await openDB('practice');
  database.close();
  return databases.map(({ name }) => name ?? '');
}
`,
  'src/finish/join.ts': `import { BufferTarget } from 'mediabunny';
import type { Id } from '../domain/ids.ts';
import { names } from '../storage/archive.ts';
export async function join(id: Id): Promise<number> {
  return (await names()).indexOf(id) + (new BufferTarget().buffer?.byteLength ?? 0);
}
`,
  'src/finish/finish.worker.ts': `import { expose } from 'comlink';
import { join } from './join.ts';
const api = { join };
export type Api = typeof api;
expose(api);
`,
  'src/finish/client.ts': `import { wrap } from 'comlink';
import type { Api } from './finish.worker.ts';
export async function finish(id: string): Promise<number> {
  const worker = new Worker(new URL('./finish.worker.ts', import.meta.url), { type: 'module' });
  return wrap<Api>(worker).join(id);
}
`,
  'src/analysis/peaks.ts': `import { WAVE } from 'mediabunny';
import type { Id } from '../domain/ids.ts';
export const peaks = (id: Id): string => id + WAVE.name;
`,
  'src/analysis/client.ts': `import type { Id } from '../domain/ids.ts';
export const analyse = (id: Id): Id => id;
`,
  'src/analysis/sounds-client.ts': `import { analyse } from './client.ts';
export const listen = (id: string): string => analyse(id);
`,
  'src/analysis/sounds.ts': `import { AudioClassifier } from '@mediapipe/tasks-audio';
export const ear = AudioClassifier;
`,
  'src/ui/Button.tsx': `import type { ReactNode } from 'react';
import type { Id } from '../domain/ids.ts';
export function Button({ id, children }: { readonly id: Id; readonly children: ReactNode }) {
  return (
    <button type="button" id={id}>
      {children}
    </button>
  );
}
`,
  'src/ui/timers.ts': `export const later = (run: () => void): number => window.setTimeout(run, 1);
export const every = (run: () => void): number => setInterval(run, 1);
`,
  'src/recorder/machine.ts': `import type { Event, Id } from '../domain/ids.ts';
export function next(event: Event): Id {
  switch (event.tag) {
    case 'start':
      return 'a';
    case 'stop':
      return 'b';
  }
}
`,
  'src/recorder/scope.ts': `export const after = (run: () => void): number => setTimeout(run, 1);
`,
  'src/recorder/RecorderPanel.tsx': `import { useEffect, useState } from 'react';
import { analyse } from '../analysis/client.ts';
import { finish } from '../finish/client.ts';
import { names } from '../storage/archive.ts';
import { Button } from '../ui/Button.tsx';
import { next } from './machine.ts';
import { after } from './scope.ts';
export function RecorderPanel() {
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = after(() => setText(next({ tag: 'start' })));
    return () => clearTimeout(timer);
  }, []);
  const start = async () => {
    setText(String((await names()).length + (await finish(analyse('a')))));
  };
  return (
    <form role="form" onSubmit={() => void start()}>
      <Button id="b">{text}</Button>
    </form>
  );
}
`,
  'src/player/transport.ts': 'export const rate = 1;\n',
  'src/rubric/definition.ts': `import * as v from 'valibot';
export const schema = v.string();
`,
  'src/app/Shell.tsx': `import { rate } from '../player/transport.ts';
import { RecorderPanel } from '../recorder/RecorderPanel.tsx';
import { schema } from '../rubric/definition.ts';
import { every, later } from '../ui/timers.ts';
export function Shell() {
  return (
    <main data-rate={rate} data-kind={schema.type} data-timers={[every, later].length}>
      <RecorderPanel />
    </main>
  );
}
`,
  'src/main.tsx': `import { createRoot } from 'react-dom/client';
import { Shell } from './app/Shell.tsx';
const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<Shell />);
`,
};

type Planted = { readonly path: string; readonly source: string };
type Wrong = Planted & { readonly what: string; readonly red: RegExp };

/** What each layer may import, and nothing else of what is listed here. */
const ours = [
  'domain',
  'storage',
  'finish',
  'analysis',
  'finish/client',
  'analysis/client',
  'analysis/sounds-client',
  'ui',
  'app',
] as const;
const features = [
  'recorder',
  'player',
  'rubric',
  'coaching',
  'reveal',
  'history',
  'library',
  'settings',
] as const;
const screens = ['react', 'react-dom/client', 'react-router', 'lucide-react'] as const;
const packages = ['idb', 'mediabunny', '@mediapipe/tasks-audio', 'valibot', 'comlink', ...screens] as const;
type Layer = (typeof ours)[number] | (typeof features)[number];
type Importable = Layer | (typeof packages)[number];

const doors: readonly Importable[] = [
  'domain',
  'storage',
  'ui',
  'finish/client',
  'analysis/client',
  'analysis/sounds-client',
];
const mayImport: Readonly<Record<Layer, readonly Importable[]>> = {
  domain: ['valibot'],
  storage: ['domain', 'idb', 'valibot'],
  finish: ['domain', 'storage', 'mediabunny', 'comlink'],
  analysis: ['domain', 'mediabunny', '@mediapipe/tasks-audio', 'comlink'],
  'finish/client': ['domain', 'comlink'],
  'analysis/client': ['domain', 'comlink'],
  'analysis/sounds-client': ['domain', 'comlink'],
  ui: ['domain', ...screens],
  recorder: [...doors, ...screens],
  player: [...doors, ...screens],
  rubric: [...doors, ...screens, 'valibot'],
  coaching: [...doors, ...screens],
  reveal: [...doors, ...screens],
  history: [...doors, ...screens],
  library: [...doors, ...screens, 'valibot'],
  settings: [...doors, ...screens],
  app: [...doors, ...features, ...screens],
};

/** One file per layer and thing it might import; within a layer anything goes. */
const imports = [...ours, ...features].flatMap((layer) =>
  [...ours, ...features, ...packages]
    .filter((target) => target.split('/', 1)[0] !== layer.split('/', 1)[0])
    .map((target) => {
      const isPackage = packages.some((name) => name === target);
      const isClient = layer.endsWith('client');
      const address = isPackage ? target : `../${target}${target.endsWith('client') ? '.ts' : '/thing.ts'}`;
      return {
        // A client is one file by its name, so each of its imports is a line of that file.
        path: isClient ? `src/${layer}.ts` : `src/${layer}/import-${target.replace('/', '-')}.ts`,
        source: `import '${address}';`,
        address,
        isAllowed: mayImport[layer].includes(target),
      };
    }),
);

const lint: readonly Wrong[] = [
  wrong(
    'not even for a type',
    'src/history/w1.ts',
    "export type { Event } from '../settings/a.ts';",
    /Features never import one another/,
  ),
  wrong(
    'not even lazily',
    'src/settings/w1.ts',
    "export const a = () => import('../library/a.ts');",
    /Features never import one another/,
  ),
  wrong(
    'not from a folder inside',
    'src/history/charts/w1.ts',
    "export { rate } from '../../player/transport.ts';",
    /Features never import one another/,
  ),
  wrong('app is for main.tsx', 'src/ui/w1.ts', "import '../main.tsx';", /ui knows domain/),
  wrong(
    'not a part of a package either',
    'src/app/w2.ts',
    "import 'mediabunny/x';",
    /Only src\/finish and src\/analysis/,
  ),
  wrong(
    'timers have owners',
    'src/player/w5.ts',
    'setTimeout(() => {}, 1);',
    /no-restricted-globals.*Timers belong/,
  ),
  wrong(
    'also under window',
    'src/player/w6.ts',
    'window.setInterval(() => {}, 1);',
    /no-restricted-properties.*Timers belong/,
  ),
  wrong(
    'also in storage',
    'src/storage/w5.ts',
    'globalThis.setTimeout(() => {}, 1);',
    /no-restricted-properties.*Timers belong/,
  ),
  wrong(
    'IndexedDB has an owner',
    'src/player/w7.ts',
    'export const a = indexedDB;',
    /no-restricted-globals.*Only src\/storage/,
  ),
  wrong(
    'also under globalThis',
    'src/app/w3.ts',
    'export const a = globalThis.indexedDB;',
    /no-restricted-properties.*Only src\/storage/,
  ),
  wrong(
    'owners of timers do not store',
    'src/recorder/scope.ts',
    'export const a = indexedDB;',
    /no-restricted-globals.*Only src\/storage/,
  ),
  wrong('no default exports', 'src/ui/w3.ts', 'export default 1;', /no-default-export/),
  wrong(
    'no cycles',
    'src/ui/w4.ts',
    "import { b } from './w5.ts';\nexport const a = (): number => b();",
    /no-cycle/,
  ),
  wrong(
    'no cycles, from the other side',
    'src/ui/w5.ts',
    "import { a } from './w4.ts';\nexport const b = (): number => a();",
    /no-cycle/,
  ),
  wrong(
    'no promise is left alone',
    'src/app/w4.ts',
    "import { names } from '../storage/archive.ts';\nexport const a = () => {\n  names();\n};",
    /no-floating-promises/,
  ),
  wrong(
    'every case of a union',
    'src/app/w5.ts',
    "import type { Event } from '../domain/ids.ts';\nexport const a = (event: Event) => {\n  switch (event.tag) {\n    case 'start':\n      return 1;\n  }\n  return 2;\n};",
    /switch-exhaustiveness-check/,
  ),
  wrong('no any', 'src/app/w6.ts', 'export const a = (b: any) => b;', /no-explicit-any/),
  wrong('no `!`', 'src/app/w7.ts', "export const a = document.querySelector('p')!;", /no-non-null-assertion/),
  wrong('no console', 'src/app/w8.ts', "console.log('a');", /no-console/),
  wrong(
    'hooks in order',
    'src/app/w9.tsx',
    "import { useState } from 'react';\nexport function A({ b }: { readonly b: boolean }) {\n  if (b) useState(0);\n  return <p>{String(b)}</p>;\n}",
    /rules-of-hooks/,
  ),
  wrong(
    'complete dependencies',
    'src/app/w10.tsx',
    "import { useEffect } from 'react';\nexport function A({ b }: { readonly b: string }) {\n  useEffect(() => {\n    document.title = b;\n  }, []);\n  return <p>{b}</p>;\n}",
    /exhaustive-deps/,
  ),
  wrong(
    'no state set by an effect',
    'src/app/w11.tsx',
    "import { useEffect, useState } from 'react';\nexport function A() {\n  const [b, setB] = useState(0);\n  useEffect(() => {\n    setB(1);\n  }, []);\n  return <p>{b}</p>;\n}",
    /set-state-in-effect/,
  ),
  wrong(
    'accessible markup',
    'src/app/w12.tsx',
    'export const A = () => <img src="/icon.svg" />;',
    /alt-text/,
  ),
  wrong(
    'buttons say their type',
    'src/app/w13.tsx',
    'export const A = () => <button>a</button>;',
    /button-has-type/,
  ),
];

const compiler: readonly Wrong[] = [
  wrong('domain has no document', 'src/domain/t1.ts', 'export const a = document;', /TS2584/),
  wrong('domain has no timers', 'src/domain/t2.ts', 'setTimeout(() => {});', /TS2304|TS2584/),
  wrong('domain has no Node', 'src/domain/t3.ts', 'export const a = process;', /TS2591|TS2580|TS2304/),
  wrong(
    'domain imports nothing of ours',
    'src/domain/t4.ts',
    "export { names } from '../storage/archive.ts';",
    /TS6307/,
  ),
  wrong('storage has no window', 'src/storage/t1.ts', 'export const a = window;', /TS2304/),
  wrong('storage has no document', 'src/storage/t2.ts', 'export const a = document;', /TS2584/),
  wrong(
    'storage knows no worker',
    'src/storage/t3.ts',
    "export { join } from '../finish/join.ts';",
    /TS6307/,
  ),
  wrong('finish has no document', 'src/finish/t1.ts', 'export const a = document;', /TS2584/),
  wrong(
    'finish does not know its client',
    'src/finish/t2.ts',
    "export { finish } from './client.ts';",
    /TS6307/,
  ),
  wrong(
    'finish does not know analysis',
    'src/finish/t3.ts',
    "export { peaks } from '../analysis/peaks.ts';",
    /TS6307/,
  ),
  wrong('analysis has no document', 'src/analysis/t1.ts', 'export const a = document;', /TS2584/),
  wrong(
    'analysis does not store',
    'src/analysis/t2.ts',
    "export { names } from '../storage/archive.ts';",
    /TS6307/,
  ),
  wrong(
    'the recorder’s machine has no document',
    'src/recorder/machine.ts',
    'export const a = document;',
    /TS2584/,
  ),
  wrong(
    'the recorder’s machine stands alone',
    'src/recorder/machine.ts',
    "export { after } from './scope.ts';",
    /TS6307/,
  ),
  wrong('no enums', 'src/app/t1.ts', 'export enum A {\n  b,\n}', /TS1294/),
  wrong(
    'types are imported as types',
    'src/app/t2.ts',
    "import { Id } from '../domain/ids.ts';\nexport const a: Id = '';",
    /TS1484/,
  ),
  wrong('an index may miss', 'src/app/t3.ts', 'export const a = (b: string[]): string => b[0];', /TS2322/),
];

function wrong(what: string, path: string, source: string, red: RegExp): Wrong {
  return { what, path, source, red };
}

function write(path: string, source: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), source);
}

/** Several mistakes may be planted in one file. */
function plant(mistakes: readonly Planted[]): void {
  const byPath = Map.groupBy(mistakes, ({ path }) => path);
  for (const [path, planted] of byPath)
    write(path, `${planted.map(({ source }) => source).join('\n')}\n${rightWay[path] ?? ''}`);
}

function restore(mistakes: readonly Planted[]): void {
  for (const { path } of mistakes) {
    if (rightWay[path] === undefined) rmSync(join(tree, path), { force: true });
    else write(path, rightWay[path]);
  }
}

function run(tool: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(tool, args, {
    cwd: tree,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    },
    shell: process.platform === 'win32',
  });
  if (error !== undefined) throw error;
  return stdout + stderr;
}

type Finding = { readonly path: string; readonly text: string };

function oxlint(): readonly Finding[] {
  const output = JSON.parse(run('oxlint', ['--type-aware', '-f', 'json', 'src'])) as {
    diagnostics: { filename: string; code: string; message: string; help?: string }[];
  };
  return output.diagnostics.map(({ filename, code, message, help }) => ({
    path: filename.replaceAll('\\', '/'),
    text: `${code} ${message} ${help ?? ''}`,
  }));
}

function tsc(args: readonly string[]): readonly Finding[] {
  return run('tsc', [...args, '--pretty', 'false'])
    .split('\n')
    .flatMap((line) => {
      const [, path, text] = /^(.+?)\(\d+,\d+\): error (.*)$/.exec(line) ?? [];
      return path === undefined || text === undefined ? [] : [{ path: path.replaceAll('\\', '/'), text }];
    });
}

function expectRed(findings: readonly Finding[], mistakes: readonly Wrong[]): void {
  const missed = mistakes.filter(
    ({ path, red }) => !findings.some((finding) => finding.path === path && red.test(finding.text)),
  );
  expect(missed.map(({ what, path }) => `${path}: ${what}`)).toEqual([]);
}

for (const file of [
  '.oxlintrc.json',
  'tsconfig.base.json',
  ...layers.map((layer) => `${layer}/tsconfig.json`),
]) {
  mkdirSync(dirname(join(tree, file)), { recursive: true });
  copyFileSync(join(root, file), join(tree, file));
}
// One by one: what the compiler writes into node_modules belongs to the tree.
mkdirSync(join(tree, 'node_modules'));
for (const name of readdirSync(join(root, 'node_modules')).filter((entry) => !entry.startsWith('.'))) {
  symlinkSync(join(root, 'node_modules', name), join(tree, 'node_modules', name), 'junction');
}
for (const [path, source] of Object.entries(rightWay)) write(path, source);

test('right imports pass the linter and the compiler', () => {
  expect(oxlint()).toEqual([]);
  expect(tsc(['-b', 'src'])).toEqual([]);
});

test('a layer imports what the table allows and nothing else', () => {
  plant(imports);
  const findings = oxlint().filter(({ text }) => text.includes('no-restricted-imports'));
  restore(imports);
  const red = (wanted: (typeof imports)[number]): boolean =>
    findings.some(({ path, text }) => path === wanted.path && text.includes(`'${wanted.address}'`));
  expect(imports.filter((each) => red(each) === each.isAllowed)).toEqual([]);
});

test('the linter goes red for every other mistake', () => {
  plant(lint);
  const findings = oxlint();
  restore(lint);
  expectRed(findings, lint);
});

test('the compiler goes red for every mistake', () => {
  expect(tsc(['-b', 'src'])).toEqual([]);
  plant(compiler);
  const findings = layers.flatMap((layer) => tsc(['-p', layer, '--noEmit']));
  restore(compiler);
  expectRed(findings, compiler);
});
