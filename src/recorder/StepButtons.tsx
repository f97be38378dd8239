import { useId } from 'react';
import { type Mark, STEP_IDS, STEP_LABELS, type StepId, stepTimes } from '../domain/step.ts';
import { type Ms, plural, spokenTime } from '../domain/timeline.ts';
import { BudgetBar, budgetWords } from '../ui/Steps.tsx';
import { useSingleKeys } from '../ui/shortcuts.ts';
import { type Timed, useElapsed } from './elapsed.ts';
import styles from './StepButtons.module.css';
import type { Session } from './session.ts';

/** Before the first mark the speaker is in Situation. */
const FROM_THE_START: readonly Mark[] = [{ step: 'situation', atMs: 0 }];

type StepButtonsProps = {
  readonly session: Timed & Pick<Session, 'mark'>;
  readonly marks: readonly Mark[];
  readonly budgets: Readonly<Record<StepId, Ms>>;
  readonly disabled: boolean;
};

/** Which step it is, what each has taken, and the way to say "now Approach". */
export function StepButtons({ session, marks, budgets, disabled }: StepButtonsProps) {
  const id = useId();
  const hasKeys = useSingleKeys();
  const elapsedMs = useElapsed(session);
  const times = stepTimes(marks.length === 0 ? FROM_THE_START : marks, elapsedMs);
  const current = currentStep(marks);
  return (
    // A group and not a fieldset: that is for fields.
    <div role="group" aria-label="Steps" className={styles['steps']}>
      {STEP_IDS.map((step, index) => {
        const { text, over } = budgetWords(times[step], budgets[step]);
        return (
          <div key={step} data-step={step} style={{ '--w': budgets[step] }}>
            <button
              type="button"
              disabled={disabled}
              {...(hasKeys ? { 'aria-keyshortcuts': String(index + 1) } : {})}
              aria-describedby={`${id}-${step}`}
              {...(step === current ? { 'aria-current': 'step' } : {})}
              // A press with the mouse leaves the focus where it was, so that Space goes on pausing.
              onMouseDown={(event) => event.preventDefault()}
              // A second click upon Start recording lands where a step has appeared.
              onClick={(event) => event.detail < 2 && session.mark(step)}
            >
              {hasKeys && (
                <span className={styles['key']} aria-hidden="true">
                  {index + 1}
                </span>
              )}
              <span className={styles['name']}>{STEP_LABELS[step]}</span>
              <BudgetBar step={step} usedMs={times[step]} budgetMs={budgets[step]} />
              <span className={styles['time']} aria-hidden="true">
                {text} {over !== null && <span className="warn">{over}</span>}
              </span>
            </button>
            <span className="vh" id={`${id}-${step}`}>
              {hasKeys && `Key ${index + 1}. `}
              {description(times[step], budgets[step])}
            </span>
          </div>
        );
      })}
    </div>
  );
}

export function currentStep(marks: readonly Mark[]): StepId {
  return marks.at(-1)?.step ?? 'situation';
}

/** `1 minute 2 seconds of 45 seconds, 17 seconds over.` */
function description(usedMs: Ms, budgetMs: Ms): string {
  if (usedMs < 1000) return `Budget ${spokenTime(budgetMs)}.`;
  const overSec = Math.floor(usedMs / 1000) - Math.floor(budgetMs / 1000);
  const over = overSec > 0 ? `, ${plural(overSec, 'second')} over` : '';
  return `${spokenTime(usedMs)} of ${spokenTime(budgetMs)}${over}.`;
}
