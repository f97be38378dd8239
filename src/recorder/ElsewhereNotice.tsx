import { Notice } from '../ui/Notice.tsx';
import type { Elsewhere } from './recorder-lock.ts';

/** What became of the recorder while this page waited for it or had given it away. */
export function ElsewhereNotice({ elsewhere }: { readonly elsewhere: Elsewhere | null }) {
  if (elsewhere === null || elsewhere.tag === 'recording') return null;
  if (elsewhere.tag === 'done') {
    return (
      <Notice tone="info" title="You can record here now">
        The other tab is done. The microphone is closed until you open it.
      </Notice>
    );
  }
  return (
    <Notice tone="info" title="Another tab has the microphone">
      It was open here, but nothing was recorded. Open it here again and the other tab gives it back.
    </Notice>
  );
}

/** Which prompt the other tab is busy with. */
export function WhereElse({ elsewhere }: { readonly elsewhere: Elsewhere | null }) {
  if (elsewhere?.tag !== 'recording' || elsewhere.title === null) return null;
  return <p>{`It records “${elsewhere.title}”.`}</p>;
}
