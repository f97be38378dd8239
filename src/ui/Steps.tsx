import { STEP_IDS, STEP_LABELS, type StepId } from '../domain/step.ts';
import { type Ms, spokenTime, timecode } from '../domain/timeline.ts';
import styles from './Steps.module.css';
import { Timecode } from './Timecode.tsx';

/** The step's letter over its colour; the name stands beside it. */
export function StepLetter({ step }: { readonly step: StepId }) {
  return (
    <span className={styles['letter']} data-step={step} aria-hidden="true">
      {STEP_LABELS[step].charAt(0)}
    </span>
  );
}

type StepPlanProps = {
  readonly budgets: Readonly<Record<StepId, Ms>>;
};

/** The five steps side by side, as wide as what they may take. */
export function StepPlan({ budgets }: StepPlanProps) {
  const totalMs = STEP_IDS.reduce((sum, step) => sum + budgets[step], 0);
  return (
    // The role is named because WebKit drops it with `list-style: none`.
    <ol className={styles['plan']} role="list" aria-label={`${spokenTime(totalMs)}, step by step`}>
      {STEP_IDS.map((step) => (
        <li key={step} data-step={step} style={{ '--w': budgets[step] }}>
          <b aria-hidden="true">
            {STEP_LABELS[step].charAt(0)}
            <span className={styles['rest']}>{STEP_LABELS[step].slice(1)}</span>
          </b>
          <span className="vh">{STEP_LABELS[step]} </span>
          <Timecode ms={budgets[step]} />
        </li>
      ))}
    </ol>
  );
}

type BudgetBarProps = {
  readonly step: StepId;
  readonly usedMs: Ms;
  readonly budgetMs: Ms;
  /** What the whole width stands for, where bars are compared. */
  readonly ofMs?: Ms;
};

/** Time used against budget, for the eye: say it in words beside it (`budgetWords`). */
export function BudgetBar({ step, usedMs, budgetMs, ofMs = 1 }: BudgetBarProps) {
  return (
    <span
      className={styles['bar']}
      data-step={step}
      style={{ '--used': usedMs, '--budget': budgetMs, '--max': Math.max(ofMs, usedMs, budgetMs) }}
      aria-hidden="true"
    >
      <i />
    </span>
  );
}

/** `1:02 / 0:45`, and how much over: null when it is not. */
export function budgetWords(
  usedMs: Ms,
  budgetMs: Ms,
): { readonly text: string; readonly over: string | null } {
  const text = usedMs > 0 ? `${timecode(usedMs)} / ${timecode(budgetMs)}` : timecode(budgetMs);
  const overSec = Math.floor(usedMs / 1000) - Math.floor(budgetMs / 1000);
  return { text, over: overSec > 0 ? `+${overSec} s` : null };
}
