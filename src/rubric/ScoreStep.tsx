import { ChevronDown } from 'lucide-react';
import { useId, useRef } from 'react';
import { flushSync } from 'react-dom';
import type { PromptKind } from '../domain/prompt.ts';
import { type CellId, type CriterionId, cellId, cellOf, type Review, type Rubric } from '../domain/rubric.ts';
import { type Marking } from '../domain/scoring.ts';
import { type Ms, timecode } from '../domain/timeline.ts';
import { classes } from '../ui/classes.ts';
import { Checkbox } from '../ui/Field.tsx';
import { capitalised } from '../ui/format.ts';
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
  readonly review: Pick<Review, 'moments' | 'declaredMissing'>;
  /** False: a quick review leaves it out. */
  readonly isAsked: boolean;
  /** Null: the take has no marks. */
  readonly spokenMs: Ms | null;
  /** Null: the attempt has no target. */
  readonly budgetMs: Ms | null;
  readonly isOpen: boolean;
  readonly isLocked: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly canCite: boolean;
  readonly whyNotId: string;
  /** The cell the keys are meant for. */
  readonly touched: CellId | null;
  readonly onTouch: (cell: CellId) => void;
  readonly onCite: (cell: CellId) => void;
  readonly onPlay: (atMs: Ms) => void;
  readonly draft: Draft;
};

const DEPTH: CriterionId = 'depth';

/** `0:42 spoken, budget 0:45.` */
function timeWords(spokenMs: Ms | null, budgetMs: Ms | null): string {
  const budget = budgetMs === null ? 'no target' : `budget ${timecode(budgetMs)}`;
  return spokenMs === null ? `${capitalised(budget)}.` : `${timecode(spokenMs)} spoken, ${budget}.`;
}

/** Three cells: folded, a row of levels each; open, with what to look for and all four descriptions. */
export function ScoreStep(props: ScoreStepProps) {
  const { rubric, step, kind, criteria, marking, review, spokenMs, budgetMs, isOpen, isLocked } = props;
  const { onOpen, draft } = props;
  const bodyId = useId();
  const isMissing = marking.missing.includes(step.id);
  const isSkipped = isMissing && review.declaredMissing?.includes(step.id) === true;
  const scored = criteria.filter(
    (criterion) => marking.scores[cellId(criterion, step.id)] !== undefined,
  ).length;

  // It is said of the depth: under a rubric without that criterion there is nothing it could hold down.
  const hasDepth = criteria.includes(DEPTH);
  const wrongBox = hasDepth && hasWrongBox(step.id) && (
    <WrongBox {...props} step={step.id} label={step.label} />
  );

  const head = useRef<HTMLButtonElement>(null);
  const skipped = useRef<HTMLDivElement>(null);
  // Much comes and goes at one press, another step's cells among it: what was pressed stays under the pointer.
  const stay = (pressed: Element | null, change: () => void) => {
    const top = pressed?.getBoundingClientRect().top ?? 0;
    flushSync(change);
    scrollBy({ top: (pressed?.getBoundingClientRect().top ?? 0) - top, behavior: 'instant' });
  };

  if (!props.isAsked)
    return (
      <div className={styles['step']} data-step={step.id}>
        <h3 className={styles['head']}>
          <StepLetter step={step.id} />
          <span className={styles['name']}>{step.label}</span>
          <span className={styles['done']}>not asked</span>
        </h3>
      </div>
    );
  return (
    <div className={classes(styles['step'], isOpen && styles['open'])} data-step={step.id}>
      <h3 className={styles['head']}>
        <button
          ref={head}
          type="button"
          aria-expanded={isOpen}
          aria-controls={bodyId}
          onClick={() => stay(head.current, () => onOpen(!isOpen))}
        >
          <StepLetter step={step.id} />
          <span className={styles['name']}>{step.label}</span>
          <span className={styles['done']}>{doneWords(scored, criteria.length, isMissing, isLocked)}</span>
          <ChevronDown className={styles['chevron']} size={16} aria-hidden="true" />
        </button>
      </h3>
      <div id={bodyId} className={styles['body']}>
        {isMissing && (isSkipped || spokenMs !== null) && (
          <p className={styles['missing']}>
            {isSkipped
              ? 'Skipped: 0 in all its cells'
              : `${missingWords(spokenMs ?? 0)}: under 5 seconds a step counts as missing, 0 in all its cells`}
          </p>
        )}
        {isOpen && !isSkipped && (
          <p className={styles['asks']}>
            {step.byKind[kind]} <span className={styles['time']}>{timeWords(spokenMs, budgetMs)}</span>
          </p>
        )}
        {!isSkipped &&
          criteria.map((criterion) => {
            const cell = cellId(criterion, step.id);
            return (
              <ScoreCell
                key={criterion}
                rubric={rubric}
                cell={cellOf(rubric, cell)}
                level={marking.scores[cell] ?? null}
                isOpen={isOpen}
                isLocked={isLocked}
                onChoose={(level) => draft.choose(cell, level)}
                onClear={() => draft.clear(cell)}
                evidence={{
                  moments: review.moments?.[cell] ?? [],
                  canCite: props.canCite,
                  whyNotId: props.whyNotId,
                  isTouched: props.touched === cell,
                  onTouch: () => props.onTouch(cell),
                  onCite: () => props.onCite(cell),
                  onUncite: (atMs) => draft.uncite(cell, atMs),
                  onPlay: props.onPlay,
                }}
              >
                {isOpen && criterion === DEPTH && wrongBox}
              </ScoreCell>
            );
          })}
        {!isOpen && !isSkipped && wrongBox}
        {!isLocked && (isSkipped || (isOpen && !isMissing)) && (
          <div ref={skipped} className={styles['skipped']}>
            <Checkbox
              label={`${step.label} was skipped`}
              {...(isSkipped ? {} : { hint: 'It then counts 0 in all its cells, whatever was chosen.' })}
              checked={isSkipped}
              onChange={(isChecked) => stay(skipped.current, () => draft.setSkipped(step.id, isChecked))}
            />
          </div>
        )}
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
