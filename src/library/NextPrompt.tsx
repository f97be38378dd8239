import type { Mode } from '../domain/attempt.ts';
import type { Prompt } from '../domain/prompt.ts';
import type { StepId } from '../domain/step.ts';
import type { Ms } from '../domain/timeline.ts';
import { LinkButton } from '../ui/Button.tsx';
import { FocusLine } from '../ui/FocusLine.tsx';
import { formatTarget } from '../ui/format.ts';
import { StepPlan } from '../ui/Steps.tsx';
import styles from './NextPrompt.module.css';

type NextPromptProps = {
  readonly prompt: Prompt;
  /** Why this one. */
  readonly reason: string;
  readonly budgets: Readonly<Record<StepId, Ms>>;
  readonly mode: Mode;
  /** What to do differently in it. */
  readonly focus: { readonly label: string; readonly ifThen: string } | null;
};

const MODE_WORDS = {
  cold: 'cold: your outline stays hidden',
  outline: 'with your outline in view',
  exam: 'exam: a minute to prepare, no pause',
} as const;

/** The one thing to do, and what to carry into it. */
export function NextPrompt({ prompt, reason, budgets, mode, focus }: NextPromptProps) {
  return (
    <div className={styles['next']}>
      <div className={styles['head']}>
        <p className="small muted">{reason}</p>
        <h3 className="big">{prompt.title}</h3>
        <p className="voice">{prompt.question}</p>
      </div>
      {focus !== null && <FocusLine title="Your focus for this take" focus={focus} />}
      <StepPlan budgets={budgets} />
      <div className={`row ${styles['go']}`}>
        <LinkButton variant="primary" to={`/practice/${prompt.id}`} aria-label={`Practise: ${prompt.title}`}>
          Practise
        </LinkButton>
        <span className="small muted">
          {formatTarget(prompt.targetSec * 1000)}, {MODE_WORDS[mode]}
        </span>
      </div>
    </div>
  );
}
