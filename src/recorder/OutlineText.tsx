import type { Outline } from '../domain/attempt.ts';
import { STEP_IDS, STEP_LABELS, type StepId } from '../domain/step.ts';
import { StepLetter } from '../ui/Steps.tsx';
import styles from './OutlineText.module.css';

type OutlineTextProps = {
  readonly outline: Outline;
  /** Stands out; the others step back. */
  readonly current: StepId;
};

/** The outline as one speaks from it. */
export function OutlineText({ outline, current }: OutlineTextProps) {
  const steps = STEP_IDS.filter((step) => (outline[step] ?? '').trim() !== '');
  return (
    <section aria-label="Outline" className={styles['frame']}>
      {steps.length === 0 ? (
        <p className="small muted">Your outline is empty.</p>
      ) : (
        // The role is named because WebKit drops it with `list-style: none`.
        <ul role="list" className={styles['outline']}>
          {steps.map((step) => (
            <li key={step} className={styles[step === current ? 'current' : 'other']}>
              <StepLetter step={step} />
              <span className="vh">{STEP_LABELS[step]}: </span>
              <p className="voice">{outline[step]}</p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
