import * as v from 'valibot';
import { type Attempt, type Chunk, CLIP_PART_BYTES, MODES, TAKE_FAULTS } from './attempt.ts';
import type { AttemptId, PromptId } from './ids.ts';
import type { Peaks } from './peaks.ts';
import { RECORD_KINDS } from './picture.ts';
import { type OwnPrompt, PROMPT_KINDS } from './prompt.ts';
import { type CellId, LEVELS, stepOf } from './rubric.ts';
import { COUNTDOWNS, DEFAULT_SETTINGS, KEEPING_ANSWERS, type Settings } from './settings.ts';
import { STEP_IDS } from './step.ts';

/**
 * The shape of everything stored, as schemas: the one gate between what a disk returns and what the rest
 * of the app believes. Fields this version does not know are kept as they are, so that a record written
 * by a newer version survives being changed by this one.
 */

export type Decoded<T> =
  | { readonly tag: 'ok'; readonly value: T }
  | { readonly tag: 'unreadable'; readonly reason: string };

export type Schema<T> = v.GenericSchema<unknown, T>;

/** The reason names the first field that is wrong, such as `segments.0.mimeType: …`. */
export function decode<T>(schema: Schema<T>, value: unknown): Decoded<T> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return { tag: 'ok', value: result.output };
  const [issue] = result.issues;
  return { tag: 'unreadable', reason: `${v.getDotPath(issue) ?? 'record'}: ${issue.message}` };
}

/**
 * The value as it is to be stored.
 *
 * @throws Error when it could not be read back: a bug in whoever made it
 */
export function encode<T>(schema: Schema<T>, value: T): T {
  const decoded = decode(schema, value);
  if (decoded.tag === 'unreadable') throw new Error(`Not storable: ${decoded.reason}`);
  return decoded.value;
}

/** `T` without the room for unknown fields, so that a schema's output can be compared with a type. */
type Known<T> = T extends string | number | boolean | null | undefined | ArrayBuffer | Int8Array
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Known<Item>[]
    : { readonly [Key in keyof T as string extends Key ? never : Key]: Known<T[Key]> };
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile when the schema and the domain's type come apart, in either direction. */
export function schemaOf<T>() {
  return <S extends Schema<T>>(
    schema: S & (Same<Known<v.InferOutput<S>>, Known<T>> extends true ? unknown : never),
  ): Schema<T> => schema;
}

const whole = () => v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const count = whole();
export const ms = whole();
export const epochMs = whole();
export const id = <Id extends string>() =>
  v.custom<Id>((value) => typeof value === 'string' && value !== '', 'Not an id');
export const attemptId = id<AttemptId>();
const promptId = id<PromptId>();
export const cellKey = v.custom<CellId>(
  (value) => typeof value === 'string' && stepOf(value) !== null,
  'Not a cell',
);
export const level = v.picklist(LEVELS);
export const rubricRef = v.looseObject({ id: v.string(), version: v.string() });
const kind = v.picklist(PROMPT_KINDS);
export const step = v.picklist(STEP_IDS);
const textPerStep = v.looseObject(v.entriesFromList(STEP_IDS, v.exactOptional(v.string())));
const covers = v.array(v.looseObject({ id: v.string(), text: v.string() }));
const buffer = v.custom<ArrayBuffer>((value) => value instanceof ArrayBuffer, 'Not an ArrayBuffer');
const samples = v.custom<Int8Array<ArrayBuffer>>((value) => value instanceof Int8Array, 'Not an Int8Array');

const isSorted = <Item>(items: readonly Item[], at: (item: Item) => number) =>
  items.every((item, index) => {
    const before = items[index - 1];
    return before === undefined || at(before) <= at(item);
  });

const processing = v.looseObject({
  echo: v.nullable(v.boolean()),
  noise: v.nullable(v.boolean()),
  gain: v.nullable(v.boolean()),
});

const segments = v.pipe(
  v.array(
    v.looseObject({
      mimeType: v.string(),
      startedAt: epochMs,
      clockStartMs: ms,
      microphone: v.looseObject({
        label: v.string(),
        processing,
        sampleRate: v.exactOptional(count),
        channelCount: v.exactOptional(count),
      }),
      picture: v.exactOptional(
        v.looseObject({ source: v.picklist(['camera', 'screen']), width: count, height: count }),
      ),
    }),
  ),
  v.check((list) => isSorted(list, (segment) => segment.clockStartMs), 'Segments are not in order'),
);

const marks = v.array(v.looseObject({ step, atMs: ms }));

const attemptFacts = {
  id: attemptId,
  promptId,
  prompt: v.looseObject({ title: v.string(), question: v.string(), kind, covers, followUps: textPerStep }),
  source: v.picklist(['recorded', 'imported']),
  imported: v.exactOptional(
    v.looseObject({
      fileName: v.string(),
      isTorn: v.exactOptional(v.literal(true)),
      saysMs: v.exactOptional(ms),
      isReencoded: v.exactOptional(v.literal(true)),
    }),
  ),
  parentId: v.nullable(attemptId),
  drillStep: v.exactOptional(step),
  focus: v.exactOptional(
    v.looseObject({ cell: cellKey, label: v.string(), ifThen: v.string(), from: attemptId }),
  ),
  mode: v.picklist(MODES),
  targetMs: ms,
  outline: textPerStep,
  segments,
  startedAt: epochMs,
  timeZone: v.string(),
  marks,
  firstMarks: v.exactOptional(marks),
  updatedAt: epochMs,
  endedBy: v.nullable(v.picklist(['user', ...TAKE_FAULTS])),
};

const unfinishedAttempt = v.looseObject({
  ...attemptFacts,
  status: v.picklist(['recording', 'finishing']),
});

const keptAttempt = v.pipe(
  v.looseObject({
    ...attemptFacts,
    status: v.literal('kept'),
    durationMs: ms,
    mimeType: v.string(),
    bytes: v.pipe(count, v.minValue(1)),
    isPartial: v.exactOptional(v.literal(true)),
    audioDeletedAt: v.exactOptional(epochMs),
    lacksPicture: v.exactOptional(v.literal(true)),
    sha256: v.pipe(v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))), v.nonEmpty()),
  }),
  v.forward(
    v.partialCheck(
      [['marks'], ['durationMs']],
      ({ marks, durationMs }) =>
        isSorted(marks, (mark) => mark.atMs) && marks.every((mark) => mark.atMs <= durationMs),
      'Marks are not in order within the clip',
    ),
    ['marks'],
  ),
  v.forward(
    v.partialCheck(
      [['bytes'], ['sha256']],
      ({ bytes, sha256 }) => sha256.length <= bytes && sha256.length * CLIP_PART_BYTES >= bytes,
      'As many parts cannot hold as many bytes',
    ),
    ['sha256'],
  ),
);

export const attemptSchema = schemaOf<Attempt>()(v.variant('status', [unfinishedAttempt, keptAttempt]));

export const chunkSchema = schemaOf<Chunk>()(
  v.looseObject({
    attemptId,
    segment: count,
    seq: count,
    offset: count,
    clockEndMs: ms,
    data: buffer,
  }),
);

/** One stored piece of a clip. */
export type ClipPart = { readonly attemptId: AttemptId; readonly part: number; readonly data: ArrayBuffer };

export const clipPartSchema = schemaOf<ClipPart>()(
  v.looseObject({
    attemptId,
    part: count,
    data: v.pipe(
      buffer,
      v.check(
        (data) => data.byteLength > 0 && data.byteLength <= CLIP_PART_BYTES,
        'Not 1 byte to 8 MiB long',
      ),
    ),
  }),
);

export const peaksSchema = schemaOf<Peaks>()(
  v.pipe(
    v.looseObject({
      attemptId,
      version: count,
      bucketMs: v.pipe(ms, v.minValue(1)),
      min: samples,
      max: samples,
    }),
    v.check((peaks) => peaks.min.length === peaks.max.length, 'As many lows as highs are needed'),
  ),
);

export const ownPromptSchema = schemaOf<OwnPrompt>()(
  v.looseObject({
    id: promptId,
    title: v.string(),
    question: v.string(),
    kind,
    category: v.literal('own'),
    targetSec: v.pipe(v.number(), v.minValue(1)),
    covers,
    followUps: textPerStep,
    caveat: v.exactOptional(v.string()),
    createdAt: epochMs,
    updatedAt: epochMs,
  }),
);

const { recording, replay, keyboard, storage, rubric, warmUp } = DEFAULT_SETTINGS;

/** A setting that is missing or unreadable is its default; the others of its group stay as they were chosen. */
export const settingsSchemas: { readonly [Group in keyof Settings]: Schema<Settings[Group]> } = {
  recording: schemaOf<Settings['recording']>()(
    v.looseObject({
      microphoneId: v.fallback(v.nullable(v.string()), recording.microphoneId),
      countdownSec: v.fallback(v.picklist(COUNTDOWNS), recording.countdownSec),
      mode: v.fallback(v.picklist(MODES), recording.mode),
      processing: v.fallback(
        v.looseObject({ echo: v.boolean(), noise: v.boolean(), gain: v.boolean() }),
        recording.processing,
      ),
      record: v.fallback(v.picklist(RECORD_KINDS), recording.record),
      cameraId: v.fallback(v.nullable(v.string()), recording.cameraId),
      showsPreview: v.fallback(v.boolean(), recording.showsPreview),
    }),
  ),
  replay: schemaOf<Settings['replay']>()(
    v.looseObject({ showsPicture: v.fallback(v.boolean(), replay.showsPicture) }),
  ),
  keyboard: schemaOf<Settings['keyboard']>()(
    v.looseObject({ singleKeys: v.fallback(v.boolean(), keyboard.singleKeys) }),
  ),
  storage: schemaOf<Settings['storage']>()(
    v.looseObject({ keeping: v.fallback(v.nullable(v.picklist(KEEPING_ANSWERS)), storage.keeping) }),
  ),
  rubric: schemaOf<Settings['rubric']>()(
    v.looseObject({ inUse: v.fallback(v.nullable(rubricRef), rubric.inUse) }),
  ),
  warmUp: schemaOf<Settings['warmUp']>()(
    v.looseObject({
      doneAt: v.fallback(v.nullable(epochMs), warmUp.doneAt),
      laterUntil: v.fallback(v.nullable(epochMs), warmUp.laterUntil),
    }),
  ),
};
