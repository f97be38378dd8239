import { useEffect, useRef, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import styles from './ListenBack.module.css';
import type { Session } from './session.ts';

type Stage =
  | { readonly tag: 'idle' | 'listening' | 'failed' }
  | { readonly tag: 'heard'; readonly address: string; readonly isPlaying: boolean };

/** Two seconds recorded and played: a level tells that something is heard, only the ear tells what. */
export function ListenBack({ session }: { readonly session: Session }) {
  const [stage, setStage] = useState<Stage>({ tag: 'idle' });
  const address = stage.tag === 'heard' ? stage.address : null;
  const player = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (address === null) return undefined;
    return () => URL.revokeObjectURL(address);
  }, [address]);

  async function listen() {
    setStage({ tag: 'listening' });
    const sample = await session.recordSample();
    if (sample === null || sample.size === 0) return setStage({ tag: 'failed' });
    setStage({ tag: 'heard', address: URL.createObjectURL(sample), isPlaying: false });
  }

  const isBusy = stage.tag === 'listening';
  return (
    <div className={styles['check']}>
      <Button aria-disabled={isBusy} onClick={() => !isBusy && void listen()}>
        {address === null ? 'Hear yourself for 2 seconds' : 'Record 2 seconds again'}
      </Button>
      {stage.tag === 'heard' && (
        <>
          <audio
            ref={player}
            src={stage.address}
            autoPlay
            onPlaying={() => setStage({ ...stage, isPlaying: true })}
            onEnded={() => setStage({ ...stage, isPlaying: false })}
          />
          {/* A browser may refuse to play what no press has asked for. */}
          <Button
            variant="plain"
            onClick={() => player.current !== null && void playFromStart(player.current)}
          >
            Play it again
          </Button>
        </>
      )}
      <p role="status" className="small muted">
        {words(stage)}
      </p>
    </div>
  );
}

async function playFromStart(sound: HTMLAudioElement): Promise<void> {
  sound.currentTime = 0;
  await sound.play();
}

function words(stage: Stage): string {
  switch (stage.tag) {
    case 'idle':
      return '';
    case 'listening':
      return 'Say something now…';
    case 'heard':
      return stage.isPlaying ? 'Playing what was heard.' : 'That is what a recording will sound like.';
    case 'failed':
      return 'Nothing could be recorded. Choose another microphone, or try again.';
  }
}
