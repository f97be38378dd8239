import { Button } from '../ui/Button.tsx';
import { Select } from '../ui/Field.tsx';
import { Notice } from '../ui/Notice.tsx';
import type { FaultWords } from './fault-words.ts';
import styles from './PictureCheck.module.css';
import { PicturePreview } from './PicturePreview.tsx';
import type { Session } from './session.ts';
import type { RecorderSnapshot } from './snapshot.ts';

type PictureCheckProps = {
  readonly session: Session;
  readonly snapshot: RecorderSnapshot;
  readonly words: FaultWords;
  readonly showsPreview: boolean;
  readonly onCamera: (id: string | null) => void;
  readonly onShowsPreview: (isShown: boolean) => void;
};

/** The picture beside the voice, before it counts. */
export function PictureCheck(props: PictureCheckProps) {
  const { session, snapshot, words, showsPreview, onCamera, onShowsPreview } = props;
  const { record, picture } = snapshot;
  if (record === 'audio') return null;
  return (
    <div className={styles['check']}>
      {record === 'camera' && <CameraSelect snapshot={snapshot} onChoose={onCamera} />}
      {picture.tag === 'refused' && (
        <Refusal
          session={session}
          {...words.picture[picture.fault]}
          isHopeless={picture.fault === 'unsupported'}
        />
      )}
      {picture.tag === 'over' && <Refusal session={session} {...words.pictureOver} />}
      {picture.tag === 'open' && (
        <div className={styles['seen']}>
          {showsPreview && (
            <PicturePreview stream={picture.stream} record={record} className={styles['preview']} />
          )}
          <Button variant="quiet" onClick={() => onShowsPreview(!showsPreview)}>
            {showsPreview ? 'Hide preview' : 'Show preview'}
          </Button>
          {record === 'screen' && (
            <Button variant="quiet" onClick={() => session.openPicture()}>
              Choose another
            </Button>
          )}
        </div>
      )}
      {(picture.tag === 'closed' || picture.tag === 'opening') && (
        <Button aria-disabled={picture.tag === 'opening'} onClick={() => session.openPicture()}>
          {record === 'camera' ? 'Allow camera' : 'Choose a screen'}
        </Button>
      )}
      {/* There from the start: a live region that comes with its text is not read. */}
      <p role="status" className="small muted">
        {picture.tag === 'opening' &&
          (record === 'camera' ? 'Opening the camera…' : 'Choose in your browser’s list what is to be seen.')}
      </p>
    </div>
  );
}

type CameraSelectProps = {
  readonly snapshot: RecorderSnapshot;
  readonly onChoose: (id: string | null) => void;
};

/** The devices by name. Before one has been allowed the browser names none. */
function CameraSelect({ snapshot, onChoose }: CameraSelectProps) {
  const { cameras, cameraId, picture } = snapshot;
  return (
    <div className={styles['device']}>
      <Select
        label="Camera"
        value={cameraId ?? ''}
        options={[
          { value: '', label: 'The browser’s default' },
          ...(cameraId === null || cameras.some(({ id }) => id === cameraId)
            ? []
            : [
                {
                  value: cameraId,
                  label: picture.tag === 'open' ? 'The open camera' : 'The camera used last',
                },
              ]),
          ...cameras.map(({ id, label }) => ({ value: id, label })),
        ]}
        onChange={(id) => onChoose(id === '' ? null : id)}
      />
    </div>
  );
}

type RefusalProps = {
  readonly session: Session;
  readonly title: string;
  readonly what: string;
  readonly action: string;
  readonly isHopeless?: boolean;
};

function Refusal({ session, title, what, action, isHopeless = false }: RefusalProps) {
  return (
    <Notice
      tone="error"
      title={title}
      actions={
        <>
          {!isHopeless && <Button onClick={() => session.openPicture()}>Try again</Button>}
          <Button variant="plain" onClick={() => session.chooseRecord('audio')}>
            Go on with sound alone
          </Button>
        </>
      }
    >
      <p>{what}</p>
      <p>{action}</p>
    </Notice>
  );
}
