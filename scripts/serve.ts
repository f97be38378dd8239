import './require-node.js';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { cspHeader } from './csp.ts';

const dist = resolve(import.meta.dirname, '../dist');

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.tflite': 'application/octet-stream',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff2': 'font/woff2',
};

const headers = {
  'Content-Security-Policy': cspHeader,
  'Permissions-Policy':
    'microphone=(self), camera=(self), display-capture=(self), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** The file in `dist` a request path stands for; a path without an extension is a page of the app. */
function fileFor(url: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '/');
  } catch {
    return null;
  }
  if (path.includes('\0') || path.split(/[/\\]/).some((part) => part.startsWith('.'))) return null;
  const file = resolve(join(dist, path));
  if (file !== dist && !file.startsWith(dist + sep)) return null;
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
  return extname(path) === '' ? join(dist, 'index.html') : null;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end();
    return;
  }
  const file = fileFor(request.url ?? '/');
  if (file === null || !existsSync(file)) {
    response.writeHead(404, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
    return;
  }
  response.writeHead(200, {
    ...headers,
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Content-Length': statSync(file).size,
    // Vite puts a hash of the content into these names.
    'Cache-Control': file.startsWith(join(dist, 'assets') + sep)
      ? 'public, max-age=31536000, immutable'
      : 'no-cache',
  });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
}

function listen(port: number, host: string): Promise<Server> {
  const server = createServer(answer);
  return new Promise((done, fail) => {
    server.once('error', fail).listen(port, host, () => done(server));
  });
}

/** On both addresses of localhost, so that no other program answers under the same name. */
async function serve(firstPort: number): Promise<number> {
  for (let port = firstPort; port < firstPort + 50; port++) {
    let first: Server | undefined;
    try {
      first = await listen(port, '127.0.0.1');
      await listen(port, '::1');
      return port;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // A machine without IPv6.
      if (first !== undefined && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) return port;
      first?.close();
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    }
  }
  throw new Error(`No port from ${firstPort} to ${firstPort + 49} is free. Set PORT to one that is.`);
}

if (!existsSync(join(dist, 'index.html'))) {
  console.error(
    'There is no build to serve. Run `npm run build` first, or `npm start`, which builds and serves.',
  );
  process.exit(1);
}
const wanted = Number(process.env['PORT'] ?? 4173);
if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_000) {
  console.error(`PORT is "${process.env['PORT']}", which is not a port number.`);
  process.exit(1);
}
const port = await serve(wanted);
if (port !== wanted) {
  console.log(
    `Port ${wanted} is in use, perhaps by another Talkthrough. Browsers keep recordings per address: what was recorded at port ${wanted} is not shown at port ${port}.`,
  );
}
console.log(`Talkthrough is running at http://localhost:${port} (Ctrl+C stops it)`);
