/** What a page of this app may load and talk to: itself, and nothing else. */
const directives = {
  'default-src': "'self'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'connect-src': "'self'",
  'media-src': "'self' blob:",
  'img-src': "'self' data: blob:",
  'style-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

/** For a `<meta>` element, where browsers report `frame-ancestors` as an error. */
export const cspMeta = Object.entries(directives)
  .map(([name, sources]) => `${name} ${sources}`)
  .join('; ');

/** For the response header. */
export const cspHeader = `${cspMeta}; frame-ancestors 'none'`;
