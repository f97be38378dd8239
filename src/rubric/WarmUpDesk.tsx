import { useRef, useState } from 'react';
import { type CellId, cellId, cellOf, type Level, type Scores } from '../domain/rubric.ts';
import { STEP_IDS, STEP_LABELS, type StepId } from '../domain/step.ts';
import { Button, LinkButton } from '../ui/Button.tsx';
import { Section, Sheet } from '../ui/Sheet.tsx';
import { builtInRubric } from './definition.ts';
import { ScoreCell } from './ScoreCell.tsx';
import styles from './WarmUpDesk.module.css';
import {
  agreement,
  type Example,
  examples,
  readWarmUp,
  WARM_UP_CRITERIA,
  type WarmUp,
  writeWarmUp,
} from './warm-up.ts';

type WarmUpDeskProps = {
  /** All examples were compared with their keys. */
  readonly onDone: () => void;
};

/** Written examples to score before one's own: what a level means is learnt by comparing, not by reading it. */
export function WarmUpDesk({ onDone }: WarmUpDeskProps) {
  const [warmUp, setWarmUp] = useState(readWarmUp);
  const result = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const index = examples.findIndex(({ id }) => id === warmUp.at);
  const example = examples[index];
  if (example === undefined) return null;
  const scores = warmUp.scores[example.id] ?? {};
  const isCompared = warmUp.compared.includes(example.id);
  const chosen = Object.keys(scores).length;
  const next = [...examples.slice(index + 1), ...examples].find(({ id }) => !warmUp.compared.includes(id));

  function keep(part: Partial<WarmUp>) {
    const after = { ...warmUp, ...part };
    setWarmUp(after);
    writeWarmUp(after);
  }
  const setScores = (after: Scores) => keep({ scores: { ...warmUp.scores, [warmUp.at]: after } });

  function compare() {
    const compared = [...warmUp.compared, warmUp.at];
    keep({ compared });
    if (examples.every(({ id }) => compared.includes(id))) onDone();
    // The count stands where the button was; the reasons are above it, beside their cells.
    requestAnimationFrame(() => result.current?.focus());
  }

  function show({ id }: Example) {
    keep({ at: id });
    requestAnimationFrame(() => {
      top.current?.focus({ preventScroll: true });
      scrollTo({ top: 0, behavior: 'instant' });
    });
  }

  return (
    <>
      <div className={styles['intro']}>
        <p>
          Four short explanations, written down. Score each by the level texts, then compare with the key and
          its reasons. Pacing is left out, because a text has no time. They are scored by the built-in rubric,
          whatever is in use.
        </p>
        <nav aria-label="Examples">
          <ol role="list" className={styles['examples']}>
            {examples.map((one, nth) => (
              <li key={one.id}>
                <Button
                  slim
                  className={styles['example']}
                  {...(one.id === example.id ? { 'aria-current': 'step' } : {})}
                  onClick={() => show(one)}
                >
                  Example {nth + 1}
                  <span className={styles['state']}>{stateOf(one, warmUp)}</span>
                </Button>
              </li>
            ))}
          </ol>
        </nav>
      </div>
      <div ref={top} tabIndex={-1} role="group" aria-label={`Example ${index + 1} of ${examples.length}`}>
        <Sheet key={example.id}>
          {STEP_IDS.map((step) => (
            <Section key={step} title={STEP_LABELS[step]}>
              <Step
                step={step}
                example={example}
                scores={scores}
                isCompared={isCompared}
                onChoose={(cell, level) => setScores({ ...scores, [cell]: level })}
                onClear={(cell) => {
                  const { [cell]: _, ...others } = scores;
                  setScores(others);
                }}
              />
            </Section>
          ))}
          <Section title="Key">
            <div ref={result} tabIndex={-1} className={styles['result']}>
              <p role="status" className="finding">
                {isCompared && `${agreement(example, scores)}.`}
              </p>
              {isCompared ? (
                <div className="row">
                  {next === undefined ? (
                    <LinkButton variant="primary" to="/">
                      Go to Practice
                    </LinkButton>
                  ) : (
                    <Button variant="primary" onClick={() => show(next)}>
                      Next example
                    </Button>
                  )}
                  <Button
                    variant="quiet"
                    onClick={() => {
                      keep({
                        scores: { ...warmUp.scores, [example.id]: {} },
                        compared: warmUp.compared.filter((id) => id !== example.id),
                      });
                      top.current?.focus();
                    }}
                  >
                    Score it again
                  </Button>
                </div>
              ) : (
                <>
                  <div className="row">
                    <Button variant="primary" disabled={chosen === 0} onClick={compare}>
                      Compare with the key
                    </Button>
                    <LinkButton variant="quiet" to="/">
                      Skip the warm-up
                    </LinkButton>
                  </div>
                  <p className="small muted">
                    {chosen === example.keys.size
                      ? 'All cells have a level.'
                      : `${chosen} of ${example.keys.size} cells have a level. Blank ones stay blank.`}
                  </p>
                </>
              )}
            </div>
          </Section>
        </Sheet>
      </div>
    </>
  );
}

function stateOf({ id, keys }: Example, { scores, compared }: WarmUp): string {
  if (compared.includes(id)) return 'compared';
  return `${Object.keys(scores[id] ?? {}).length} of ${keys.size}`;
}

type StepProps = {
  readonly step: StepId;
  readonly example: Example;
  readonly scores: Scores;
  readonly isCompared: boolean;
  readonly onChoose: (cell: CellId, level: Level) => void;
  readonly onClear: (cell: CellId) => void;
};

function Step({ step, example, scores, isCompared, onChoose, onClear }: StepProps) {
  return (
    <>
      <p className="voice">{example.texts[step]}</p>
      <div className={styles['cells']}>
        {WARM_UP_CRITERIA.map(({ id: criterion }) => {
          const id = cellId(criterion, step);
          return (
            <ScoreCell
              key={id}
              rubric={builtInRubric}
              cell={cellOf(builtInRubric, id)}
              level={scores[id] ?? null}
              isOpen
              isLocked={isCompared}
              onChoose={(level) => onChoose(id, level)}
              onClear={() => onClear(id)}
              evidence={null}
            >
              {isCompared && <Answer own={scores[id]} answer={example.keys.get(id)} />}
            </ScoreCell>
          );
        })}
      </div>
    </>
  );
}

type AnswerProps = {
  readonly own: Level | undefined;
  readonly answer: { readonly level: Level; readonly reason: string } | undefined;
};

function Answer({ own, answer }: AnswerProps) {
  if (answer === undefined) return null;
  const yours = own === undefined ? 'Left blank.' : own === answer.level ? 'As the key.' : `Yours ${own}.`;
  return (
    <p className={styles['answer']}>
      <strong>{yours}</strong>
      {own === answer.level ? ' ' : ' Key '}
      {answer.reason}
    </p>
  );
}
