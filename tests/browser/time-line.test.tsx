import { MemoryRouter } from 'react-router';
import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { Sound } from '../../src/domain/facts.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { snappedSpans } from '../../src/domain/step-facts.ts';
import type { Listening, Measuring } from '../../src/reveal/measuring.ts';
import { TimeLineTables } from '../../src/reveal/TimeLineTables.tsx';
import type { Archive } from '../../src/storage/archive.ts';
import { aDelivery, aKeptAttempt } from '../support/factories.ts';
import { expectGoodLooks, mount } from './app.tsx';
import { openALongReview, ready } from './long-review.ts';
import { all, lock, lockUncited, marksAt, openReview, patiently, player, slider } from './open-review.ts';

const lockedAt = 1_790_000_200_000;
const LOCKED = { reviews: [{ scores: all(3), lockedAt }] };

const PAUSES = [
  { startMs: 10_000, endMs: 10_400 },
  { startMs: 20_500, endMs: 22_900 },
  { startMs: 40_000, endMs: 43_000 },
  { startMs: 70_000, endMs: 72_500 },
  { startMs: 90_000, endMs: 90_300 },
];
const RATES = [1, 1, 1.4, 1.3, 1, 1, 0.9].map((ratio, index) => ({
  startMs: index * 5000,
  endMs: index * 5000 + 10_000,
  ratio,
}));
const SOUNDS: readonly Sound[] = [
  { startMs: 41_000, endMs: 42_500, kind: 'typing', score: 0.8 },
  { startMs: 71_000, endMs: 71_500, kind: 'cough', score: 0.45 },
];

async function measure(archive: Archive, attemptId: AttemptId): Promise<void> {
  await archive.deliveries.put(
    aDelivery({ attemptId, speech: { startMs: 0, endMs: 120_000 }, pauses: PAUSES, localRates: RATES }),
  );
  await archive.sounds.put({ attemptId, version: 1, sounds: SOUNDS });
}

/** Two minutes, measured and locked, that can be played. */
async function openMeasured() {
  const opened = await openALongReview(LOCKED);
  await measure(opened.archive, opened.attempt.id);
  await expect.element(region(), patiently).toMatchTextContent('5 pauses');
  await ready();
  return opened;
}

const region = () => page.getByRole('region', { name: 'On the time line' });
const zoom = () => player().getByRole('combobox', { name: 'Zoom' });
const table = (name: string) => region().getByRole('table', { name, exact: true });

async function openTable(name: string) {
  await region().getByText(`Show as table: ${name.toLowerCase()}`).click();
  await expect.element(table(name)).toBeVisible();
}

function rowsOf(name: string): readonly (readonly string[])[] {
  return table(name)
    .getByRole('row')
    .elements()
    .slice(1)
    .map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent));
}

/** What scrolls when the time line is zoomed in. */
function frame(): HTMLElement {
  const found = slider().element().closest('[data-zoomed]');
  if (!(found instanceof HTMLElement)) throw new Error('The time line has no frame');
  return found;
}

/** With its fraction. */
function viewWidth(): number {
  return frame().getBoundingClientRect().width;
}

function wholeWidth(): number {
  return slider().element().getBoundingClientRect().width;
}

/** Where the playhead is in the view: 0 at its left edge, 1 at its right. */
function playheadInView(): number {
  const { left, width } = slider().element().getBoundingClientRect();
  const { value, max } = slider().element() as HTMLInputElement;
  const view = frame().getBoundingClientRect();
  return (left + (Number(value) / Number(max)) * width - view.left) / view.width;
}

test('before the lock nothing of it is in the page; after it, strips, words and tables', async () => {
  const { archive, attempt, router } = await openALongReview({ reviews: [{ scores: all(3) }] });
  await measure(archive, attempt.id);
  // Left and come back to, the page is drawn with all of it read.
  await router.navigate('/history');
  await expect.element(lock()).not.toBeInTheDocument();
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(lock()).toBeEnabled();
  await ready();
  expect(player().element().textContent).not.toMatch(/Pauses|Pace|Sounds|above|\d s\b/);
  expect(document.body.textContent).not.toMatch(/On the time line|Cough|heard mainly/);
  await lockUncited();
  await expect.element(region()).toBeVisible();
  await expect
    .element(player())
    .toMatchTextContent(/Pauses.*3\.0 s.*Pace.*40% above.*\+25%−25%Sounds.*Typing.*0:00.*1:30/);
});

test('each strip has a table that says the same', async () => {
  await openMeasured();
  await expect
    .element(region())
    .toMatchTextContent('5 pauses, 9 s in all. The longest lasts 3.0 s, at 0:40.');
  await openTable('Pauses');
  expect(rowsOf('Pauses')).toEqual([
    ['0:10', '0.4 s', 'Situation', ''],
    ['0:20', '2.4 s, one of the longest', 'Situation', 'not tagged yet'],
    ['0:40', '3.0 s, one of the longest', 'Approach', 'not tagged yet'],
    ['1:10', '2.5 s, one of the longest', 'Trade-offs', 'not tagged yet'],
    ['1:30', '0.3 s', 'Results', ''],
  ]);
  await page.getByRole('radiogroup', { name: 'Pause at 0:40' }).getByRole('radio').last().click();
  await expect.poll(() => rowsOf('Pauses')[2]?.[3], patiently).toBe('Mid-sentence');
  await openTable('Pace');
  expect(rowsOf('Pace').slice(1, 4)).toEqual([
    ['0:05 to 0:15', 'at the median', 'Situation'],
    ['0:10 to 0:20', '40% above, fast stretch', 'Situation'],
    ['0:15 to 0:25', '30% above, fast stretch', 'Situation'],
  ]);
  await expect.element(region()).toMatchTextContent('from 0:10 to 0:25 (up to 40% above).');
  await openTable('Sounds');
  expect(rowsOf('Sounds')).toEqual([
    ['0:41', '1.5 s', 'Typing', 'clear'],
    ['1:11', '0.5 s', 'Cough', 'likely'],
  ]);
  await expect
    .element(region())
    .toMatchTextContent('Typing once (1.5 s) and cough once (0.5 s), heard mainly in your pauses.');
  await openTable('Where steps begin');
  expect(rowsOf('Where steps begin')).toEqual([['Approach', '0:20.0', '0:20.5']]);
});

test('no two buttons of a table have the same name', async () => {
  const { archive, attempt } = await openMeasured();
  const attemptId = attempt.id;
  const pauses = [10_000, 10_600, 20_500].map((startMs) => ({ startMs, endMs: startMs + 300 }));
  await archive.deliveries.put(aDelivery({ attemptId, speech: { startMs: 0, endMs: 120_000 }, pauses }));
  const sounds = (['typing', 'cough'] as const).map((kind) => ({
    startMs: 41_000,
    endMs: 42_000,
    kind,
    score: 1,
  }));
  await archive.sounds.put({ attemptId, version: 1, sounds });
  await expect.element(region(), patiently).toMatchTextContent('3 pauses');
  await openTable('Pauses');
  await openTable('Sounds');
  const names = () =>
    region()
      .getByRole('button', { name: /^Play / })
      .elements()
      .map((button) => button.getAttribute('aria-label'));
  await expect
    .poll(names, patiently)
    .toEqual([
      'Play pause at 0:10.0',
      'Play pause at 0:10.6',
      'Play pause at 0:20',
      'Play typing at 0:41.0',
      'Play cough at 0:41.0',
    ]);
  const longest = page.getByRole('list', { name: 'Three longest pauses' });
  await expect.element(longest.getByRole('radiogroup', { name: 'Pause at 0:10.6' })).toBeVisible();
});

test('a sound is played from two seconds before it to two seconds after', async () => {
  await openMeasured();
  await openTable('Sounds');
  await table('Sounds').getByRole('button', { name: 'Play cough at 1:11' }).click();
  await expect.element(player().getByRole('button', { name: 'Pause' })).toBeVisible();
  expect(Number((slider().element() as HTMLInputElement).value)).toBeGreaterThanOrEqual(69);
  await expect.element(player().getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect.element(slider()).toHaveValue('73.5');
});

test('wave, steps and strips keep one axis at every zoom', async () => {
  await openMeasured();
  for (const [value, scale] of [
    ['Whole', 1],
    ['4×', 4],
  ] as const) {
    await zoom().selectOptions(value);
    const { left, width } = slider().element().getBoundingClientRect();
    expect(width).toBeCloseTo(viewWidth() * scale, 1);
    const paths = [...player().element().querySelectorAll<SVGPathElement>('svg path')];
    const boxes = paths.map((path) => path.getBoundingClientRect());
    const at = (ms: number) => left + (ms / 120_000) * width;
    // The three longest pauses together, the sounds together, and each step of the strip.
    const isThere = (fromMs: number, toMs: number) =>
      boxes.some((box) => Math.abs(box.left - at(fromMs)) < 3 && Math.abs(box.right - at(toMs)) < 3);
    expect(isThere(20_500, 72_500), `pauses, ${value}`).toBe(true);
    expect(isThere(41_000, 71_500), `sounds, ${value}`).toBe(true);
    const second = player().getByRole('button', { name: 'Play Approach' }).element();
    expect(Math.abs(second.getBoundingClientRect().left - at(20_000))).toBeLessThan(3);
  }
});

test('the zoom is chosen with the mouse or with + and −, as far as ten seconds across, and is in the table of keys', async () => {
  await openALongReview();
  await ready();
  expect([...(zoom().element() as HTMLSelectElement).options].map(({ text }) => text)).toEqual([
    'Whole',
    '2×',
    '4×',
    '8×',
  ]);
  await slider().fill('60');
  await userEvent.keyboard('++');
  await expect.element(zoom()).toHaveValue('4');
  expect(wholeWidth()).toBeCloseTo(4 * viewWidth(), 1);
  // It has kept its place on screen, and so it does on the way back.
  expect(playheadInView()).toBeCloseTo(0.5, 2);
  await userEvent.keyboard('++++');
  await expect.element(zoom()).toHaveValue('8');
  expect(playheadInView()).toBeCloseTo(0.5, 2);
  await userEvent.keyboard('-');
  await expect.element(zoom()).toHaveValue('4');
  await zoom().selectOptions('Whole');
  expect(wholeWidth()).toBeCloseTo(viewWidth(), 1);
  (document.activeElement as HTMLElement).blur();
  await userEvent.keyboard('?');
  const keys = page.getByRole('table', { name: 'Keys on this page' });
  await expect.element(keys.getByRole('row', { name: 'Zoom in on the time line +' })).toBeVisible();
  await expect.element(keys.getByRole('row', { name: 'Zoom out -' })).toBeVisible();
});

test('zooming out from the far end, by keys and by the list, the page stays and all of it is drawn', async () => {
  await openALongReview();
  await ready();
  const drawn = () => player().element().querySelector('svg path[d^="M2 "]')?.closest('[style]');
  const isWhole = () => {
    const box = drawn()?.getBoundingClientRect();
    const wave = slider().element().getBoundingClientRect();
    return box !== undefined && Math.abs(box.left - wave.left) < 3 && Math.abs(box.right - wave.right) < 3;
  };
  await expect.poll(isWhole, patiently).toBe(true);
  for (const from of ['8×', '4×', '2×'])
    for (const to of ['Whole', '2×', '4×'].slice(0, ['2×', '4×', '8×'].indexOf(from) + 1)) {
      await zoom().selectOptions(from);
      await slider().fill('120');
      expect(frame().scrollLeft).toBeGreaterThan(0);
      await zoom().selectOptions(to);
      await expect.element(slider()).toBeVisible();
      expect(playheadInView()).toBeCloseTo(1, 2);
    }
  await zoom().selectOptions('8×');
  await slider().fill('120');
  for (const value of ['4', '2', '1']) {
    await userEvent.keyboard('-');
    await expect.element(zoom()).toHaveValue(value);
  }
  await expect.poll(isWhole, patiently).toBe(true);
});

test('zoomed in, the range is still that of the whole clip, and a press goes where it points', async () => {
  await openALongReview();
  await ready();
  await slider().fill('60');
  await zoom().selectOptions('8×');
  await expect.element(slider()).toHaveAttribute('min', '0');
  await expect.element(slider()).toHaveAttribute('max', '120.000');
  const view = frame().getBoundingClientRect();
  const wave = slider().element().getBoundingClientRect();
  const x = Math.round(view.width * 0.75);
  const expected = ((view.left + x - wave.left) / wave.width) * 120;
  await userEvent.click(frame(), { position: { x, y: Math.round(wave.top - view.top + 40) } });
  const value = () => Number((slider().element() as HTMLInputElement).value);
  await expect.poll(() => Math.abs(value() - expected), patiently).toBeLessThan(0.1);
  const { scrollLeft } = frame();
  await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}');
  await expect.poll(() => Math.abs(value() - expected - 1), patiently).toBeLessThan(0.1);
  expect(frame().scrollLeft).toBe(scrollLeft);
});

test('the view goes along with the playhead, leaves alone who looks elsewhere, and shows where somebody goes', async () => {
  await openALongReview();
  await ready();
  await zoom().selectOptions('8×');
  const { clientWidth } = frame();
  await slider().fill('14.5');
  expect(frame().scrollLeft).toBe(0);
  const play = player().getByRole('button', { name: 'Play', exact: true });
  await play.click();
  // Fifteen seconds are across: it turns over at the edge.
  await expect.poll(() => frame().scrollLeft, patiently).toBeGreaterThan(clientWidth / 2);
  expect(playheadInView()).toBeLessThan(0.3);
  // Somebody looks at the end meanwhile.
  frame().scrollLeft = 6 * clientWidth;
  const before = Number((slider().element() as HTMLInputElement).value);
  await expect
    .poll(() => Number((slider().element() as HTMLInputElement).value), patiently)
    .toBeGreaterThan(before + 0.5);
  expect(frame().scrollLeft).toBe(6 * clientWidth);
  // The drawing is there, too, where nobody has played.
  const drawn = [...player().element().querySelectorAll('svg path[d^="M2 "]')].at(0);
  expect(drawn?.getBoundingClientRect().right).toBeGreaterThanOrEqual(
    frame().getBoundingClientRect().right - 3,
  );
  await player().getByRole('button', { name: 'Play Approach' }).click({ force: true });
  await expect.poll(playheadInView, patiently).toBeLessThan(0.3);
  expect(playheadInView()).toBeGreaterThanOrEqual(0);
});

test('an attempt too short to be zoomed in has no zoom', async () => {
  await openReview();
  await expect.element(slider(), patiently).toBeEnabled();
  await expect.element(zoom()).not.toBeInTheDocument();
  await userEvent.keyboard('+');
  await expect.element(slider()).toBeVisible();
});

const PLAYERS = [
  { name: 'tall, in a low window', height: 720, fields: { source: 'imported', marks: [] }, stays: false },
  { name: 'in a high window', height: 1000, fields: {}, stays: true },
] as const;
for (const { name, height, fields, stays } of PLAYERS)
  test(`going backwards by keys, nothing that has the focus lies under the player, ${name}`, {
    timeout: 60_000,
  }, async () => {
    const { archive, attempt } = await openALongReview({ ...LOCKED, ...fields });
    await page.viewport(1280, height);
    onTestFinished(() => page.viewport(1280, 800));
    await measure(archive, attempt.id);
    await expect.element(region(), patiently).toMatchTextContent('5 pauses');
    await ready();
    await openTable('Pauses');
    const box = player().element().parentElement;
    await expect.poll(() => box !== null && getComputedStyle(box).position === 'sticky').toBe(stays);
    (page.getByRole('textbox', { name: 'Comment' }).element() as HTMLElement).focus();
    const covered: string[] = [];
    let seen = 0;
    for (; seen < 80 && !player().element().contains(document.activeElement); seen += 1) {
      await userEvent.keyboard('{Shift>}{Tab}{/Shift}');
      const focused = document.activeElement;
      if (focused === null || player().element().contains(focused)) break;
      const { top } = focused.getBoundingClientRect();
      if (top < player().element().getBoundingClientRect().bottom)
        covered.push(focused.getAttribute('aria-label') ?? focused.textContent);
    }
    expect(covered).toEqual([]);
    expect(seen).toBeGreaterThan(15);
    expect(seen).toBeLessThan(80);
    if (stays) expect(player().element().getBoundingClientRect().top).toBeGreaterThanOrEqual(0);
  });

const HOUR = 3_600_000;

test('an hour with 3000 pauses, 719 windows and 800 sounds is a few paths, and its tables have pages', async () => {
  const { archive, attempt } = await openReview({
    durationMs: HOUR,
    marks: marksAt(0, 500_000, 1_500_000, 2_400_000, 3_300_000),
    review: { scores: all(3), lockedAt },
  });
  const attemptId = attempt.id;
  const pauses = Array.from({ length: 3000 }, (_, index) => ({
    startMs: index * 1200,
    endMs: index * 1200 + 250 + (index % 7) * 100,
  }));
  const localRates = Array.from({ length: 719 }, (_, index) => ({
    startMs: index * 5000,
    endMs: index * 5000 + 10_000,
    ratio: 1 + 0.4 * Math.sin(index / 9),
  }));
  await archive.deliveries.put(
    aDelivery({ attemptId, speech: { startMs: 0, endMs: HOUR }, pauses, localRates }),
  );
  const sounds = Array.from({ length: 800 }, (_, index) => ({
    startMs: index * 4400,
    endMs: index * 4400 + 900,
    kind: 'typing' as const,
    score: 0.5,
  }));
  await archive.sounds.put({ attemptId, version: 1, sounds });
  await expect.element(region(), patiently).toMatchTextContent('3000 pauses');
  const count = () => player().element().querySelectorAll('*').length;
  expect(count()).toBeLessThan(250);
  await zoom().selectOptions('256×');
  await slider().fill('1800');
  // A fraction of a pixel of the view would be a second here.
  const step = player().element().querySelector('path[data-step="tradeoffs"]');
  const { left, width } = slider().element().getBoundingClientRect();
  const begins = snappedSpans(attempt, pauses)[2]?.startMs ?? 0;
  expect(step?.getBoundingClientRect().left).toBeCloseTo(left + (begins / HOUR) * width, -1);
  expect(count()).toBeLessThan(250);
  const letters = [...player().element().querySelectorAll('path')].map(
    (path) => path.getAttribute('d')?.length ?? 0,
  );
  expect(Math.max(...letters)).toBeLessThan(20_000);
  await openTable('Pauses');
  expect(rowsOf('Pauses')).toHaveLength(50);
  await expect.element(region()).toMatchTextContent('1 to 50 of 3000');
  await region().getByRole('button', { name: 'Later' }).click();
  await expect.element(region()).toMatchTextContent('51 to 100 of 3000');
  expect(rowsOf('Pauses')[0]?.[0]).toBe('1:00');
  await expect.element(region().getByRole('button', { name: 'Earlier' })).toBeEnabled();
  await region().getByRole('button', { name: 'Earlier' }).click();
  expect(rowsOf('Pauses')[0]?.[0]).toBe('0:00');
  // At the first page the focus stays on it.
  const earlier = region().getByRole('button', { name: 'Earlier' });
  await expect.element(earlier).toHaveFocus();
  await expect.element(earlier).toHaveAttribute('aria-disabled', 'true');
  await userEvent.keyboard('{Enter}');
  await expect.element(region()).toMatchTextContent('1 to 50 of 3000');
});

const nothing = () => undefined;
const done = { tag: 'done' } as const;

/** The words and tables by themselves. */
function show(fields: Partial<Parameters<typeof TimeLineTables>[0]>): void {
  mount(
    <MemoryRouter>
      <TimeLineTables
        attempt={aKeptAttempt()}
        delivery={null}
        measuring={done}
        sounds={null}
        listening={done}
        tags={[]}
        playhead={{ canPlay: false, playSpan: nothing }}
        {...fields}
      />
    </MemoryRouter>,
  );
}

const MEASURING: readonly (readonly [Measuring, string])[] = [
  [done, 'Pauses and pace are not measured yet.'],
  [{ tag: 'waiting', stop: nothing }, 'Pauses and pace are not measured yet: their turn comes by itself.'],
  [{ tag: 'measuring', progress: 0.4, stop: nothing }, 'Pauses and pace are being measured.'],
  [{ tag: 'stopped', start: nothing }, 'Pauses and pace are not measured: it was stopped.'],
  [{ tag: 'failed', why: null, start: nothing }, 'Pauses and pace could not be measured.'],
  [
    { tag: 'failed', why: 'undecodable', start: nothing },
    'Pauses and pace cannot be measured, because its sound cannot be decoded here.',
  ],
];
for (const [measuring, words] of MEASURING)
  test(`what there is instead of strips: ${words}`, async () => {
    show({ measuring });
    await expect.element(region()).toMatchTextContent(words);
  });

test('a recording without speech, one without a pause, and one too short for a rate say so', async () => {
  show({ delivery: aDelivery({ speech: null, localRates: null }) });
  await expect
    .element(region())
    .toMatchTextContent('Pauses and pace cannot be measured, because no speech was found.');
  expect(region().element().textContent).not.toContain('Show as table');
  document.querySelector('section')?.parentElement?.remove();
  const { measures } = aDelivery();
  show({
    delivery: aDelivery({ speech: null, localRates: null, measures: { ...measures, speechRate: 'silent' } }),
  });
  await expect
    .element(region())
    .toMatchTextContent('Pauses and pace cannot be measured, because the recording is silent.');
});

test('without a pause and without a rate each strip says so', async () => {
  const { measures } = aDelivery();
  show({
    delivery: aDelivery({ localRates: null, measures: { ...measures, articulationRate: 'too-short' } }),
    sounds: { attemptId: aKeptAttempt().id, version: 1, sounds: [] },
  });
  await expect.element(region()).toMatchTextContent('No pause was found in this recording.');
  await expect
    .element(region())
    .toMatchTextContent('The pace cannot be measured, because there is too little sound or speech in it.');
  await expect.element(region()).toMatchTextContent('No other sound was heard.');
  expect(region().element().textContent).not.toContain('Show as table');
});

test('without a classifier the sounds are off, and it is said where to add one', async () => {
  show({ listening: { tag: 'off' } });
  await expect
    .element(region())
    .toMatchTextContent('Sounds are off: no classifier is here. Add it in Settings.');
  await expect.element(region().getByRole('link', { name: 'Settings' })).toHaveAttribute('href', '/settings');
});

test('listening can be stopped, and begun again', async () => {
  const pressed: string[] = [];
  const stop = () => pressed.push('stop');
  const start = () => pressed.push('start');
  show({ listening: { tag: 'measuring', progress: 0.25, stop } });
  await expect
    .element(region().getByRole('progressbar', { name: 'Listening for sounds' }))
    .toHaveAttribute('value', '0.25');
  await region().getByRole('button', { name: 'Stop listening for sounds' }).click();
  expect(pressed).toEqual(['stop']);
  const states: readonly Listening[] = [
    { tag: 'stopped', start },
    { tag: 'failed', why: null, start },
  ];
  for (const listening of states) {
    document.querySelector('section')?.parentElement?.remove();
    show({ listening });
    await region().getByRole('button', { name: 'Listen for sounds' }).click();
  }
  expect(pressed).toEqual(['stop', 'start', 'start']);
});

test('strips, tables and zoom are accessible and fit', { timeout: 60_000 }, async () => {
  await openMeasured();
  for (const name of ['Pauses', 'Pace', 'Sounds', 'Where steps begin']) await openTable(name);
  await expectGoodLooks();
  await zoom().selectOptions('8×');
  await expectGoodLooks();
});
