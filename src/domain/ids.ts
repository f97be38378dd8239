declare const brand: unique symbol;

/** A string that only the door which makes it may hand out: an attempt's id is no prompt's id. */
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type AttemptId = Branded<'attempt'>;
export type PromptId = Branded<'prompt'>;
export type ReviewId = Branded<'review'>;
export type CommentId = Branded<'comment'>;

/**
 * A UUID of version 7 (RFC 9562, section 5.7): 48 bits of epoch milliseconds, then random bits, so
 * that ids sort by the time they were made.
 *
 * @param at epoch milliseconds
 * @param random at least ten random bytes; the caller brings them, because this layer knows no browser
 */
export function uuidV7(at: number, random: Uint8Array): string {
  if (random.length < 10) throw new RangeError(`uuidV7 needs ten random bytes, got ${random.length}`);
  const bytes = new Uint8Array(16);
  for (let index = 0; index < 6; index += 1) bytes[index] = Math.floor(at / 2 ** (8 * (5 - index))) % 256;
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
