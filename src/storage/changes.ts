import type { Change } from './archive.ts';

type Store = Change['store'];

const STORES: readonly string[] = [
  'attempts',
  'reviews',
  'rescores',
  'coaching',
  'deliveries',
  'sounds',
  'rubrics',
  'prompts',
  'peaks',
  'settings',
  'setAside',
] satisfies Store[];

function isStore(value: unknown): value is Store {
  return typeof value === 'string' && STORES.includes(value);
}

/** Tells every open archive of this origin, in any tab or worker, which stores to read again. */
export type ChangeFeed = {
  announce(...stores: readonly Store[]): void;
  /** Called in a later microtask, once per store however many writes there were. */
  listen(listener: (change: Change) => void): () => void;
  close(): void;
};

export function openChangeFeed(): ChangeFeed {
  const channel = new BroadcastChannel('talkthrough');
  const listeners = new Set<(change: Change) => void>();
  /** Changed here: for this archive's listeners and the others. Changed elsewhere: for the listeners only. */
  const pending = new Map<Store, 'here' | 'elsewhere'>();

  let isClosed = false;

  function note(store: Store, where: 'here' | 'elsewhere'): void {
    if (isClosed) return;
    if (pending.size === 0) queueMicrotask(flush);
    if (pending.get(store) !== 'here') pending.set(store, where);
  }

  function flush(): void {
    for (const [store, where] of pending) {
      if (where === 'here') channel.postMessage(store);
      // One microtask each: a listener that throws keeps none of the others from being told.
      for (const listener of listeners) queueMicrotask(() => listener({ store }));
    }
    pending.clear();
  }

  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (isStore(data)) note(data, 'elsewhere');
  };

  return {
    announce(...stores) {
      for (const store of stores) note(store, 'here');
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      listeners.clear();
      flush();
      isClosed = true;
      channel.close();
    },
  };
}
