import type { RubricRef } from '../../domain/rubric.ts';
import { Button } from '../../ui/Button.tsx';
import { builtInRubric } from '../definition.ts';
import { differenceWords } from '../fields.ts';
import { type AnyVersion, isOwn, isSameVersion, versionName } from '../version.ts';
import styles from './Versions.module.css';

type VersionsProps = {
  /** The built-in one among them. */
  readonly versions: readonly AnyVersion[];
  readonly inUse: RubricRef;
  readonly onUse: (version: AnyVersion) => void;
};

/** All versions there are: none is ever changed or deleted, because reviews were made under it. */
export function Versions({ versions, inUse, onUse }: VersionsProps) {
  return (
    <ul className={`rows ${styles['versions']}`} role="list" aria-label="Versions">
      {versions.map((version) => {
        const name = nameAmong(versions, version);
        const isUsed = isSameVersion(version, inUse);
        return (
          <li key={`${version.id} ${version.version}`}>
            <div>
              <p>
                <strong>{name}</strong>
                {isUsed && ' · in use'}
              </p>
              <p className={styles['about']}>
                {isOwn(version)
                  ? differenceWords(builtInRubric, version)
                  : `${version.criteria.map(({ label }) => label).join(', ')}.`}
              </p>
            </div>
            {!isUsed && (
              <Button slim aria-label={`Use this version: ${name}`} onClick={() => onUse(version)}>
                Use this version
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Two versions of one minute would have one name: then the first digits of what tells them apart go with it. */
function nameAmong(versions: readonly AnyVersion[], version: AnyVersion): string {
  const name = versionName(version);
  const isShared = versions.some((other) => other !== version && versionName(other) === name);
  return isShared ? `${name} (${version.version.slice(0, 4)})` : name;
}
