import '../../src/ui/tokens.css';
import '../../src/ui/reset.css';
import '../../src/ui/base.css';
import axe from 'axe-core';
import type { ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { createMemoryRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { expect, onTestFinished } from 'vitest';
import { page } from 'vitest/browser';
import { followChanges } from '../../src/app/follow-changes.ts';
import { createRoutes } from '../../src/app/routes.tsx';
import type { Archive } from '../../src/storage/archive.ts';

/** Renders into the page of the test, and takes it away again when the test is over. */
export function mount(element: ReactNode): { readonly unmount: () => void } {
  const container = document.createElement('div');
  document.body.append(container);
  const root = createRoot(container);
  let isThere = true;
  const unmount = () => {
    if (isThere) root.unmount();
    isThere = false;
    container.remove();
  };
  onTestFinished(unmount);
  flushSync(() => root.render(element));
  return { unmount };
}

/** The whole app on `archive`, as the browser opens it at `path`; resolves when its page is there. */
export async function openApp(archive: Archive, path: string) {
  const router = createMemoryRouter(createRoutes(archive), { initialEntries: [path] });
  const leave = followChanges(archive, router);
  mount(<RouterProvider router={router} />);
  onTestFinished(async () => {
    leave();
    router.dispose();
    await archive.close();
  });
  await expect.poll(() => document.querySelector('main h1'), { timeout: 15_000 }).not.toBeNull();
  return router;
}

const AT = [
  ['light', 1280],
  ['light', 320],
  ['dark', 1280],
  ['dark', 320],
] as const;

/** WCAG 2.2 AA as far as axe can tell, and no sideways scrolling: light and dark, wide and narrow. */
export async function expectGoodLooks(): Promise<void> {
  const { dataset } = document.documentElement;
  const { theme } = dataset;
  for (const [appearance, width] of AT) {
    dataset['theme'] = appearance;
    await page.viewport(width, 800);
    const { violations } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      // The test page round the app is not the app's.
      rules: { 'page-has-heading-one': { enabled: true }, 'landmark-one-main': { enabled: true } },
    });
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
    expect(found, `${appearance}, ${width} px`).toEqual([]);
    expect(document.documentElement.scrollWidth, `${appearance}, ${width} px`).toBeLessThanOrEqual(width);
  }
  if (theme === undefined) delete dataset['theme'];
  else dataset['theme'] = theme;
  await page.viewport(1280, 800);
}
