import type { EpochMs } from '../domain/timeline.ts';

type Entry = { readonly at: EpochMs; readonly path: string; readonly error: string };

const KEPT = 50;
let entries: readonly Entry[] = [];

/** Remembers a bug for "Copy diagnostics". Nothing is sent anywhere. */
export function report(error: unknown): void {
  const text = error instanceof Error ? `${error.stack ?? error.message}` : String(error);
  entries = [...entries, { at: Date.now(), path: location.pathname, error: text }].slice(-KEPT);
}

/** What a bug report needs, as text: the last errors, the browser, the page. No recording, no words typed. */
export function diagnostics(): string {
  const lines = entries.map((entry) => `${new Date(entry.at).toISOString()} ${entry.path}\n${entry.error}`);
  return [`Talkthrough`, navigator.userAgent, ...lines].join('\n\n');
}
