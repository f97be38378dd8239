import { useNavigate } from 'react-router';
import { STEP_LABELS } from '../domain/step.ts';
import { timecode } from '../domain/timeline.ts';
import type { Orphan } from '../storage/archive.ts';
import { Button, LinkButton } from '../ui/Button.tsx';
import { formatWhen } from '../ui/format.ts';
import styles from './Recovered.module.css';

type RecoveredProps = {
  readonly orphans: readonly Orphan[];
  readonly onDelete: (orphan: Orphan) => void;
};

/** Takes that a crash or a closed window cut short: reassurance, not an alarm. */
export function Recovered({ orphans, onDelete }: RecoveredProps) {
  const navigate = useNavigate();
  return (
    <ul className="rows" role="list">
      {orphans.map((orphan) => {
        const { id, promptId, prompt, drillStep, startedAt } = orphan.attempt;
        const name = `${prompt.title}, ${formatWhen(startedAt).replace(',', '')}, ${timecode(orphan.keptMs)}`;
        return (
          <li key={id} className={styles['take']}>
            <p>
              <strong>
                Recovered: {timecode(orphan.keptMs)} of “{prompt.title}”.
              </strong>{' '}
              {drillStep !== undefined && `A drill of ${STEP_LABELS[drillStep]}. `}Begun{' '}
              {formatWhen(startedAt)}.
            </p>
            <div className="row">
              <LinkButton variant="plain" to={`/attempts/${id}`} aria-label={`Review ${name}`}>
                Review
              </LinkButton>
              <Button
                variant="plain"
                aria-label={`Continue ${name}`}
                onClick={() => void navigate(`/practice/${promptId}?continue=${id}`)}
              >
                Continue
              </Button>
              <Button variant="quiet" aria-label={`Delete ${name}`} onClick={() => onDelete(orphan)}>
                Delete
              </Button>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
