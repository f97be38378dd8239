import { X } from 'lucide-react';
import { useRef } from 'react';
import { moveMark, removeMark } from '../domain/marks.ts';
import { type Mark, STEP_IDS, STEP_LABELS, type StepId, stepAt } from '../domain/step.ts';
import { spokenTime, timecode } from '../domain/timeline.ts';
import { Button, IconButton } from '../ui/Button.tsx';
import { StepLetter } from '../ui/Steps.tsx';
import { useSingleKeys } from '../ui/shortcuts.ts';
import styles from './MarkSteps.module.css';
import type { Transport } from './transport.ts';
import { useTransport } from './use-transport.ts';

type SwitchProps = {
  readonly panelId: string;
  readonly isOn: boolean;
  readonly isDisabled: boolean;
  readonly onToggle: () => void;
};

/** Turns marking on and off. */
export function MarkSwitch({ panelId, isOn, isDisabled, onToggle }: SwitchProps) {
  const hasKeys = useSingleKeys();
  return (
    <Button
      slim
      aria-pressed={isOn}
      aria-controls={panelId}
      className={styles['switch']}
      disabled={isDisabled}
      {...(hasKeys ? { 'aria-keyshortcuts': 'M' } : {})}
      onClick={onToggle}
    >
      Mark steps
    </Button>
  );
}

type PanelProps = {
  readonly id: string;
  readonly transport: Transport;
  readonly marks: readonly Mark[];
  readonly isOn: boolean;
  readonly isDisabled: boolean;
  readonly canUndo: boolean;
  /** "Now this step", at the playhead. */
  readonly onMark: (step: StepId) => void;
  readonly onChange: (marks: readonly Mark[]) => void;
  readonly onUndo: () => void;
};

/** Setting the marks while listening: a button for each step, and the marks there are. */
export function MarkPanel(props: PanelProps) {
  const { id, transport, marks, isOn, isDisabled, canUndo, onMark, onChange, onUndo } = props;
  const hasKeys = useSingleKeys();
  const panel = useRef<HTMLDivElement>(null);
  const current = useTransport(transport, ({ positionMs }) => stepAt(marks, positionMs));
  return (
    <div id={id} ref={panel} tabIndex={-1} hidden={!isOn} className={styles['panel']}>
      <p className="small muted">
        While you listen, press a step when it begins. With the first mark, Situation begins at 0:00.
      </p>
      {/* A group and not a fieldset: that is for fields. */}
      <div role="group" aria-label="Mark at the playhead" className={styles['steps']}>
        {STEP_IDS.map((step, index) => (
          <button
            key={step}
            type="button"
            data-step={step}
            disabled={isDisabled}
            {...(hasKeys ? { 'aria-keyshortcuts': String(index + 1) } : {})}
            {...(step === current ? { 'aria-current': 'step' } : {})}
            // A press with the mouse leaves the focus where it was, so that Space goes on pausing.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onMark(step)}
          >
            {hasKeys && (
              <span className={styles['key']} aria-hidden="true">
                {index + 1}
              </span>
            )}
            <span className="vh">Mark </span>
            {STEP_LABELS[step]}
          </button>
        ))}
      </div>
      {marks.length > 0 && (
        <ul role="list" aria-label="Marks" className={styles['marks']}>
          {marks.map((mark, index) => {
            const name = `${STEP_LABELS[mark.step]} at ${spokenTime(mark.atMs)}`;
            return (
              // Moved, a mark may be any other's neighbour, and keeps the focus in its own place.
              // oxlint-disable-next-line no-array-index-key
              <li key={index}>
                <Button slim variant="quiet" disabled={isDisabled} onClick={() => transport.seek(mark.atMs)}>
                  <StepLetter step={mark.step} /> <span className="vh">Go to </span>
                  {STEP_LABELS[mark.step]} {timecode(mark.atMs)}
                </Button>
                <Button
                  slim
                  variant="plain"
                  disabled={isDisabled}
                  aria-label={`Move here: ${name}`}
                  onClick={() => {
                    const { positionMs } = transport.getSnapshot();
                    onChange(moveMark(marks, index, positionMs, transport.durationMs));
                  }}
                >
                  Move here
                </Button>
                <IconButton
                  label={`Remove ${name}`}
                  icon={X}
                  disabled={isDisabled}
                  onClick={() => {
                    // It goes with its row.
                    panel.current?.focus({ preventScroll: true });
                    onChange(removeMark(marks, index));
                  }}
                />
              </li>
            );
          })}
        </ul>
      )}
      <div>
        <Button
          slim
          variant="plain"
          aria-disabled={!canUndo}
          // As above: Space goes on pausing, and does not undo once more.
          onMouseDown={(event) => event.preventDefault()}
          onClick={onUndo}
        >
          Undo last mark
        </Button>
      </div>
    </div>
  );
}
