import { decode, encode, settingsSchemas } from '../domain/records.ts';
import { DEFAULT_SETTINGS, type Settings } from '../domain/settings.ts';
import type { Archive } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import type { SettingsRow } from './schema.ts';

export function openSettings(connection: Connection, feed: ChangeFeed): Archive['settings'] {
  return {
    async get<Group extends keyof Settings>(group: Group): Promise<Settings[Group]> {
      return read(group, await connection.read(['settings'], (tx) => tx.objectStore('settings').get(group)));
    },

    async put<Group extends keyof Settings>(group: Group, value: Settings[Group]): Promise<void> {
      const row = { name: group, value: encode<Settings[Group]>(settingsSchemas[group], value) };
      await connection.write(['settings'], 'relaxed', (tx) => tx.objectStore('settings').put(row));
      feed.announce('settings');
    },

    async update<Group extends keyof Settings>(
      group: Group,
      change: (value: Settings[Group]) => Settings[Group],
    ): Promise<void> {
      await connection.write(['settings'], 'relaxed', async (tx) => {
        const settings = tx.objectStore('settings');
        const value = change(read(group, await settings.get(group)));
        await settings.put({ name: group, value: encode<Settings[Group]>(settingsSchemas[group], value) });
      });
      feed.announce('settings');
    },
  };
}

function read<Group extends keyof Settings>(group: Group, row: SettingsRow | undefined): Settings[Group] {
  const value = decode<Settings[Group]>(settingsSchemas[group], row?.value);
  return value.tag === 'ok' ? value.value : DEFAULT_SETTINGS[group];
}
