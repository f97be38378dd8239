import { type Mark, STEP_LABELS, type StepId, type StepSpan, stepAt } from '../domain/step.ts';
import { timecode } from '../domain/timeline.ts';
import styles from './StepStrip.module.css';
import type { Transport } from './transport.ts';
import { useTransport } from './use-transport.ts';

type StepStripProps = {
  readonly transport: Transport;
  readonly marks: readonly Mark[];
  /** Sorted, covering the whole attempt; empty when nothing was marked. */
  readonly spans: readonly StepSpan[];
  readonly isDisabled: boolean;
  readonly onPlay: (step: StepId) => void;
};

/**
 * The steps as wide as they were spoken. A step that comes twice has one button, at its first span; its
 * other spans can be pressed as well but are not offered a second time to the keyboard or the ear.
 */
export function StepStrip({ transport, marks, spans, isDisabled, onPlay }: StepStripProps) {
  const current = useTransport(transport, ({ positionMs }) => stepAt(marks, positionMs));
  if (spans.length === 0) return <p className={styles['none']}>No steps marked in this take</p>;
  return (
    <ul className={styles['strip']} role="list" aria-label="Steps">
      {spans.map((span, index) => {
        const { step, startMs, endMs } = span;
        const isFirst = spans.findIndex((other) => other.step === step) === index;
        const label = STEP_LABELS[step];
        const face = (
          <span aria-hidden="true">
            <b>{label.charAt(0)}</b>
            <span className={styles['rest']}>
              {label.slice(1)} <span className={styles['time']}>{timecode(endMs - startMs)}</span>
            </span>
          </span>
        );
        const common = {
          title: `Play ${label}`,
          disabled: isDisabled,
          'data-current': step === current,
          onClick: () => onPlay(step),
        } as const;
        return (
          <li
            key={startMs}
            data-step={step}
            style={{ '--w': endMs - startMs }}
            {...(isFirst ? {} : { 'aria-hidden': true })}
          >
            {isFirst ? (
              <button type="button" {...common} {...(step === current ? { 'aria-current': 'step' } : {})}>
                <span className="vh">Play {label}</span>
                {face}
              </button>
            ) : (
              <button type="button" {...common} tabIndex={-1}>
                {face}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
