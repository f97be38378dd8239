import { useEffect, useRef, useState } from 'react';
import { clamp, type Ms } from '../domain/timeline.ts';
import styles from './LevelMeter.module.css';
import { levelWord } from './level.ts';
import type { Session } from './session.ts';
import type { Level } from './snapshot.ts';

/** Peaks under it are the room, not a voice. */
const LOW_DB = -60;
/** 16 pictures a second: a meter that a hand on a knob can follow. */
const REDRAW_MS: Ms = 62;

type LevelMeterProps = {
  readonly session: Session;
  /** Whether the microphone is open and not paused. */
  readonly isOpen: boolean;
  /** The word while it is not. */
  readonly closedWord: string;
  /** What moves beside a text one speaks from can be switched off (WCAG 2.2.2); the word stays. */
  readonly hidesBar?: boolean;
};

/** How loud the microphone is: a bar and a word. The bar is drawn past React; only a new word renders. */
export function LevelMeter({ session, isOpen, closedWord, hidesBar = false }: LevelMeterProps) {
  const meter = useRef<HTMLMeterElement>(null);
  const [heard, setHeard] = useState('');

  useEffect(() => {
    if (!isOpen) return undefined;
    let drawnAt = 0;
    let frame = requestAnimationFrame(function next(at) {
      frame = requestAnimationFrame(next);
      const level = session.readLevel();
      if (at - drawnAt < REDRAW_MS) return;
      drawnAt = at;
      if (meter.current !== null) meter.current.value = clamp(level.db, LOW_DB, 0);
      setHeard(wordFor(level));
    });
    return () => cancelAnimationFrame(frame);
  }, [session, isOpen]);

  const word = isOpen ? heard : closedWord;
  return (
    <div className={styles['level']}>
      <span className={styles['label']} id="input-level">
        Input level
      </span>
      {!hidesBar && (
        <meter
          // A closed microphone must not show the last thing it heard.
          key={String(isOpen)}
          ref={meter}
          aria-labelledby="input-level"
          aria-valuetext={word}
          min={LOW_DB}
          max={0}
          low={-30}
          high={-1}
          optimum={-12}
          value={LOW_DB}
        />
      )}
      <span className={styles['word']} data-word={word}>
        {word}
      </span>
    </div>
  );
}

function wordFor({ heldDb, isClipping, isMeasured }: Level): string {
  return isMeasured ? levelWord(heldDb, isClipping) : 'Not measured';
}
