import { decode, encode, settingsSchemas } from '../domain/records.ts';
import { DEFAULT_SETTINGS, type Settings } from '../domain/settings.ts';
import type { Archive } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';

export function openSettings(connection: Connection, feed: ChangeFeed): Archive['settings'] {
  return {
    async get<Group extends keyof Settings>(group: Group): Promise<Settings[Group]> {
      const row = await connection.read(['settings'], (tx) => tx.objectStore('settings').get(group));
      const value = decode<Settings[Group]>(settingsSchemas[group], row?.value);
      return value.tag === 'ok' ? value.value : DEFAULT_SETTINGS[group];
    },

    async put<Group extends keyof Settings>(group: Group, value: Settings[Group]): Promise<void> {
      const row = { name: group, value: encode<Settings[Group]>(settingsSchemas[group], value) };
      await connection.write(['settings'], 'relaxed', (tx) => tx.objectStore('settings').put(row));
      feed.announce('settings');
    },
  };
}
