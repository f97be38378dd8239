import { useEffect, useMemo, useState } from 'react';
import type { KeptAttempt } from '../domain/attempt.ts';
import type { Delivery } from '../domain/facts.ts';
import { isHeardInPart } from '../domain/heard.ts';
import { recordedFacts } from '../domain/recorded-facts.ts';
import { pausesOf } from '../domain/step-facts.ts';
import { timecode } from '../domain/timeline.ts';
import { doubtsOf, figuresOf, usualOf } from '../domain/usual.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import styles from './DeliveryPanel.module.css';
import { DeliveryTable } from './DeliveryTable.tsx';
import {
  comparedWords,
  confidenceWords,
  FIGURE_IDS,
  FIGURES,
  METHODS,
  unmeasuredWords,
  usualBasis,
  whyNoSpeech,
} from './delivery-words.ts';
import { MeasuringState } from './MeasuringState.tsx';
import type { Measuring } from './measuring.ts';
import { readAlike } from './read-alike.ts';
import { StepFactsTable } from './StepFactsTable.tsx';
import { listed } from './words.ts';

type DeliveryPanelProps = {
  readonly archive: Archive;
  readonly attempt: KeptAttempt;
  /** Null: nothing was measured yet. */
  readonly delivery: Delivery | null;
  readonly measuring: Measuring;
};

/** What was measured of the whole, beside what is usual for the same person and microphone. */
export function DeliveryPanel({ archive, attempt, delivery, measuring }: DeliveryPanelProps) {
  const isDeleted = attempt.audioDeletedAt !== undefined;
  return (
    <div className={styles['panel']}>
      {isDeleted && delivery === null && (
        <p className="muted">Its audio was deleted before it was measured.</p>
      )}
      {!isDeleted && <MeasuringState measuring={measuring} isMeasured={delivery !== null} />}
      {delivery !== null && isHeardInPart(delivery, attempt.durationMs) && (
        <p>
          Measured as far as it could be decoded: {timecode(delivery.heardMs ?? 0)} of{' '}
          {timecode(attempt.durationMs)}.
        </p>
      )}
      {delivery?.speech === null && <p>The delivery {unmeasuredWords(whyNoSpeech(delivery))}.</p>}
      {delivery !== null && <Measured archive={archive} attempt={attempt} delivery={delivery} />}
    </div>
  );
}

type MeasuredProps = Omit<DeliveryPanelProps, 'delivery' | 'measuring'> & { readonly delivery: Delivery };

function Measured({ archive, attempt, delivery }: MeasuredProps) {
  const alike = useAlike(archive, attempt, delivery.version);
  const facts = useMemo(() => recordedFacts(attempt, delivery), [attempt, delivery]);
  const rows = useMemo(() => {
    const figures = figuresOf(delivery);
    const others = (Array.isArray(alike) ? alike : []).map(figuresOf);
    const all = FIGURE_IDS.map((id) => ({ id, value: figures[id], usual: usualOf(others, id) }));
    // The reason was given once; how loud it was is true of any sound.
    return delivery.speech === null ? all.filter(({ value }) => typeof value === 'number') : all;
  }, [delivery, alike]);
  const doubts = doubtsOf(attempt, delivery);
  const compared = comparedWords(rows);
  const confidence = confidenceWords(doubts, delivery);
  const methods = METHODS.filter(({ of }) => rows.some(({ id }) => of.includes(id)));
  if (rows.length === 0) return null;
  return (
    <>
      {compared !== null && <p>{compared}</p>}
      {confidence !== null && <p className={styles['confidence']}>{confidence}</p>}
      <DeliveryTable rows={rows} pauseCount={pausesOf(delivery).length} doubts={doubts} />
      <p className={styles['how']}>{basisWords(attempt, alike)}</p>
      {delivery.speech !== null && (
        <details>
          <summary>Step by step</summary>
          <StepFactsTable facts={facts} />
        </details>
      )}
      <details>
        <summary>How it was measured</summary>
        <p className="small">On this device, from the sound alone. None of it changes a score.</p>
        <dl className={styles['methods']}>
          {methods.map(({ of, how, howSure }) => (
            <div key={of.join()}>
              <dt>{listed(of.map((id) => FIGURES[id].label))}</dt>
              <dd>{how}</dd>
              <dd className="muted">{howSure}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

type Alike = readonly Delivery[] | 'reading' | 'unreadable';

function basisWords(attempt: KeptAttempt, alike: Alike): string {
  if (alike === 'reading') return 'Looking for your usual ranges…';
  if (alike === 'unreadable') return 'Earlier recordings cannot be read now, so there is no usual range.';
  return usualBasis(attempt, alike.length);
}

/** Read again whenever something was measured; what was shown stays meanwhile. */
function useAlike(archive: Archive, attempt: KeptAttempt, version: number): Alike {
  const [alike, setAlike] = useState<Alike>('reading');
  // The page reads its attempt with everything else, and each time it is another object.
  const [of, setOf] = useState(attempt);
  if (of.id !== attempt.id) setOf(attempt);
  useEffect(() => {
    let reading = new AbortController();
    const read = () => {
      reading.abort();
      reading = new AbortController();
      const { signal } = reading;
      readAlike(archive, of, version, signal).then(
        (found) => found !== null && !signal.aborted && setAlike(found),
        (error: unknown) => {
          if (!(error instanceof StorageError)) throw error;
          if (!signal.aborted) setAlike('unreadable');
        },
      );
    };
    read();
    const leave = archive.onChange(({ store }) => {
      if (store === 'deliveries') read();
    });
    return () => {
      leave();
      reading.abort();
    };
  }, [archive, of, version]);
  return alike;
}
