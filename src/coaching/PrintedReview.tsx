import { useEffect, useState } from 'react';
import { createPortal, flushSync } from 'react-dom';
import styles from './PrintedReview.module.css';
import type { ReviewSheet } from './review-sheet.ts';

/**
 * What stands on paper instead of the page. It is there only while the page is printed, by whichever way: on
 * the screen nothing of it could be found, searched or read aloud twice.
 */
export function PrintedReview({ sheet }: { readonly sheet: ReviewSheet }) {
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    // The browser takes its picture of the page as soon as the listeners have returned.
    const begin = () => flushSync(() => setPrinting(true));
    const end = () => setPrinting(false);
    addEventListener('beforeprint', begin);
    addEventListener('afterprint', end);
    return () => {
      removeEventListener('beforeprint', begin);
      removeEventListener('afterprint', end);
    };
  }, []);
  return isPrinting ? createPortal(<Paper sheet={sheet} />, document.body) : null;
}

function Paper({ sheet }: { readonly sheet: ReviewSheet }) {
  const { title, question, facts, overall, notes, criteria, steps, comments, covered, prediction } = sheet;
  const { carried, focus } = sheet;
  return (
    <article className={styles['paper']} aria-label="Review on paper">
      <h1>{title}</h1>
      <p className={styles['facts']}>{facts.join(' · ')}</p>
      <p className={styles['voice']}>{question}</p>
      {overall !== null && (
        <p className={styles['total']}>
          <strong>{overall}</strong>
          {criteria.map(({ label, score }) => (
            <span key={label}>
              {label} {score}
            </span>
          ))}
        </p>
      )}
      {notes.length > 0 && <p className={styles['facts']}>{notes.join(' ')}</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            {criteria.map(({ label }) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map(({ id, label, time, cells }) => (
            <tr key={id}>
              <th scope="row">
                {label}
                {time !== null && <span>{time}</span>}
              </th>
              {cells.map(({ criterion, level, text, moments }) => (
                <td key={criterion}>
                  <strong>{level}</strong>
                  {moments.length > 0 && ` ${moments.join(', ')}`}
                  {text !== null && <p>{text}</p>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles['rest']}>
        {comments.length > 0 && (
          <section>
            <h2>Comments</h2>
            <ul>
              {comments.map(({ at, text }, index) => (
                <li key={`${at} ${index}`}>
                  <span className={styles['at']}>{at}</span>
                  <span className={styles['voice']}>{text}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
        {covered.length > 0 && (
          <section>
            <h2>Covered points</h2>
            <ul>
              {covered.map(({ point, answer, at }, index) => (
                <li key={`${point} ${index}`}>
                  <span className={styles['answer']}>{answer}</span>
                  <span>
                    {point}
                    {at !== null && ` (${at})`}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        )}
        {prediction !== null && (
          <section>
            <h2>Prediction against score</h2>
            <ul>
              {prediction.map(({ label, predicted, scored }) => (
                <li key={label}>
                  <span>
                    {label}: predicted {predicted}, scored {scored}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        )}
        {carried !== null && (
          <section>
            <h2>Focus of this take: {carried.label}</h2>
            <p className={styles['voice']}>{carried.ifThen}</p>
            <p>Done: {carried.done}</p>
          </section>
        )}
        {focus !== null && (
          <section>
            <h2>Focus: {focus.label}</h2>
            <p className={styles['voice']}>{focus.ifThen}</p>
          </section>
        )}
      </div>
    </article>
  );
}
