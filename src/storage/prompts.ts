import { encode, ownPromptSchema } from '../domain/records.ts';
import type { Archive } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { type Quarantine, sieve } from './set-aside.ts';
import type { Trash } from './trash.ts';

export function openPrompts(
  connection: Connection,
  feed: ChangeFeed,
  quarantine: Quarantine,
  trash: Trash,
): Archive['prompts'] {
  return {
    async list() {
      const sift = sieve(ownPromptSchema);
      const prompts = await connection.read(['prompts'], async (tx) => {
        const byUpdatedAt = tx.objectStore('prompts').index('byUpdatedAt');
        return sift.decodeAll(await byUpdatedAt.getAllKeys(), await byUpdatedAt.getAll());
      });
      await quarantine.setAside('prompts', sift.unreadable);
      return prompts.toReversed();
    },

    async get(id) {
      const sift = sieve(ownPromptSchema);
      const record = await connection.read(['prompts'], (tx) => tx.objectStore('prompts').get(id));
      const prompt = sift.decode(id, record);
      await quarantine.setAside('prompts', sift.unreadable);
      return prompt;
    },

    async put(prompt) {
      const record = encode(ownPromptSchema, prompt);
      await connection.write(['prompts'], 'relaxed', (tx) => tx.objectStore('prompts').put(record));
      feed.announce('prompts');
    },

    remove: (id) => trash.remove('prompts', id),
    restore: (id) => trash.restore('prompts', id),
  };
}
