import type { Ms } from '../domain/timeline.ts';
import { chooseFormat } from './codec.ts';
import type { Scope } from './scope.ts';

const SAMPLE_MS: Ms = 2000;

/** The next two seconds as a file of their own; null when the scope ends before, or nothing can be recorded. */
export function recordSample(track: MediaStreamTrack, scope: Scope): Promise<Blob | null> {
  const mimeType = chooseFormat(null, (type) => MediaRecorder.isTypeSupported(type), navigator.userAgent);
  return new Promise((resolve) => {
    const blobs: Blob[] = [];
    try {
      const recorder = new MediaRecorder(new MediaStream([track]), mimeType === null ? {} : { mimeType });
      const stop = scope.add(() => {
        if (recorder.state !== 'inactive') recorder.stop();
        resolve(null);
      });
      recorder.addEventListener('dataavailable', ({ data }) => blobs.push(data));
      recorder.addEventListener('error', () => resolve(null));
      recorder.addEventListener('stop', () => resolve(new Blob(blobs, { type: recorder.mimeType })));
      recorder.addEventListener('start', () => {
        scope.timeout(() => {
          if (recorder.state !== 'inactive') recorder.stop();
        }, SAMPLE_MS);
      });
      recorder.addEventListener('stop', stop);
      recorder.start();
    } catch {
      resolve(null);
    }
  });
}
