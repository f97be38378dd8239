/**
 * Reads the whole database of this origin and says in words which of its invariants do not hold; empty
 * when it is sound, or when there is none. Self-contained, so that it can be sent into a page.
 */
export async function checkInvariants(): Promise<string[]> {
  type Row = Readonly<Record<string, unknown>>;
  type Bytes = { readonly data: ArrayBuffer };
  type Attempt = Row & {
    readonly id: string;
    readonly status: string;
    readonly source: string;
    readonly marks: readonly { readonly atMs: number }[];
    readonly segments: readonly { readonly clockStartMs: number }[];
    readonly durationMs: number;
    readonly bytes: number;
    readonly sha256: readonly string[];
    readonly isPartial?: true;
    readonly audioDeletedAt?: number;
  };
  type Part = Bytes & { readonly attemptId: string; readonly part: number };
  type Chunk = Bytes & {
    readonly attemptId: string;
    readonly segment: number;
    readonly seq: number;
    readonly offset: number;
    readonly clockEndMs: number;
  };

  const found: string[] = [];
  const demand = (holds: boolean, violation: string): void => {
    if (!holds) found.push(violation);
  };
  const settled = <Result>(request: IDBRequest<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('Reading failed'));
    });
  const sortedBy = (numbers: readonly number[]): boolean =>
    numbers.every((number, index) => index === 0 || (numbers[index - 1] ?? 0) <= number);
  const hexadecimal = (buffer: ArrayBuffer): string =>
    Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

  const held = new Set((await navigator.locks.query()).held?.map(({ name }) => name));
  const databases = await indexedDB.databases();
  if (!databases.some(({ name }) => name === 'practice')) return found;
  const db = await settled(indexedDB.open('practice'));
  try {
    const tx = db.transaction([...db.objectStoreNames], 'readonly');
    const all = <Item>(store: string): Promise<Item[]> =>
      settled(tx.objectStore(store).getAll() as IDBRequest<Item[]>);
    const [attempts, chunks, clips, peaks, deliveries, sounds, reviews, coaching, trash, quarantine] =
      await Promise.all([
        all<Attempt>('attempts'),
        all<Chunk>('chunks'),
        all<Part>('clips'),
        all<{ readonly attemptId: string }>('peaks'),
        all<{ readonly attemptId: string }>('deliveries'),
        all<{ readonly attemptId: string }>('sounds'),
        all<{ readonly id: string; readonly attemptId: string }>('reviews'),
        all<{ readonly attemptId: string }>('coaching'),
        all<{ readonly store: string; readonly id: string; readonly record: Attempt }>('trash'),
        all<{ readonly store: string; readonly key: string }>('quarantine'),
      ]);

    const removed = trash.filter(({ store }) => store === 'attempts').map(({ record }) => record);
    const known = new Set([
      ...[...attempts, ...removed].map(({ id }) => id),
      ...quarantine.filter(({ store }) => store === 'attempts').map(({ key }) => key),
    ]);
    for (const [store, rows] of Object.entries({
      chunks,
      clips,
      peaks,
      deliveries,
      sounds,
      reviews,
      coaching,
    }))
      for (const { attemptId } of rows) demand(known.has(attemptId), `${store}: no attempt ${attemptId}`);
    for (const { id } of removed)
      demand(!attempts.some((attempt) => attempt.id === id), `attempt ${id} is in the trash and in the list`);

    for (const attempt of [...attempts, ...removed]) {
      const name = `${attempt.status} attempt ${attempt.id}`;
      const parts = clips.filter(({ attemptId }) => attemptId === attempt.id);
      const pieces = chunks.filter(({ attemptId }) => attemptId === attempt.id);
      const marks = attempt.marks.map(({ atMs }) => atMs);
      const { durationMs } = attempt;
      demand(
        sortedBy(attempt.segments.map(({ clockStartMs }) => clockStartMs)),
        `${name}: segments out of order`,
      );
      demand(
        attempt.source !== 'imported' || (attempt.segments.length === 0 && pieces.length === 0),
        `${name}: an import with segments or chunks`,
      );
      demand(sortedBy(marks), `${name}: marks out of order`);
      demand(
        marks.every((atMs) => Number.isInteger(atMs) && atMs >= 0),
        `${name}: a mark is no whole millisecond from 0 on`,
      );
      switch (attempt.status) {
        case 'recording':
          demand(parts.length === 0, `${name}: has a clip`);
          demand(attempt.source !== 'imported', `${name}: is an import`);
          break;
        case 'finishing':
          // Made of a file and not of chunks, an import that is broken off must not stay.
          if (attempt.source === 'imported')
            demand(held.has(`finish:${attempt.id}`), `${name}: an import that nobody is at work on`);
          else demand(pieces.length > 0, `${name}: has no chunks`);
          break;
        case 'kept': {
          const bytes = parts.reduce((sum, { data }) => sum + data.byteLength, 0);
          demand(
            pieces.length === 0 || attempt.isPartial === true,
            `${name}: still has ${pieces.length} chunks`,
          );
          demand(
            marks.every((atMs) => atMs <= durationMs),
            `${name}: a mark is after its end, ${durationMs} ms`,
          );
          if (attempt.audioDeletedAt !== undefined) {
            demand(
              parts.length + pieces.length === 0,
              `${name}: its audio was deleted, and ${bytes} bytes are left`,
            );
            break;
          }
          demand(bytes === attempt.bytes, `${name}: ${bytes} bytes instead of ${attempt.bytes}`);
          demand(
            parts.length === attempt.sha256.length && parts.every(({ part }, index) => part === index),
            `${name}: parts ${parts.map(({ part }) => part).join()} for ${attempt.sha256.length} hashes`,
          );
          for (const { part, data } of parts)
            demand(
              hexadecimal(await crypto.subtle.digest('SHA-256', data)) === attempt.sha256[part],
              `${name}: part ${part} is not what its SHA-256 says`,
            );
          break;
        }
        default:
          demand(false, `${name}: no such status`);
      }
      const segments = new Set(pieces.map(({ segment }) => segment));
      for (const segment of segments) {
        demand(
          segment < attempt.segments.length,
          `${name}: chunks of segment ${segment}, which it does not have`,
        );
        let offset = 0;
        const ofSegment = pieces.filter((chunk) => chunk.segment === segment);
        for (const [index, chunk] of ofSegment.entries()) {
          demand(
            chunk.seq === index,
            `${name}: chunk ${chunk.seq} of segment ${segment} where ${index} belongs`,
          );
          demand(
            chunk.offset === offset,
            `${name}: chunk ${chunk.seq} of segment ${segment} at ${chunk.offset}, not ${offset}`,
          );
          offset += chunk.data.byteLength;
        }
        demand(
          sortedBy(ofSegment.map(({ clockEndMs }) => clockEndMs)),
          `${name}: the clock of segment ${segment} runs back`,
        );
      }
    }
  } finally {
    db.close();
  }
  return found;
}
