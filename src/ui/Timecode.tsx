import { type Ms, timecode } from '../domain/timeline.ts';

/** A length or a moment: `2:47`. */
export function Timecode({ ms }: { readonly ms: Ms }) {
  return <time dateTime={`PT${Math.max(0, Math.floor(ms / 1000))}S`}>{timecode(ms)}</time>;
}
