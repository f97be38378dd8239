import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GAPS, type Prediction } from '../../src/domain/coaching.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { gapOf, gapState, STAGES, type Stage, stageOf } from '../../src/domain/stage.ts';
import { STEP_IDS } from '../../src/domain/step.ts';

type About = Parameters<typeof stageOf>[0];

const at = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });
const rubric = { id: 'explanation-rubric', version: '1.0.0' };
const prediction = (decidedAt: number | null): Prediction => ({ levels: { clarity: 3 }, rubric, decidedAt });
const CARRIED = {
  cell: 'depth.tradeoffs',
  label: 'Technical depth: Trade-offs',
  ifThen: 'When I decide, I will say why.',
  from: 'earlier' as AttemptId,
} as const;
const SAVED = { ...CARRIED, level: 2, rubric, savedAt: 1_800_000_000_000 } as const;

const gaps = fc
  .tuple(fc.constantFrom(...GAPS), at)
  .map(([choice, now]) => gapOf(choice, { now, fromAt: now, timeZone: 'UTC' }));
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Without what is undefined: an optional field was not given. */
function given<Fields extends object>(fields: Fields): never {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

const abouts: fc.Arbitrary<About> = fc.record({
  attempt: fc
    .record({
      source: fc.constantFrom('recorded' as const, 'imported' as const),
      drillStep: optional(fc.constantFrom(...STEP_IDS)),
      focus: optional(fc.constant(CARRIED)),
    })
    .map((fields) => given(fields)),
  coaching: fc
    .record({
      prediction: optional(fc.option(at).map(prediction)),
      gap: optional(gaps),
      focusDone: optional(fc.constant({ answer: 'yes' as const })),
      focus: optional(fc.constant(SAVED)),
    })
    .map((fields) => given(fields)),
  review: fc.option(fc.record({ lockedAt: fc.option(at) })),
  now: at,
});

/** What a person can do at a stage, and what time does. */
function ways(about: About): readonly About[] {
  const { attempt, coaching, review, now } = about;
  const decided = {
    ...coaching,
    prediction: prediction(now),
    gap: gapOf('ten-minutes', { now, fromAt: now, timeZone: 'UTC' }),
  };
  const scored = { ...about, review: { lockedAt: review?.lockedAt ?? null } };
  switch (stageOf(about)) {
    case 'predict':
      return [{ ...about, coaching: decided }, scored];
    case 'gap':
      return [
        { ...about, coaching: { ...coaching, gap: gapOf('none', { now, fromAt: now, timeZone: 'UTC' }) } },
        { ...about, now: (coaching.gap?.endsAt ?? now) + 1 },
        scored,
      ];
    case 'focus-question':
      return [{ ...about, coaching: { ...coaching, focusDone: { answer: 'no' } } }, scored];
    case 'score':
      return [{ ...about, review: { lockedAt: now } }];
    case 'focus':
      return [{ attempt, review, now, coaching: { ...coaching, focus: SAVED } }];
    case 'done':
      return [];
  }
}

const place = (stage: Stage) => STAGES.indexOf(stage);

test('from every stage each way leads on, and the last one is reached', () => {
  fc.assert(
    fc.property(abouts, (first) => {
      let open = [first];
      for (const _ of STAGES) {
        const next = open.flatMap((about) => {
          const stage = stageOf(about);
          const on = ways(about);
          expect(on.length > 0).toBe(stage !== 'done');
          for (const way of on)
            if (!(stage === 'score' && way.coaching.focus !== undefined))
              expect(place(stageOf(way)), stage).toBeGreaterThan(place(stage));
          return on;
        });
        open = next.filter((about) => stageOf(about) !== 'done');
      }
      expect(open).toEqual([]);
    }),
  );
});

test('time alone never leads back', () => {
  fc.assert(
    fc.property(abouts, fc.nat({ max: 1_000_000_000 }), (about, later) => {
      // Unless the clock was set back, the gap was chosen before.
      fc.pre((about.coaching.gap?.chosenAt ?? 0) <= about.now);
      const after = stageOf({ ...about, now: about.now + later });
      expect(place(after)).toBeGreaterThanOrEqual(place(stageOf(about)));
    }),
  );
});

test('nothing is asked before scoring once a level was chosen, and an import or a drill asks for no prediction', () => {
  fc.assert(
    fc.property(abouts, (about) => {
      const stage = stageOf(about);
      const { source, drillStep } = about.attempt;
      if (about.review !== null) expect(['score', 'focus', 'done']).toContain(stage);
      if (source === 'imported') expect(['predict', 'gap']).not.toContain(stage);
      if (drillStep !== undefined) expect(stage).toBe('done');
    }),
  );
});

const NOON = Date.UTC(2026, 10, 25, 12);

test('a gap lasts ten minutes from the prediction, or none at all', () => {
  const gap = gapOf('ten-minutes', { now: NOON + 5000, fromAt: NOON, timeZone: 'UTC' });
  expect(gap).toEqual({ choice: 'ten-minutes', chosenAt: NOON + 5000, endsAt: NOON + 600_000 });
  expect(gapState({ gap }, NOON + 5000)).toEqual({
    tag: 'waiting',
    choice: 'ten-minutes',
    endsAt: NOON + 600_000,
    leftMs: 595_000,
  });
  expect(gapState({ gap }, NOON + 600_000)).toEqual({ tag: 'over', endsAt: NOON + 600_000 });
  const none = gapOf('none', { now: NOON, fromAt: NOON - 60_000, timeZone: 'UTC' });
  expect(gapState({ gap: none }, NOON).tag).toBe('over');
  // The page may not have looked at the clock since.
  expect(gapState({ gap: none }, NOON - 500).tag).toBe('over');
  expect(gapState({}, NOON)).toEqual({ tag: 'none' });
});

test('a clock that was set back makes nobody wait', () => {
  const gap = gapOf('ten-minutes', { now: NOON, fromAt: NOON, timeZone: 'UTC' });
  expect(gapState({ gap }, NOON)).toMatchObject({ tag: 'waiting', leftMs: 600_000 });
  // The page may not have looked at the clock since.
  expect(gapState({ gap }, NOON - 999)).toMatchObject({ tag: 'waiting', leftMs: 600_000 });
  expect(gapState({ gap }, NOON - 1000).tag).toBe('over');
  expect(gapState({ gap }, NOON - 86_400_000).tag).toBe('over');
});

for (const [timeZone, now, morning] of [
  ['UTC', '2026-11-25T12:00:00Z', '2026-11-26T06:00:00Z'],
  ['Europe/Berlin', '2026-11-25T22:30:00Z', '2026-11-26T05:00:00Z'],
  // There it is the next day already.
  ['Europe/Berlin', '2026-11-25T23:30:00Z', '2026-11-27T05:00:00Z'],
  ['America/Los_Angeles', '2026-11-25T23:30:00Z', '2026-11-26T14:00:00Z'],
  ['Asia/Kolkata', '2026-12-31T12:00:00Z', '2027-01-01T00:30:00Z'],
  // The clocks change in that night.
  ['Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T04:00:00Z'],
  ['Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T05:00:00Z'],
  ['Pacific/Apia', '2026-11-25T12:00:00Z', '2026-11-26T17:00:00Z'],
] as const)
  test(`tomorrow is six o’clock on the next local day: ${timeZone}, ${now}`, () => {
    const nowMs = Date.parse(now);
    const { endsAt } = gapOf('tomorrow', { now: nowMs, fromAt: nowMs, timeZone });
    expect(new Date(endsAt).toISOString()).toBe(new Date(morning).toISOString());
  });

test('a zone nobody knows is the one here', () => {
  const { timeZone: here } = Intl.DateTimeFormat().resolvedOptions();
  const about = { now: NOON, fromAt: NOON };
  expect(gapOf('tomorrow', { ...about, timeZone: 'Nowhere/At all' })).toEqual(
    gapOf('tomorrow', { ...about, timeZone: here }),
  );
});
