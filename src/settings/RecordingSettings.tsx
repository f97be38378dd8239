import { MODE_LABELS, MODES, type Mode } from '../domain/attempt.ts';
import { COUNTDOWN_LABELS, COUNTDOWNS, type Settings } from '../domain/settings.ts';
import { Checkbox, Select } from '../ui/Field.tsx';
import styles from './RecordingSettings.module.css';

type Recording = Settings['recording'];

type RecordingSettingsProps = {
  readonly value: Recording;
  readonly onChange: (value: Recording) => void;
};

const COUNTDOWN_OPTIONS = COUNTDOWNS.map((seconds) => ({
  value: String(seconds),
  label: COUNTDOWN_LABELS[seconds],
}));
const MODE_HINTS: Readonly<Record<Mode, string>> = {
  cold: 'Your outline is hidden while you record.',
  outline: 'Your outline stays in view while you record.',
  exam: 'Your outline is hidden, and there is one take without a pause.',
};
const MODE_OPTIONS = MODES.map((value) => ({ value, label: MODE_LABELS[value] }));

const PROCESSING = [
  {
    id: 'echo',
    label: 'Echo cancellation',
    hint: 'Takes out what the loudspeaker plays. Not needed unless something plays while you speak.',
  },
  {
    id: 'noise',
    label: 'Noise suppression',
    hint: 'Takes out steady noise, and with it quiet endings and breaths.',
  },
  {
    id: 'gain',
    label: 'Automatic level',
    hint: 'Evens out loud and quiet, so that your own dynamics can no longer be heard or measured.',
  },
] as const;

/** What a new take begins with; each can be changed on the record page. */
export function RecordingSettings({ value, onChange }: RecordingSettingsProps) {
  return (
    <div className={styles['settings']}>
      <Select
        label="Countdown"
        hint="How long to wait between Start recording and the recording."
        value={String(value.countdownSec)}
        options={COUNTDOWN_OPTIONS}
        onChange={(chosen) => {
          const countdownSec = COUNTDOWNS.find((seconds) => String(seconds) === chosen);
          if (countdownSec !== undefined) onChange({ ...value, countdownSec });
        }}
      />
      <Select
        label="Mode"
        hint={MODE_HINTS[value.mode]}
        value={value.mode}
        options={MODE_OPTIONS}
        onChange={(mode) => onChange({ ...value, mode })}
      />
      <fieldset className={styles['group']}>
        <legend>Voice processing by the browser</legend>
        {PROCESSING.map(({ id, label, hint }) => (
          <Checkbox
            key={id}
            label={label}
            hint={hint}
            checked={value.processing[id]}
            onChange={(isOn) => onChange({ ...value, processing: { ...value.processing, [id]: isOn } })}
          />
        ))}
      </fieldset>
    </div>
  );
}
