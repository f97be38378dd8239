import './require-node.js';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const limitKb = 120;
const dist = resolve(import.meta.dirname, '../dist');

type Chunk = { readonly file: string; readonly imports?: readonly string[] };

/** What a first visit loads: every script index.html names, and what those import statically. */
function initialScripts(): ReadonlySet<string> {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<
    string,
    Chunk
  >;
  const byFile = new Map(Object.values(manifest).map((chunk) => [chunk.file, chunk]));
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    for (const name of byFile.get(file)?.imports ?? []) {
      const chunk = manifest[name];
      if (chunk === undefined) throw new Error(`The manifest has no ${name}, which ${file} imports.`);
      visit(chunk.file);
    }
  };
  for (const [tag] of html.matchAll(/<(?:script|link)\b[^>]*>/g)) {
    const isScript = tag.startsWith('<script') || /\brel="modulepreload"/.test(tag);
    const address = /\b(?:src|href)="\/([^"]+)"/.exec(tag)?.[1];
    if (isScript && address !== undefined) visit(address);
  }
  return found;
}

function gzipKb(file: string): number {
  return gzipSync(readFileSync(join(dist, file))).length / 1000;
}

if (!existsSync(join(dist, '.vite/manifest.json'))) {
  console.error('There is no build to measure. Run `npm run build` first.');
  process.exit(1);
}
const initial = initialScripts();
const lazy = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.js') && !initial.has(file));
const row = (file: string): string => `  ${gzipKb(file).toFixed(1).padStart(6)} kB  ${file}`;
const totalKb = [...initial].reduce((sum, file) => sum + gzipKb(file), 0);
console.log(`Loaded at the first visit (gzip):\n${[...initial].map(row).join('\n')}`);
if (lazy.length > 0) console.log(`Loaded when first used:\n${lazy.map(row).join('\n')}`);
console.log(`Initial JavaScript: ${totalKb.toFixed(1)} kB of at most ${limitKb} kB gzip.`);
const hasEntry = [...initial].some((file) => file.startsWith('assets/'));
if (!hasEntry) console.error('index.html names no built script: nothing was measured.');
if (!hasEntry || totalKb > limitKb) process.exitCode = 1;
