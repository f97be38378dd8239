// First: it names the order of all layers.
import '../../src/ui/tokens.css';
import { createElement } from 'react';
import { expect, onTestFinished, test } from 'vitest';
import { page } from 'vitest/browser';
import { startMeasuring } from '../../src/app/measuring.ts';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import { type Delivery, MEASURE_IDS } from '../../src/domain/facts.ts';
import { OTHER_PROMPT_ID } from '../../src/domain/prompt.ts';
import { DeliveryPanel } from '../../src/reveal/DeliveryPanel.tsx';
import type { Measuring } from '../../src/reveal/measuring.ts';
import { readAlike } from '../../src/reveal/read-alike.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import {
  aDelivery,
  aKeptAttempt,
  anEmptyArchive,
  aReview,
  aSegment,
  keepAnAttempt,
} from '../support/factories.ts';
import { speechLike } from '../support/speech-like.ts';
import { expectGoodLooks, mount, openApp } from './app.tsx';
import { all, type Kept, marksAt, openReview, patiently } from './open-review.ts';
import { wav } from './takes.ts';

const LOCKED: Kept = {
  durationMs: 300_000,
  marks: marksAt(0, 45_000, 135_000, 210_000, 270_000),
  review: { scores: all(3), lockedAt: 1_790_000_200_000 },
};
const PAUSES = [
  { startMs: 45_000, endMs: 46_000 },
  { startMs: 104_000, endMs: 108_400 },
  { startMs: 191_000, endMs: 196_600 },
];

const region = () => page.getByRole('region', { name: 'What the recording shows' });
const table = () => page.getByRole('table', { name: 'Delivery', exact: true });

function measured({ id }: Pick<KeptAttempt, 'id'>, fields: Partial<Delivery['measures']> = {}): Delivery {
  return aDelivery({
    attemptId: id,
    pauses: PAUSES,
    syllables: Array.from({ length: 1200 }, (_, index) => index * 250),
    measures: { ...aDelivery().measures, ...fields },
  });
}

/** What a row says after its name: what it is, the value, what is usual, the confidence. */
function rowOf(label: string): readonly string[] {
  const row = table()
    .getByRole('row')
    .elements()
    .find((one) => one.firstElementChild?.textContent === label);
  return [...(row?.children ?? [])].slice(1).map((cell) => cell.textContent.replaceAll('\u00a0', ' '));
}

const lockedAt = 1_790_000_200_000;

/** Another measured recording, its scores locked. */
async function keepAnother(
  archive: Archive,
  pitchMedian: number,
  fields: Partial<KeptAttempt> = {},
  version = 1,
): Promise<KeptAttempt> {
  const other = await keepAnAttempt(archive, fields);
  await archive.reviews.put(aReview({ attemptId: other.id, lockedAt }));
  await archive.deliveries.put({ ...measured(other, { pitchMedian }), version });
  return other;
}

test('each measure stands with its value, what it is, what is usual and how sure it is', async () => {
  const { archive, attempt } = await openReview(LOCKED);
  await expect.element(region()).toMatchTextContent(/Delivery\s*Not measured yet/);
  await archive.deliveries.put(measured(attempt));
  await expect.element(table()).toBeVisible();
  await expect
    .poll(() => rowOf('Speech rate estimate'), patiently)
    .toEqual([
      'Syllables a second from first to last word, pauses included.',
      '4.0 syll/s',
      '–not enough yet: 0 of 5',
      'Confidence normal',
    ]);
  expect(rowOf('Pauses').slice(1, 2)).toEqual(['3 in all, 0.6 a minute']);
  expect(rowOf('Pause share').slice(1, 2)).toEqual(['4%']);
  await expect
    .element(region())
    .toMatchTextContent(/takes 5 earlier recordings .*; before this one there are 0\./);
  for (const [index, pitch] of [100, 130, 105, 110, 120].entries())
    await keepAnother(archive, pitch, { startedAt: attempt.startedAt - index - 1 });
  // From the smallest to the largest, a tenth of the way in.
  await expect.poll(() => rowOf('Pitch')[2], patiently).toBe('Usually 102 to 126');
  await expect.element(region()).toMatchTextContent('Every figure lies within your usual range.');
  await archive.deliveries.put(measured(attempt, { pitchMedian: 140 }));
  await expect.element(region()).toMatchTextContent('Outside your usual range: pitch above.');
  // Shown as 126, the end of the range: neither the sentence nor the dot is outside of it.
  await archive.deliveries.put(measured(attempt, { pitchMedian: 126.4 }));
  await expect.element(region()).toMatchTextContent('Every figure lies within your usual range.');
  const [band, dot] = ['rect', 'circle'].map((name) =>
    table()
      .getByRole('row', { name: /^Pitch Half/ })
      .element()
      .querySelector(name)
      ?.getBoundingClientRect(),
  );
  expect(((dot?.left ?? 0) + (dot?.right ?? 0)) / 2).toBeLessThanOrEqual((band?.right ?? 0) + 0.5);
});

test('usual is what the last ten alike before it say: no drill, no other microphone, no older analysis, none after it or before its lock', async () => {
  const archive = await anEmptyArchive();
  const attempt = await keepAnAttempt(archive);
  const settings = { label: 'Fake microphone', processing: { echo: false, noise: false, gain: false } };
  const other = [aSegment({ microphone: { ...settings, label: 'Another' } })];
  const hours = (count: number) => ({ startedAt: 1_790_000_000_000 - count * 3_600_000 });
  await archive.deliveries.put(measured(attempt, { pitchMedian: 1 }));
  await keepAnother(archive, 2, { ...hours(0.5), drillStep: 'next', parentId: attempt.id });
  await keepAnother(archive, 3, { ...hours(0.5), segments: other });
  await keepAnother(archive, 4, hours(0.5), 0);
  await keepAnAttempt(archive, hours(0.5));
  // Neither one without a review nor one that is judged: these would tell what it says.
  for (const pitch of [5, 6]) {
    const open = await keepAnAttempt(archive, hours(0.5));
    if (pitch === 6) await archive.reviews.put(aReview({ attemptId: open.id }));
    await archive.deliveries.put(measured(open, { pitchMedian: pitch }));
  }
  await keepAnother(archive, 7, hours(-1));
  for (let index = 0; index < 12; index += 1) await keepAnother(archive, 100 + index, hours(index + 1));
  const found = await readAlike(archive, attempt, 1, new AbortController().signal);
  expect(found?.map(({ measures }) => measures.pitchMedian)).toEqual(
    Array.from({ length: 10 }, (_, index) => 100 + index),
  );
  expect(await readAlike(archive, attempt, 1, AbortSignal.abort())).toBeNull();
});

test('however many attempts there are, three hundred are looked at', { timeout: 60_000 }, async () => {
  const archive = await anEmptyArchive();
  const days = (count: number) => ({ startedAt: 1_790_000_000_000 - count * 86_400_000 });
  const attempt = await keepAnAttempt(archive, days(0));
  for (let index = 1; index <= 300; index += 1)
    await (index === 300 ? keepAnother(archive, 110, days(index)) : keepAnAttempt(archive, days(index)));
  await keepAnother(archive, 120, days(301));
  let seen = 0;
  const counting: Archive = {
    ...archive,
    attempts: {
      ...archive.attempts,
      page: async (query) => {
        const found = await archive.attempts.page(query);
        seen += found.attempts.length;
        return found;
      },
    },
  };
  const found = await readAlike(counting, attempt, 1, new AbortController().signal);
  expect(found?.map(({ measures }) => measures.pitchMedian)).toEqual([110]);
  expect(seen).toBe(300);
});

test('earlier recordings that cannot be read leave the values, and it is said', async () => {
  const { archive, attempt } = await openReview(LOCKED, (real) => ({
    ...real,
    attempts: { ...real.attempts, page: () => Promise.reject(new StorageError('unavailable')) },
  }));
  await archive.deliveries.put(measured(attempt));
  await expect.element(region()).toMatchTextContent('Earlier recordings cannot be read now');
  expect(rowOf('Pitch')[1]).toBe('120 Hz');
});

test('what has no value says why, and confidence is low with its reasons', async () => {
  const gained = { echo: false, noise: false, gain: true };
  const { archive, attempt } = await openReview({
    ...LOCKED,
    segments: [aSegment(), aSegment({ microphone: { label: 'Fake microphone', processing: gained } })],
  });
  await archive.deliveries.put(
    measured(attempt, { signalToNoise: 11.2, pitchMedian: 'no-voice', pitchSpread: 'too-short' }),
  );
  await expect.element(region()).toMatchTextContent(/Confidence is low: the speech stands 11.dB above/);
  await expect.element(region()).toMatchTextContent('automatic level was on');
  expect(rowOf('Pitch').slice(1)).toEqual(['Cannot be measured, because no voiced sound was found.']);
  expect(rowOf('Pitch spread').slice(1)).toEqual([
    'Cannot be measured, because there is too little sound or speech in it.',
  ]);
  expect(rowOf('Loudness')[3]).toBe('Confidence low');
});

test('what could be decoded in part says how far it was', async () => {
  const { archive, attempt } = await openReview(LOCKED);
  await archive.deliveries.put({ ...measured(attempt), heardMs: 12_400 });
  await expect.element(region()).toMatchTextContent('Measured as far as it could be decoded: 0:12 of 5:00.');
  await archive.deliveries.put({ ...measured(attempt), heardMs: 298_000 });
  await expect.element(region()).not.toMatchTextContent('as far as it could be decoded');
});

test('without speech the reason is given once, beside what is true of any sound', async () => {
  const { archive, attempt } = await openReview(LOCKED);
  const silent = Object.fromEntries(
    MEASURE_IDS.map((id) => [id, id === 'loudness' ? -60 : id === 'clipped' ? 0 : 'no-speech']),
  ) as Delivery['measures'];
  await archive.deliveries.put({ ...measured(attempt, silent), speech: null, pauses: [], localRates: null });
  await expect
    .element(region())
    .toMatchTextContent('The delivery cannot be measured, because no speech was found.');
  const names = table().getByRole('rowheader').elements();
  expect(names.map((name) => name.textContent)).toEqual(['Loudness', 'Clipping']);
  expect(rowOf('Loudness').slice(1)).toEqual(['−60.0 LUFS', '–not enough yet: 0 of 5', 'Confidence normal']);
  await expect.element(region()).not.toMatchTextContent('Step by step');
  await archive.deliveries.put({
    ...measured(attempt, { ...silent, speechRate: 'silent' }),
    speech: null,
    pauses: [],
    localRates: null,
  });
  await expect
    .element(page.getByText('Pauses cannot be measured, because the recording is silent.'))
    .toBeVisible();
});

test('the facts of each step are in a table, and a dash says why', async () => {
  const { archive, attempt } = await openReview(LOCKED);
  await archive.deliveries.put(measured(attempt));
  await region().getByText('Step by step', { exact: true }).click();
  const facts = page.getByRole('table', { name: 'Measured, step by step' });
  const cells = (name: string) =>
    facts
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name }) })
      .getByRole('cell')
      .elements()
      .map((cell) => cell.textContent);
  await expect.element(facts).toBeVisible();
  expect(cells('Longest pause in step, s')).toEqual(['', '1.0', '4.4', '5.6', '0.0', '0.0']);
  expect(cells('Estimated syllables per second, syll/s')).toEqual(['4.0', '4.0', '4.0', '4.0', '4.0', '4.0']);
  expect(cells('Pause at step boundary, s').at(-1)).toBe(
    '–cannot be measured, because the step ends with the take',
  );
});

/** The panel alone, in a state the page would have to be caught in. */
function mountPanel(archive: Archive, measuring: Measuring, delivery: Delivery | null = null) {
  const attempt = aKeptAttempt();
  return mount(createElement(DeliveryPanel, { archive, attempt, delivery, measuring }));
}

function noted(): { readonly calls: number[]; readonly note: () => void } {
  const calls: number[] = [];
  return { calls, note: () => calls.push(calls.length) };
}

test('without marks the facts are those of the whole, and that there are none is said once', async () => {
  const { archive, attempt } = await openReview({ ...LOCKED, marks: [] });
  await archive.deliveries.put(measured(attempt));
  await region().getByText('Step by step', { exact: true }).click();
  const facts = page.getByRole('table', { name: 'Measured, step by step' });
  await expect.element(facts).toBeVisible();
  expect(facts.getByRole('columnheader').elements()).toHaveLength(2);
  expect(
    region()
      .element()
      .textContent.match(/no marks/g),
  ).toHaveLength(1);
});

test('measuring shows how far it is and can be stopped, and stopped it can go on', async () => {
  const archive = await anEmptyArchive();
  const { calls, note } = noted();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  let panel = mountPanel(archive, { tag: 'waiting', stop: note });
  await press('Stop');
  panel.unmount();
  panel = mountPanel(archive, { tag: 'measuring', progress: 0.43, stop: note });
  const bar = page.getByRole('progressbar', { name: 'Measuring the recording' });
  expect((bar.element() as HTMLProgressElement).value).toBe(0.43);
  await press('Stop');
  panel.unmount();
  panel = mountPanel(archive, { tag: 'stopped', start: note });
  await press('Measure now');
  panel.unmount();
  expect(calls.length).toBe(3);
  // What is there stays in sight while it is measured anew.
  mountPanel(archive, { tag: 'measuring', progress: 0.1, stop: note }, measured(aKeptAttempt()));
  await expect.element(bar).toBeVisible();
  await expect.element(table()).toBeVisible();
  await archive.close();
});

test('the page measures in the background; stopped, it goes on when told to, and what it found fills in', {
  timeout: 60_000,
}, async () => {
  const archive = await anEmptyArchive();
  const seconds = 240;
  const clip = await wav(speechLike(seconds, 1, 16_000), 16_000).arrayBuffer();
  const fields = { durationMs: seconds * 1000, mimeType: 'audio/wav', marks: marksAt(0, 60_000) };
  const attempt = await keepAnAttempt(archive, fields, [clip]);
  await archive.reviews.put(aReview({ attemptId: attempt.id, scores: all(3), lockedAt: 1_790_000_200_000 }));
  await openApp(archive, `/attempts/${attempt.id}`);
  await expect.element(region()).toMatchTextContent('Not measured yet: its turn comes by itself.');
  const ended = new AbortController();
  onTestFinished(() => ended.abort());
  startMeasuring(archive, ended.signal);
  await expect.element(page.getByRole('progressbar', { name: 'Measuring the recording' })).toBeVisible();
  await region().getByRole('button', { name: 'Stop', exact: true }).click();
  await expect.element(region()).toMatchTextContent('Measuring was stopped.');
  await expect.element(table()).not.toBeInTheDocument();
  await region().getByRole('button', { name: 'Measure now' }).click();
  await expect.element(table(), patiently).toBeVisible();
  await expect.element(region()).not.toMatchTextContent(/not measured/i);
  await expect
    .element(page.getByRole('status', { name: 'Announcements' }))
    .toMatchTextContent('The recording is measured.');
});

test('what failed says why and can be tried again', async () => {
  const archive = await anEmptyArchive();
  const { calls, note } = noted();
  const panel = mountPanel(archive, { tag: 'failed', why: 'undecodable', start: note });
  await expect
    .element(page.getByText('The delivery cannot be measured, because its sound cannot be decoded here.'))
    .toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  panel.unmount();
  mountPanel(archive, { tag: 'failed', why: null, start: note });
  await expect.element(page.getByText('Measuring broke off before its end.')).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  expect(calls.length).toBe(2);
  await archive.close();
});

test('audio that was deleted before it was measured offers nothing to press', async () => {
  const { archive, attempt } = await openReview(LOCKED);
  await archive.clips.erase(attempt.id);
  await expect
    .element(region())
    .toMatchTextContent(/Delivery\s*Its audio was deleted before it was measured\.\s*Predicted/);
  await expect.element(region()).toMatchTextContent(/Three longest pauses\s*Not measured\./);
  await expect.element(region().getByRole('button', { name: 'Measure now' })).not.toBeInTheDocument();
});

test('what was measured of deleted audio stays', async () => {
  const { archive, attempt } = await openReview(LOCKED);
  await archive.deliveries.put(measured(attempt));
  await archive.clips.erase(attempt.id);
  await expect.element(table()).toBeVisible();
  await expect.element(region()).not.toMatchTextContent('deleted before');
});

test('an import says that nothing is known of its microphone', async () => {
  const { archive, attempt } = await openReview({
    ...LOCKED,
    promptId: OTHER_PROMPT_ID,
    source: 'imported',
    segments: [],
    endedBy: null,
  });
  await archive.deliveries.put(measured(attempt));
  await expect.element(region()).toMatchTextContent('an imported file does not say how it was recorded');
  await expect.element(region()).toMatchTextContent('Nothing is known of their microphones.');
  expect(rowOf('Loudness')[3]).toBe('Confidence not known');
});

const LOOKS: readonly (readonly [string, Partial<Delivery['measures']>, readonly number[]])[] = [
  ['with usual ranges', {}, [100, 105, 110, 115, 120]],
  ['with values missing and confidence low', { signalToNoise: 9, pitchMedian: 'no-voice' }, []],
];
for (const [state, fields, pitches] of LOOKS)
  test(`the delivery is accessible and fits, ${state}`, { timeout: 60_000 }, async () => {
    const { archive, attempt } = await openReview(LOCKED);
    for (const [index, pitch] of pitches.entries())
      await keepAnother(archive, pitch, { startedAt: attempt.startedAt - index - 1 });
    await archive.deliveries.put(measured(attempt, fields));
    await expect.element(table()).toBeVisible();
    for (const details of region().element().querySelectorAll('details')) details.open = true;
    await expectGoodLooks();
  });

test('the states of measuring are accessible and fit', { timeout: 60_000 }, async () => {
  const archive = await anEmptyArchive();
  const { note } = noted();
  const states: readonly Measuring[] = [
    { tag: 'waiting', stop: note },
    { tag: 'measuring', progress: 0.5, stop: note },
    { tag: 'stopped', start: note },
    { tag: 'failed', why: 'no-speech', start: note },
  ];
  mount(
    createElement(
      'main',
      {},
      createElement('h1', {}, 'Delivery'),
      states.map((measuring) =>
        createElement(DeliveryPanel, {
          key: measuring.tag,
          archive,
          attempt: aKeptAttempt(),
          delivery: null,
          measuring,
        }),
      ),
    ),
  );
  await expectGoodLooks();
  await archive.close();
});
