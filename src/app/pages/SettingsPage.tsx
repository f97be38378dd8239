import { startTransition, useOptimistic } from 'react';
import { Link, useLoaderData, useRevalidator } from 'react-router';
import type { Settings } from '../../domain/settings.ts';
import { fileName } from '../../player/file-name.ts';
import { AppearanceSetting } from '../../settings/AppearanceSetting.tsx';
import { DataSettings } from '../../settings/DataSettings.tsx';
import { RecordingSettings } from '../../settings/RecordingSettings.tsx';
import { SoundSettings } from '../../settings/SoundSettings.tsx';
import type { Archive } from '../../storage/archive.ts';
import { Checkbox } from '../../ui/Field.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { Section, Sheet } from '../../ui/Sheet.tsx';
import { useArchive } from '../archive-context.ts';
import { useBackground } from '../measuring.ts';
import { explain } from '../storage-messages.ts';
import { useWrites } from '../use-writes.tsx';

export function loader(archive: Archive) {
  return async () => {
    const [recording, keyboard, storage] = await Promise.all([
      archive.settings.get('recording'),
      archive.settings.get('keyboard'),
      archive.settings.get('storage'),
    ]);
    return { recording, keyboard, storage };
  };
}

type Data = Awaited<ReturnType<ReturnType<typeof loader>>>;

export function Component() {
  const stored = useLoaderData<Data>();
  const archive = useArchive();
  const { write, fault } = useWrites();
  const freeing = useWrites();
  const { revalidate } = useRevalidator();
  const background = useBackground();
  // A press shows at once, and falls back to what is stored when it cannot be written.
  const [{ recording, keyboard, storage }, show] = useOptimistic(
    stored,
    (before: Data, chosen: Partial<Settings>) => ({
      ...before,
      ...chosen,
    }),
  );
  const put = <Group extends keyof Settings>(group: Group, value: Settings[Group]) =>
    startTransition(async () => {
      show({ [group]: value });
      if (await write(() => archive.settings.put(group, value))) await revalidate();
    });

  return (
    <>
      <PageTitle title="Settings" hidden />
      {fault}
      <Sheet>
        <Section title="Appearance">
          <AppearanceSetting />
        </Section>
        <Section title="Keyboard">
          <Checkbox
            label="Single-key shortcuts"
            hint={
              keyboard.singleKeys
                ? 'Keys such as R, Space and 1 to 5. Switch them off if speech control or chance presses set them off. On any page, ? lists its keys.'
                : 'Keys such as R, Space and 1 to 5 do nothing now. Those with Ctrl or ⌘ still work.'
            }
            checked={keyboard.singleKeys}
            onChange={(singleKeys) => put('keyboard', { ...keyboard, singleKeys })}
          />
        </Section>
        <Section title="Recording">
          <RecordingSettings value={recording} onChange={(value) => put('recording', value)} />
        </Section>
        <Section title="Rubric">
          <p>
            <Link to="/settings/rubric">Change what is scored</Link>: the texts of the levels, weights, time
            budgets, criteria of your own.
          </p>
          <p>
            <Link to="/warm-up">Warm up</Link>: score four written examples, and compare with their key.
          </p>
        </Section>
        <Section title="Sounds" anchor="sounds">
          <SoundSettings />
        </Section>
        <Section title="Data" anchor="data">
          {freeing.fault}
          <DataSettings
            archive={archive}
            answer={storage.keeping}
            onAnswer={(keeping) => put('storage', { ...storage, keeping })}
            nameFile={fileName}
            write={freeing.write}
            explain={explain}
            background={background}
          />
        </Section>
        <Section title="About">
          <div className="stack">
            <p>Talkthrough {__APP_VERSION__}</p>
            <p className="small muted">
              Nothing leaves this device: no account, no server, no measurement of use. The page contacts no
              address but its own.
            </p>
            <p className="small muted">
              Free software under the MIT licence. It is built on React, React Router, idb, Valibot,
              Mediabunny, MediaPipe, Lucide and Comlink, under their own free licences.
            </p>
          </div>
        </Section>
      </Sheet>
    </>
  );
}
