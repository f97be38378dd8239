import type { AttemptId } from '../domain/ids.ts';
import { timecode } from '../domain/timeline.ts';
import { Button, LinkButton } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import type { FaultWords } from './fault-words.ts';
import { isKept, isRetryable, type RecorderState } from './machine.ts';
import { WayOut } from './WayOut.tsx';

type EndingProps = {
  readonly state: Extract<RecorderState, { readonly tag: 'saved' | 'failed' }>;
  readonly words: FaultWords;
  readonly reviewPath: (id: AttemptId) => string;
  readonly onRetry: () => void;
  readonly onStartAgain: () => void;
};

/** A take that did not end as its speaker meant it to: what is left of it, why, and the way on. */
export function Ending({ state, words, reviewPath, onRetry, onStartAgain }: EndingProps) {
  const startAgain = <Button onClick={onStartAgain}>Start again</Button>;
  if (state.tag === 'saved') {
    if (state.cause === 'user') return null;
    const { title, what, action } = words.take[state.cause];
    const wayOut = <WayOut words={words.take[state.cause]} isHeld={false} />;
    return (
      <Notice
        tone="error"
        title={`We kept ${timecode(state.keptMs)}`}
        actions={
          <>
            <LinkButton variant="primary" to={reviewPath(state.attemptId)}>
              Review it
            </LinkButton>
            {startAgain}
            {wayOut}
          </>
        }
      >
        <p>
          {title}. {what}
        </p>
        <p>{action}</p>
      </Notice>
    );
  }
  const tryAgain = (
    <Button variant="primary" onClick={onRetry}>
      Try again
    </Button>
  );
  if (!isKept(state)) {
    const why = state.cause === 'user' ? words.save.empty.what : `${words.take[state.cause].title}.`;
    const wayOut = (
      <WayOut
        words={state.cause === 'user' ? words.save.empty : words.take[state.cause]}
        isHeld={isRetryable(state)}
      />
    );
    if (!isRetryable(state)) {
      return (
        <Notice
          tone="error"
          title={words.save.empty.title}
          actions={
            <>
              {startAgain}
              {wayOut}
            </>
          }
        >
          {why}
        </Notice>
      );
    }
    return (
      <Notice
        tone="error"
        title="Nothing is saved yet"
        actions={
          <>
            {tryAgain}
            {wayOut}
            {startAgain}
          </>
        }
      >
        <p>{why} What you said is held by this tab alone.</p>
        <p>Free space on this device, then try again here.</p>
      </Notice>
    );
  }
  const { title, what, action } = words.save[state.fault];
  return (
    <Notice
      tone="error"
      title={`We kept ${timecode(state.savedMs)}`}
      actions={
        <>
          {tryAgain}
          <WayOut words={words.save[state.fault]} isHeld />
          {startAgain}
          <LinkButton variant="plain" to={reviewPath(state.attemptId)}>
            Review it
          </LinkButton>
        </>
      }
    >
      <p>
        {title}. {what}
      </p>
      <p>{action}</p>
    </Notice>
  );
}
