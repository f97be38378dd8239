import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import type { FaultWords } from './fault-words.ts';
import type { Session } from './session.ts';
import type { RecorderSnapshot } from './snapshot.ts';

type LostPictureProps = {
  readonly session: Session;
  readonly snapshot: RecorderSnapshot;
  readonly words: FaultWords;
};

/** In the middle of a take the picture is over: the voice goes on, and the picture may come back. */
export function LostPicture({ session, snapshot, words }: LostPictureProps) {
  const { picture, record, state } = snapshot;
  if (picture.tag !== 'over' && picture.tag !== 'refused') return null;
  const { title } = picture.tag === 'over' ? words.pictureOver : words.picture[picture.fault];
  return (
    <Notice
      tone="warn"
      title={title}
      actions={
        <Button slim onClick={() => session.openPicture()}>
          {record === 'camera' ? 'Open the camera again' : 'Show a screen again'}
        </Button>
      }
    >
      {state.tag === 'recording'
        ? 'Your voice is being recorded all the same. What was to be seen until then is kept.'
        : 'What was to be seen until then is kept. The take goes on with your voice alone.'}
    </Notice>
  );
}
