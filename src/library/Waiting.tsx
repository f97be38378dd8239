import { Link } from 'react-router';
import { Button } from '../ui/Button.tsx';
import { VisuallyHidden } from '../ui/VisuallyHidden.tsx';
import styles from './Waiting.module.css';

export type WaitingItem = {
  readonly to: string;
  /** What the link does; said to the ear, and to the eye where it is not to practise. */
  readonly verb: 'Practise' | 'Score' | 'Finish scoring' | 'Score again, unseen' | 'Warm up';
  readonly title: string;
  /** Tells two takes of one prompt apart, to the ear; to the eye `why` does. */
  readonly when?: string;
  readonly why: string;
  /** How much it is: `5 min`, `9 of 15`. */
  readonly size: string;
  /** An offer that can be put off. */
  readonly onLater?: () => void;
};

/** What else could be done, each with its reason. */
export function Waiting({ items }: { readonly items: readonly WaitingItem[] }) {
  return (
    <ul className={`rows ${styles['waiting']}`} role="list">
      {items.map(({ to, verb, title, when, why, size, onLater }) => (
        <li key={`${verb} ${to}`}>
          <Link to={to}>
            {verb === 'Practise' ? <VisuallyHidden>Practise: </VisuallyHidden> : `${verb}: `}
            {title}
            {when !== undefined && <VisuallyHidden> recorded {when}</VisuallyHidden>}
          </Link>
          <span className="small muted">{size}</span>
          <p className="small muted">{why}</p>
          {onLater !== undefined && (
            <Button variant="quiet" slim aria-label={`Later: ${title}`} onClick={onLater}>
              Later
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
