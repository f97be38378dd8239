import { Link } from 'react-router';
import type { PromptId } from '../domain/ids.ts';
import type { Prompt } from '../domain/prompt.ts';
import type { EpochMs } from '../domain/timeline.ts';
import { formatShortDay, formatShortTarget } from '../ui/format.ts';
import { KIND_WORDS } from './catalog.ts';
import styles from './PromptList.module.css';

type PromptListProps = {
  /** The list's accessible name. */
  readonly label: string;
  readonly prompts: readonly Prompt[];
  readonly practised: ReadonlyMap<PromptId, EpochMs>;
};

export function PromptList({ label, prompts, practised }: PromptListProps) {
  return (
    <ul className={`rows ${styles['list']}`} role="list" aria-label={label}>
      {prompts.map(({ id, title, kind, targetSec }) => {
        const at = practised.get(id);
        return (
          <li key={id}>
            <Link to={`/prompts/${id}`}>{title}</Link>
            <span className={styles['length']}>{formatShortTarget(targetSec * 1000)}</span>
            <p className={styles['about']}>
              <span>{KIND_WORDS[kind]}</span>
              {at !== undefined && <span>Practised {formatShortDay(at)}</span>}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
