import { existsSync, readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { playwright } from '@vitest/browser-playwright';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { browserArguments, findBrowser } from './scripts/browser.ts';
import { cspMeta } from './scripts/csp.ts';
import { sileroWeights } from './scripts/silero-weights.ts';
import { isModel, MODEL_PATH } from './src/analysis/sounds-model.ts';
import { microphoneFile } from './tests/support/microphone.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };

/** Only in the build: the dev server needs inline scripts and styles. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: cspMeta },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Says in the page that the model lies beside it: asking for what is not there is an error in the console. */
function soundModel(): Plugin {
  return {
    name: 'sound-model',
    // Browser tests choose their model, whatever lies beside the app on this machine.
    transformIndexHtml: async () =>
      process.env['VITEST'] === undefined &&
      existsSync(`public${MODEL_PATH}`) &&
      (await isModel(new Uint8Array(readFileSync(`public${MODEL_PATH}`)).buffer))
        ? [{ tag: 'meta', attrs: { name: 'sound-model', content: MODEL_PATH }, injectTo: 'head' }]
        : [],
  };
}

function testProjects() {
  // Within the whole run only, which names what passed at the second try (scripts/test.ts).
  const retry = process.env['COUNTS_FILE'] === undefined ? 0 : 1;
  const executablePath = findBrowser();
  // Made anew for each, because Vitest writes the project's name into it.
  const inBrowser = () => ({
    testTimeout: 20_000,
    retry,
    // As patient as `expect.element`: the machine may be busy.
    expect: { poll: { timeout: 15_000 } },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          ...(executablePath === undefined ? {} : { executablePath }),
          args: browserArguments(microphoneFile()),
        },
      }),
      instances: [{ browser: 'chromium' as const }],
    },
  });
  return [
    {
      extends: true as const,
      test: { name: 'node', environment: 'node', include: ['tests/node/**/*.test.ts'], testTimeout: 20_000 },
    },
    {
      extends: true as const,
      test: {
        name: 'browser',
        include: ['tests/browser/**/*.test.{ts,tsx}'],
        // They wait most of the time. More of them at once come into each other's way on two cores.
        maxWorkers: 2,
        ...inBrowser(),
      },
    },
    {
      extends: true as const,
      test: {
        name: 'engines',
        environment: 'node',
        include: ['tests/engines/**/*.test.ts'],
        globalSetup: 'tests/engines/serve.ts',
        testTimeout: 120_000,
        hookTimeout: 30_000,
        retry,
        // One take at a time: two would disturb one another.
        fileParallelism: false,
      },
    },
    {
      extends: true as const,
      test: { name: 'bench', include: ['tests/browser/**/*.bench.ts'], ...inBrowser() },
    },
  ];
}

export default defineConfig({
  plugins: [react(), contentSecurityPolicy(), sileroWeights(), soundModel()],
  define: { __APP_VERSION__: JSON.stringify(version) },
  // Speech and sounds for the tests may lie beside the project.
  server: { port: 5173, fs: { allow: ['.', '../shared'] } },
  // Named, because what is found late is bundled late, and React is then there twice.
  optimizeDeps: {
    // They look for files beside them.
    exclude: ['onnxruntime-web', 'wavesurfer.js'],
    include: [
      '@mediapipe/tasks-audio',
      'axe-core',
      'comlink',
      'idb',
      'lucide-react',
      'mediabunny',
      'react',
      'react-dom',
      'react-dom/client',
      'react/jsx-dev-runtime',
      'react-router',
      'react-router/dom',
      'valibot',
    ],
  },
  // A worker is built with its own plugins.
  worker: { format: 'es', plugins: () => [sileroWeights()] },
  build: {
    // For scripts/size.ts.
    manifest: true,
    modulePreload: { polyfill: false },
    // The content security policy allows no `data:` URLs but images.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // What the first visit loads is one file: split by who else uses it, it is larger and takes more requests.
      output: { codeSplitting: { groups: [{ name: 'initial', tags: ['$initial'] }] } },
    },
  },
  test: { projects: process.env['VITEST'] === undefined ? [] : testProjects() },
});
