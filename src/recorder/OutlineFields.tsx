import { useId, useRef } from 'react';
import type { Mode, Outline } from '../domain/attempt.ts';
import { STEP_LABELS, type StepId } from '../domain/step.ts';
import type { Ms } from '../domain/timeline.ts';
import { Timecode } from '../ui/Timecode.tsx';
import styles from './OutlineFields.module.css';
import { PlanClock, usePlanClock } from './PlanClock.tsx';

const WHAT_BECOMES_OF_IT: Readonly<Record<Mode, string>> = {
  cold: 'It is hidden when you start: you explain from memory.',
  outline: 'It stays in view while you speak.',
  exam: 'It is hidden for the whole take.',
};

type OutlineFieldsProps = {
  readonly outline: Outline;
  readonly mode: Mode;
  /** What each step asks of this kind of prompt. */
  readonly asks: Readonly<Record<StepId, string>>;
  readonly budgets: Readonly<Record<StepId, Ms>>;
  /** All of them, or the one of a drill. */
  readonly steps: readonly StepId[];
  /** Whether a minute runs for it: an exam's has its own clock. */
  readonly hasClock: boolean;
  /** A take that goes on has its outline already. */
  readonly readOnly: boolean;
  readonly onChange: (outline: Outline) => void;
};

/** A line or two per step, planned before the take. */
export function OutlineFields(props: OutlineFieldsProps) {
  const { outline, mode, asks, budgets, steps, hasClock, readOnly, onChange } = props;
  const id = useId();
  const clock = usePlanClock();
  const first = useRef<HTMLTextAreaElement>(null);
  return (
    <section className={styles['outline']} aria-labelledby={id}>
      <div className={styles['head']}>
        <h2 id={id}>Outline</h2>
        <p className="small muted">A minute is enough. {WHAT_BECOMES_OF_IT[mode]}</p>
        {hasClock && !readOnly && (
          <PlanClock
            clock={clock}
            onStart={() => {
              clock.restart();
              // What is typed now is the plan, and no key of the page.
              first.current?.focus();
            }}
          />
        )}
      </div>
      {steps.map((step) => (
        <div key={step} className={styles['step']} data-step={step}>
          <div className={styles['label']}>
            <label htmlFor={`${id}-${step}`}>{STEP_LABELS[step]}</label>
            <span className="small muted">
              <Timecode ms={budgets[step]} />
            </span>
          </div>
          <textarea
            ref={step === steps[0] ? first : null}
            id={`${id}-${step}`}
            rows={1}
            readOnly={readOnly}
            placeholder={asks[step]}
            value={outline[step] ?? ''}
            onChange={(event) => {
              clock.touch();
              onChange({ ...outline, [step]: event.currentTarget.value });
            }}
          />
        </div>
      ))}
    </section>
  );
}
