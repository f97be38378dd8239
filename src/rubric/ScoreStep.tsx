import { ChevronDown } from 'lucide-react';
import { type MouseEvent, useId } from 'react';
import { flushSync } from 'react-dom';
import type { PromptKind } from '../domain/prompt.ts';
import { type CriterionId, cellId, cellOf, type Rubric } from '../domain/rubric.ts';
import { type Marking } from '../domain/scoring.ts';
import { type Ms, timecode } from '../domain/timeline.ts';
import { classes } from '../ui/classes.ts';
import { Checkbox } from '../ui/Field.tsx';
import { StepLetter } from '../ui/Steps.tsx';
import { hasWrongBox } from './definition.ts';
import type { Draft } from './draft.ts';
import { ScoreCell } from './ScoreCell.tsx';
import styles from './ScoreStep.module.css';

type ScoreStepProps = {
  readonly rubric: Rubric;
  readonly step: Rubric['steps'][number];
  readonly kind: PromptKind;
  /** In the order in which they are asked. */
  readonly criteria: readonly CriterionId[];
  readonly marking: Marking;
  /** Null: the take has no marks. */
  readonly spokenMs: Ms | null;
  readonly budgetMs: Ms;
  readonly isOpen: boolean;
  readonly isLocked: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly draft: Draft;
};

/** Three cells: folded, a row of levels each; open, with what to look for and all four descriptions. */
export function ScoreStep(props: ScoreStepProps) {
  const { rubric, step, kind, criteria, marking, spokenMs, budgetMs, isOpen, isLocked, onOpen, draft } =
    props;
  const bodyId = useId();
  const isMissing = marking.missing.includes(step.id);
  const scored = criteria.filter(
    (criterion) => marking.scores[cellId(criterion, step.id)] !== undefined,
  ).length;

  const wrongBox = hasWrongBox(step.id) && <WrongBox {...props} step={step.id} label={step.label} />;

  // Another step folds at the same press: the one that was pressed stays under the pointer.
  const toggle = (event: MouseEvent<HTMLButtonElement>) => {
    const button = event.currentTarget;
    const { top } = button.getBoundingClientRect();
    flushSync(() => onOpen(!isOpen));
    scrollBy({ top: button.getBoundingClientRect().top - top, behavior: 'instant' });
  };

  return (
    <div className={classes(styles['step'], isOpen && styles['open'])} data-step={step.id}>
      <h3 className={styles['head']}>
        <button type="button" aria-expanded={isOpen} aria-controls={bodyId} onClick={toggle}>
          <StepLetter step={step.id} />
          <span className={styles['name']}>{step.label}</span>
          <span className={styles['done']}>{doneWords(scored, criteria.length, isMissing, isLocked)}</span>
          <ChevronDown className={styles['chevron']} size={16} aria-hidden="true" />
        </button>
      </h3>
      <div id={bodyId} className={styles['body']}>
        {isMissing && spokenMs !== null && (
          <p className={styles['missing']}>
            {missingWords(spokenMs)}: under 5 seconds a step counts as missing, 0 in all its cells
          </p>
        )}
        {isOpen && (
          <p className={styles['asks']}>
            {step.byKind[kind]}{' '}
            <span className={styles['time']}>
              {spokenMs === null ? '' : `${timecode(spokenMs)} spoken, `}
              {spokenMs === null ? 'Budget' : 'budget'} {timecode(budgetMs)}.
            </span>
          </p>
        )}
        {criteria.map((criterion) => (
          <ScoreCell
            key={criterion}
            rubric={rubric}
            cell={cellOf(rubric, cellId(criterion, step.id))}
            stepLabel={step.label}
            level={marking.scores[cellId(criterion, step.id)] ?? null}
            isOpen={isOpen}
            isLocked={isLocked}
            onChoose={(level) => draft.choose(cellId(criterion, step.id), level)}
            onClear={() => draft.clear(cellId(criterion, step.id))}
          >
            {isOpen && criterion === 'depth' && wrongBox}
          </ScoreCell>
        ))}
        {!isOpen && wrongBox}
      </div>
    </div>
  );
}

type WrongBoxProps = Pick<ScoreStepProps, 'marking' | 'isOpen' | 'isLocked' | 'draft'> & {
  readonly step: Marking['wrongSteps'][number];
  readonly label: string;
};

function WrongBox({ step, label, marking, isOpen, isLocked, draft }: WrongBoxProps) {
  return (
    <Checkbox
      label={`Something said in ${label} is wrong`}
      {...(isOpen ? { hint: 'With level 1, it holds the overall score at 60 or less.' } : {})}
      checked={marking.wrongSteps.includes(step)}
      disabled={isLocked}
      onChange={(isWrong) => draft.setWrong(step, isWrong)}
    />
  );
}

function doneWords(scored: number, asked: number, isMissing: boolean, isLocked: boolean): string {
  if (isMissing) return 'missing';
  if (scored === asked) return 'scored';
  if (scored === 0) return isLocked ? 'left blank' : 'to score';
  return `${scored} of ${asked}`;
}

/** Whole seconds, rounded down: 4.9 s must not read as the 5 s that are enough. */
function missingWords(spokenMs: Ms): string {
  return spokenMs === 0 ? 'Not marked' : `${Math.floor(spokenMs / 1000)} s marked`;
}
