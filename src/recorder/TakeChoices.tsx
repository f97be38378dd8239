import { useId } from 'react';
import { MODE_LABELS, MODES, type Mode } from '../domain/attempt.ts';
import { bytesPerHour, RECORD_KINDS, RECORD_LABELS, type RecordKind } from '../domain/picture.ts';
import { COUNTDOWN_LABELS, COUNTDOWNS, type CountdownSec } from '../domain/settings.ts';
import { Select, TextField } from '../ui/Field.tsx';
import { formatBytes } from '../ui/format.ts';
import styles from './TakeChoices.module.css';
import { LENGTH_RULE, LENGTHS, type LengthChoice, lengthMs } from './take-length.ts';

export type Choices = {
  readonly length: LengthChoice;
  readonly mode: Mode;
  readonly countdownSec: CountdownSec;
};

const CUSTOM = 'custom';
const LENGTH_OPTIONS = [
  ...LENGTHS.map((seconds) => ({ value: String(seconds), label: `${seconds / 60} minutes` })),
  { value: CUSTOM, label: 'Custom' },
];

const MODE_OPTIONS = MODES.map((mode) => ({ value: mode, label: MODE_LABELS[mode] }));

const DRILL_MODES = MODE_OPTIONS.filter(({ value }) => value !== 'exam');

const COUNTDOWN_OPTIONS = COUNTDOWNS.map((seconds) => ({
  value: String(seconds),
  label: COUNTDOWN_LABELS[seconds],
}));

const RECORD_OPTIONS = RECORD_KINDS.map((value) => ({ value, label: RECORD_LABELS[value] }));

const RECORDED: Readonly<Record<RecordKind, string>> = {
  audio: 'Your voice alone',
  camera: 'Your voice and your camera',
  screen: 'Your voice and a screen, window or tab, without its sound',
};

type TakeChoicesProps = {
  readonly choices: Choices;
  /** A take that goes on keeps its length and mode. */
  readonly isFixed: boolean;
  /** A drill has its length from its step, and is no exam. */
  readonly isDrill: boolean;
  readonly onChange: (choices: Choices) => void;
  readonly record: RecordKind;
  readonly onRecord: (kind: RecordKind) => void;
};

/** How long, how, how soon, and what of. */
export function TakeChoices({ choices, isFixed, isDrill, onChange, record, onRecord }: TakeChoicesProps) {
  const sizeId = useId();
  const { length, mode, countdownSec } = choices;
  return (
    <div className={styles['choices']}>
      {!isDrill && (
        <Select
          label="Target length"
          value={length.named === null ? CUSTOM : String(length.named)}
          options={LENGTH_OPTIONS}
          disabled={isFixed}
          onChange={(value) =>
            onChange({ ...choices, length: { ...length, named: value === CUSTOM ? null : Number(value) } })
          }
        />
      )}
      {!isDrill && length.named === null && (
        <TextField
          label="Custom length (minutes)"
          type="number"
          inputMode="decimal"
          min={0.5}
          max={180}
          step="any"
          className={styles['minutes']}
          value={length.minutes}
          disabled={isFixed}
          error={lengthMs(length) === null ? LENGTH_RULE : null}
          onChange={(event) =>
            onChange({ ...choices, length: { named: null, minutes: event.currentTarget.value } })
          }
        />
      )}
      <Select
        label="Mode"
        value={mode}
        options={isDrill ? DRILL_MODES : MODE_OPTIONS}
        disabled={isFixed}
        onChange={(value) => onChange({ ...choices, mode: value })}
      />
      <Select
        label="Countdown"
        value={String(countdownSec)}
        options={COUNTDOWN_OPTIONS}
        onChange={(value) =>
          onChange({
            ...choices,
            countdownSec: COUNTDOWNS.find((seconds) => String(seconds) === value) ?? 0,
          })
        }
      />
      <Select
        label="Record"
        aria-describedby={sizeId}
        value={record}
        options={RECORD_OPTIONS}
        onChange={onRecord}
      />
      <p id={sizeId} className={styles['size']}>
        {RECORDED[record]}: {sizeWords(record)}.
      </p>
    </div>
  );
}

function sizeWords(record: RecordKind): string {
  // Two digits: how much there is to see changes more than the rest.
  const size = `about ${formatBytes(Number(bytesPerHour(record).toPrecision(2)))} an hour`;
  return record === 'audio' ? size : `${size}, and as much again while it is being saved`;
}
