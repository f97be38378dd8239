import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';

/** What a page holds once everything it has let go of is collected. */
export type Memory = {
  /** Objects of the page's own JavaScript, with the bytes of its buffers; workers have heaps of their own. */
  readonly heapBytes: number;
  /** The whole renderer, workers too, as the system counts it; null where there is no /proc. */
  readonly rendererBytes: number | null;
  readonly nodes: number;
  readonly listeners: number;
};

export async function pageMemory(page: Page): Promise<Memory> {
  const session = await page.context().newCDPSession(page);
  try {
    // Twice: what a finalizer frees in the first is garbage only in the second.
    await session.send('HeapProfiler.collectGarbage');
    await session.send('HeapProfiler.collectGarbage');
    const heap = await session.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
    return {
      heapBytes: heap.usedSize + heap.embedderHeapUsedSize + heap.backingStorageSize,
      rendererBytes: await rendererBytes(page),
      nodes,
      listeners: jsEventListeners,
    };
  } finally {
    await session.detach();
  }
}

/** Of several renderers the one that has worked most: the others are Chromium's spare ones. */
async function rendererBytes(page: Page): Promise<number | null> {
  const session = await page.context().browser()?.newBrowserCDPSession();
  if (session === undefined || process.platform !== 'linux') return null;
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const [busiest] = processInfo
      .filter(({ type }) => type === 'renderer')
      .toSorted((a, b) => b.cpuTime - a.cpuTime);
    if (busiest === undefined) return null;
    const status = readFileSync(`/proc/${busiest.id}/status`, 'latin1');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
  } finally {
    await session.detach();
  }
}
