import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLIP_PART_BYTES, type KeptAttempt, MODES, TAKE_FAULTS } from '../../src/domain/attempt.ts';
import { ANSWERS, GAPS } from '../../src/domain/coaching.ts';
import {
  coachingSchema,
  deliverySchema,
  ownRubricSchema,
  reviewSchema,
} from '../../src/domain/coaching-records.ts';
import {
  MEASURE_IDS,
  type MeasureId,
  PAUSE_PLACES,
  UNMEASURED,
  type Unmeasured,
} from '../../src/domain/facts.ts';
import type { AttemptId, CommentId, PromptId, ReviewId } from '../../src/domain/ids.ts';
import { RECORD_KINDS } from '../../src/domain/picture.ts';
import { PROMPT_KINDS } from '../../src/domain/prompt.ts';
import {
  attemptSchema,
  chunkSchema,
  clipPartSchema,
  decode,
  encode,
  ownPromptSchema,
  peaksSchema,
  settingsSchemas,
} from '../../src/domain/records.ts';
import { LEVELS, REVIEW_MODES, WRONG_STEPS } from '../../src/domain/rubric.ts';
import { COUNTDOWNS, DEFAULT_SETTINGS, KEEPING_ANSWERS, type Settings } from '../../src/domain/settings.ts';
import { STEP_IDS, type StepId } from '../../src/domain/step.ts';
import { builtInRubric } from '../../src/rubric/definition.ts';
import { CELL_IDS, CRITERION_IDS } from '../support/rubric.ts';

const id = <Id extends string>() => fc.uuid({ version: 7 }).map((text) => text as Id);
const ms = fc.nat({ max: 4 * 3_600_000 });
const epochMs = fc.integer({ min: 0, max: 4_102_444_800_000 });
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const maybe = fc.option(fc.boolean());
const step = fc.constantFrom(...STEP_IDS);
const textPerStep = fc.dictionary(step, text) as fc.Arbitrary<Partial<Record<StepId, string>>>;
const covers = fc.array(fc.record({ id: text, text }));
const kind = fc.constantFrom(...PROMPT_KINDS);
const sorted = <Item>(items: readonly Item[], at: (item: Item) => number) =>
  items.toSorted((a, b) => at(a) - at(b));

const segments = fc
  .array(
    fc.record(
      {
        mimeType: text,
        startedAt: epochMs,
        clockStartMs: ms,
        microphone: fc.record({
          label: text,
          processing: fc.record({ echo: maybe, noise: maybe, gain: maybe }),
        }),
        picture: fc.record({
          source: fc.constantFrom('camera' as const, 'screen' as const),
          width: fc.nat(),
          height: fc.nat(),
        }),
      },
      { requiredKeys: ['mimeType', 'startedAt', 'clockStartMs', 'microphone'] },
    ),
  )
  .map((list) => sorted(list, ({ clockStartMs }) => clockStartMs));

const facts = {
  id: id<AttemptId>(),
  promptId: id<PromptId>(),
  prompt: fc.record({ title: text, question: text, kind, covers, followUps: textPerStep }),
  source: fc.constantFrom('recorded' as const, 'imported' as const),
  parentId: fc.option(id<AttemptId>()),
  mode: fc.constantFrom(...MODES),
  targetMs: ms,
  outline: textPerStep,
  segments,
  startedAt: epochMs,
  timeZone: text,
  updatedAt: epochMs,
  endedBy: fc.option(fc.constantFrom('user' as const, ...TAKE_FAULTS)),
};

const unfinished = fc.record({
  ...facts,
  status: fc.constantFrom('recording' as const, 'finishing' as const),
  marks: fc.array(fc.record({ step, atMs: ms })),
});

const kept: fc.Arbitrary<KeptAttempt> = fc
  .record({
    ...facts,
    status: fc.constant('kept' as const),
    durationMs: ms,
    mimeType: text,
    bytes: fc.integer({ min: 1, max: 10 * CLIP_PART_BYTES }),
    marks: fc.array(fc.record({ step, atMs: ms })),
    hash: fc.stringMatching(/^[0-9a-f]{64}$/),
    deletedAt: fc.option(epochMs),
  })
  .map(({ hash, deletedAt, ...attempt }) => ({
    ...attempt,
    ...(deletedAt === null ? {} : { audioDeletedAt: deletedAt }),
    sha256: Array.from({ length: Math.ceil(attempt.bytes / CLIP_PART_BYTES) }, () => hash),
    marks: sorted(
      attempt.marks.map((mark) => ({ ...mark, atMs: Math.min(mark.atMs, attempt.durationMs) })),
      ({ atMs }) => atMs,
    ),
  }));

const buffer = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Uint8Array.from(bytes).buffer);
const chunk = fc.record({
  attemptId: id<AttemptId>(),
  segment: fc.nat(),
  seq: fc.nat(),
  offset: fc.nat(),
  clockEndMs: ms,
  data: buffer,
});
const clipPart = fc.record({ attemptId: id<AttemptId>(), part: fc.nat(), data: buffer });
const peaks = fc
  .record({
    attemptId: id<AttemptId>(),
    version: fc.nat(),
    bucketMs: fc.integer({ min: 1, max: 1000 }),
    pairs: fc.array(fc.tuple(fc.integer({ min: -127, max: 127 }), fc.integer({ min: -127, max: 127 }))),
  })
  .map(({ pairs, ...rest }) => ({
    ...rest,
    min: Int8Array.from(pairs, ([low]) => low),
    max: Int8Array.from(pairs, ([, high]) => high),
  }));
const rubricRef = fc.record({ id: text, version: text });
const review = fc.record({
  id: id<ReviewId>(),
  attemptId: id<AttemptId>(),
  rubricId: text,
  rubricVersion: text,
  reviewer: fc.constant('self' as const),
  mode: fc.constantFrom(...REVIEW_MODES),
  scores: fc.dictionary(fc.constantFrom(...CELL_IDS), fc.constantFrom(...LEVELS)),
  wrongSteps: fc.subarray([...WRONG_STEPS]),
  startedAt: epochMs,
  updatedAt: epochMs,
  lockedAt: fc.option(epochMs),
});
const ownPrompt = fc.record(
  {
    id: id<PromptId>(),
    title: text,
    question: text,
    kind,
    category: fc.constant('own' as const),
    targetSec: fc.integer({ min: 1, max: 3600 }),
    covers,
    followUps: textPerStep,
    caveat: text,
    createdAt: epochMs,
    updatedAt: epochMs,
  },
  {
    requiredKeys: [
      'id',
      'title',
      'question',
      'kind',
      'category',
      'targetSec',
      'covers',
      'followUps',
      'createdAt',
      'updatedAt',
    ],
  },
);
const cell = fc.constantFrom(...CELL_IDS);
const span = { startMs: ms, endMs: ms };
const answered = fc.record({ answer: fc.constantFrom(...ANSWERS), atMs: ms }, { requiredKeys: ['answer'] });
/** Points are named by the library or by a UUID, never by what every object has. */
const pointId = fc.stringMatching(/^[a-z]{1,12}-c[1-9]$/);
const coaching = fc.record(
  {
    attemptId: id<AttemptId>(),
    prediction: fc.record({
      levels: fc.dictionary(fc.constantFrom(...CRITERION_IDS), fc.constantFrom(...LEVELS)),
      rubric: rubricRef,
      decidedAt: fc.option(epochMs),
    }),
    gap: fc.record({ choice: fc.constantFrom(...GAPS), chosenAt: epochMs, endsAt: epochMs }),
    comments: fc.array(
      fc.record({ id: id<CommentId>(), atMs: ms, text, createdAt: epochMs, updatedAt: epochMs }),
    ),
    covered: fc.dictionary(pointId, answered),
    pauseTags: fc.array(fc.record({ ...span, place: fc.constantFrom(...PAUSE_PLACES) })),
    focusDone: answered,
    focus: fc.record({
      cell,
      label: text,
      level: fc.constantFrom(...LEVELS, 0 as const),
      ifThen: text,
      rubric: rubricRef,
      savedAt: epochMs,
    }),
    updatedAt: epochMs,
  },
  { requiredKeys: ['attemptId', 'comments', 'covered', 'pauseTags', 'updatedAt'] },
);
const delivery = fc.record({
  attemptId: id<AttemptId>(),
  version: fc.nat(),
  speech: fc.option(fc.record(span)),
  pauses: fc.array(fc.record(span)),
  syllables: fc.array(ms),
  localRates: fc.option(fc.array(fc.record({ ...span, ratio: fc.double({ noNaN: true }) }))),
  measures: fc.record(
    Object.fromEntries(
      MEASURE_IDS.map((measure) => [
        measure,
        fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(...UNMEASURED)),
      ]),
    ) as Record<MeasureId, fc.Arbitrary<number | Unmeasured>>,
  ),
});
const ownRubric = fc
  .record({ version: text, createdAt: epochMs })
  .map((own) => ({ ...builtInRubric, ...own }));
const settings: { readonly [Group in keyof Settings]: fc.Arbitrary<Settings[Group]> } = {
  recording: fc.record({
    microphoneId: fc.option(text),
    countdownSec: fc.constantFrom(...COUNTDOWNS),
    mode: fc.constantFrom(...MODES),
    processing: fc.record({ echo: fc.boolean(), noise: fc.boolean(), gain: fc.boolean() }),
    record: fc.constantFrom(...RECORD_KINDS),
    cameraId: fc.option(text),
    showsPreview: fc.boolean(),
  }),
  replay: fc.record({ showsPicture: fc.boolean() }),
  keyboard: fc.record({ singleKeys: fc.boolean() }),
  storage: fc.record({ keeping: fc.constantFrom(null, ...KEEPING_ANSWERS) }),
  rubric: fc.record({ inUse: fc.option(rubricRef) }),
  warmUp: fc.record({ doneAt: fc.option(epochMs), laterUntil: fc.option(epochMs) }),
};

type Case = {
  readonly name: string;
  readonly schema: Parameters<typeof decode>[0];
  readonly records: fc.Arbitrary<object>;
  readonly optional?: readonly string[];
};

const cases: readonly Case[] = [
  { name: 'an unfinished attempt', schema: attemptSchema, records: unfinished },
  { name: 'a kept attempt', schema: attemptSchema, records: kept, optional: ['audioDeletedAt'] },
  { name: 'a chunk', schema: chunkSchema, records: chunk },
  { name: 'a part of a clip', schema: clipPartSchema, records: clipPart },
  { name: 'peaks', schema: peaksSchema, records: peaks },
  { name: 'a review', schema: reviewSchema, records: review },
  {
    name: 'what surrounds the scores of an attempt',
    schema: coachingSchema,
    records: coaching,
    optional: ['prediction', 'gap', 'focusDone', 'focus'],
  },
  { name: 'what was measured', schema: deliverySchema, records: delivery },
  { name: 'an own rubric', schema: ownRubricSchema, records: ownRubric },
  { name: 'an own prompt', schema: ownPromptSchema, records: ownPrompt, optional: ['caveat'] },
];

/** What IndexedDB hands back for what was given to it. */
function stored(record: object): unknown {
  return structuredClone(record);
}

/** `toEqual` sees no difference between two ArrayBuffers. */
function comparable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('data' in value)) return value;
  return value.data instanceof ArrayBuffer ? { ...value, data: new Uint8Array(value.data) } : value;
}

test.for(cases)(
  '$name is read as it was written, fields of other versions included',
  ({ schema, records }) => {
    const read = (record: object) => {
      const decoded = decode(schema, stored(record));
      return decoded.tag === 'ok' ? comparable(decoded.value) : decoded;
    };
    fc.assert(
      fc.property(records, fc.string({ minLength: 1 }), fc.jsonValue(), (record, name, value) => {
        const extended = { ...record, [`x-${name}`]: value };
        expect(read(encode<unknown>(schema, record) as object)).toEqual(comparable(record));
        expect(read(extended)).toEqual(comparable(extended));
      }),
    );
  },
);

test.for(cases)('$name without one of its fields is unreadable, and the reason names it', (subject) => {
  const { schema, records, optional = [] } = subject;
  fc.assert(
    fc.property(records, fc.nat(), (record, which) => {
      const keys = Object.keys(record).filter((key) => !optional.includes(key));
      const missing = keys[which % keys.length] ?? '';
      const rest = Object.fromEntries(Object.entries(record).filter(([key]) => key !== missing));
      expect(decode(schema, rest)).toMatchObject({
        tag: 'unreadable',
        reason: expect.stringMatching(new RegExp(`^${missing}: `)),
      });
      expect(() => encode<unknown>(schema, rest)).toThrow(missing);
    }),
  );
});

test('nothing but a record is a record', () => {
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(undefined, null, []), fc.anything()), (value) => {
      for (const { schema } of cases) expect(decode(schema, value).tag).toBe('unreadable');
    }),
  );
});

const aKept = fc.sample(kept, { numRuns: 1, seed: 1 })[0] as KeptAttempt;
const whole = {
  ...aKept,
  durationMs: 1000,
  marks: [
    { step: 'situation', atMs: 0 },
    { step: 'approach', atMs: 1000 },
  ],
  segments: [{ ...aSegment(0) }, { ...aSegment(500) }],
  bytes: CLIP_PART_BYTES + 1,
  sha256: ['a'.repeat(64), '0'.repeat(64)],
};

function aSegment(clockStartMs: number) {
  const processing = { echo: false, noise: null, gain: true };
  return { mimeType: 'audio/webm', startedAt: 1, clockStartMs, microphone: { label: '', processing } };
}

test.for<[what: string, reason: string, change: object]>([
  ['a mark after the end', 'marks', { durationMs: 999 }],
  ['a mark before the start', 'marks.0.atMs', { marks: [{ step: 'next', atMs: -1 }] }],
  ['a mark within a millisecond', 'marks.0.atMs', { marks: [{ step: 'next', atMs: 0.5 }] }],
  ['an unknown step', 'marks.0.step', { marks: [{ step: 'outro', atMs: 1 }] }],
  ['marks out of order', 'marks', { marks: whole.marks.toReversed() }],
  ['segments out of order', 'segments', { segments: whole.segments.toReversed() }],
  ['an empty clip', 'bytes', { bytes: 0 }],
  ['no hash', 'sha256', { sha256: [] }],
  ['too few parts for the bytes', 'sha256', { sha256: whole.sha256.slice(1) }],
  ['more parts than bytes', 'sha256', { bytes: 1 }],
  ['no hexadecimal', 'sha256.1', { sha256: [whole.sha256[0], 'A'.repeat(64)] }],
  ['a duration that is no number', 'durationMs', { durationMs: Number.NaN }],
  ['an infinite duration', 'durationMs', { durationMs: Number.POSITIVE_INFINITY }],
  ['a status of another version', 'status', { status: 'archived' }],
  ['an empty id', 'id', { id: '' }],
])('a kept attempt with %s is unreadable: %s', ([, reason, change]) => {
  expect(decode(attemptSchema, whole)).toEqual({ tag: 'ok', value: whole });
  const decoded = decode(attemptSchema, { ...whole, ...change });
  expect(decoded).toMatchObject({
    tag: 'unreadable',
    reason: expect.stringMatching(new RegExp(`^${reason}: `)),
  });
});

test('an unfinished attempt may have marks in any order: a take is never refused for them', () => {
  const { durationMs: _, mimeType: __, bytes: ___, sha256: ____, ...rest } = whole;
  const attempt = { ...rest, status: 'recording', marks: whole.marks.toReversed() };
  expect(decode(attemptSchema, attempt)).toEqual({ tag: 'ok', value: attempt });
});

test('a part of a clip is neither empty nor larger than a part', () => {
  const part = (length: number) => ({ attemptId: 'a', part: 0, data: new ArrayBuffer(length) });
  expect(decode(clipPartSchema, part(CLIP_PART_BYTES)).tag).toBe('ok');
  expect(decode(clipPartSchema, part(CLIP_PART_BYTES + 1)).tag).toBe('unreadable');
  expect(decode(clipPartSchema, part(0)).tag).toBe('unreadable');
});

const { criteria: CRITERIA, steps: STEPS, cells: CELLS, bands: BANDS, levels: RUBRIC_LEVELS } = builtInRubric;

test.for<[what: string, change: object]>([
  ['a cell', { cells: CELLS.slice(1) }],
  ['a cell, with another twice', { cells: [...CELLS.slice(1), CELLS[1]] }],
  ['the place of a cell', { cells: CELLS.map((cell) => ({ ...cell, step: 'next' })) }],
  ['the cells of a criterion', { criteria: [...CRITERIA, { ...CRITERIA[0], id: 'other' }] }],
  ['all criteria and cells', { criteria: [], cells: [] }],
  ['a step', { steps: STEPS.slice(1) }],
  ['a level', { levels: RUBRIC_LEVELS.slice(1) }],
  ['the lowest band', { bands: BANDS.toSorted((a, b) => a.from - b.from).slice(1) }],
  ['the highest band', { bands: BANDS.toSorted((a, b) => b.from - a.from).slice(1) }],
  ['all budgets', { budgets: {} }],
])('an own rubric without %s is unreadable', ([, change]) => {
  const own = { ...builtInRubric, id: 'own', version: '1', createdAt: 1 };
  const shuffled = { ...own, cells: own.cells.toReversed(), bands: own.bands.toReversed() };
  for (const whole of [own, shuffled]) expect(decode(ownRubricSchema, whole).tag).toBe('ok');
  expect(decode(ownRubricSchema, { ...own, ...change })).toMatchObject({
    tag: 'unreadable',
    reason: expect.stringMatching(/^record: Not whole/),
  });
});

test('a score is 1 to 4', () => {
  const [draft] = fc.sample(review, 1);
  for (const level of [0, 5, 2.5, '3', null])
    expect(decode(reviewSchema, { ...draft, scores: { 'depth.next': level } })).toMatchObject({
      tag: 'unreadable',
      reason: expect.stringMatching(/^scores\.depth\.next: /),
    });
});

test('settings are read as they were written', () => {
  fc.assert(
    fc.property(settings.recording, settings.keyboard, (recording, keyboard) => {
      expect(decode(settingsSchemas.recording, stored(recording))).toEqual({ tag: 'ok', value: recording });
      expect(decode(settingsSchemas.keyboard, stored(keyboard))).toEqual({ tag: 'ok', value: keyboard });
    }),
  );
});

test('a setting that is missing or unreadable is its default, and the others stay', () => {
  fc.assert(
    fc.property(
      settings.recording,
      fc.constantFrom('microphoneId', 'countdownSec', 'mode', 'processing'),
      (value, key) => {
        const expected = { ...value, [key]: Reflect.get(DEFAULT_SETTINGS.recording, key) as unknown };
        const rest = Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
        for (const broken of [rest, { ...rest, [key]: 77 }])
          expect(decode(settingsSchemas.recording, broken)).toEqual({ tag: 'ok', value: expected });
      },
    ),
  );
});
