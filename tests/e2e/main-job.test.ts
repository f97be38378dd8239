import { expect, test } from '../support/test.ts';
import {
  CRITERIA,
  downloadClip,
  finish,
  lengthMs,
  locateInSpeech,
  mark,
  PROMPT,
  STEPS,
  speakUntil,
  startTake,
  watchRecorders,
  watchTimer,
} from './journey.ts';

const PAUSE_MS = 3000;

test('record with five marks and a pause, replay, score, lock, and find it all again after a reload', async ({
  page,
}) => {
  test.setTimeout(120_000);
  const recorders = await watchRecorders(page);
  await startTake(page);
  await mark(page, 'Situation');
  await speakUntil(page, 6);
  await mark(page, 'Approach');
  await speakUntil(page, 9);

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  const timer = page.getByRole('timer', { name: 'Elapsed' });
  const paused = await timer.innerText();
  await page.waitForTimeout(PAUSE_MS);
  expect(await timer.innerText()).toBe(paused);
  await page.getByRole('button', { name: 'Resume' }).click();

  await speakUntil(page, 12);
  await mark(page, 'Trade-offs');
  await speakUntil(page, 18);
  await mark(page, 'Results');
  await speakUntil(page, 24);
  await mark(page, 'Next');
  await speakUntil(page, 30);
  const lastTurn = await watchTimer(page);
  await finish(page);

  // The clip: as long as its slider says, the speech that was fed, in order, without the pause.
  const { name, sound } = await downloadClip(page);
  expect(name).toMatch(/^\d{4}-\d\d-\d\d Reference counting and the cycle collector\.(webm|m4a|mp4|ogg)$/);
  const slider = page.getByRole('slider', { name: 'Position' });
  const sliderMs = Number(await slider.getAttribute('max')) * 1000;
  expect(Math.abs(sliderMs - lengthMs(sound))).toBeLessThan(100);
  const log = await recorders();
  expect(log).toHaveLength(2);
  const [first, second] = log;
  if (!first?.stoppedAt || !second?.stoppedAt) throw new Error('A recorder was never stopped');
  const firstMs = first.stoppedAt - first.startedAt;
  const secondMs = second.stoppedAt - second.startedAt;
  const turn = await lastTurn();
  const elapsedMs = turn.seconds * 1000 + (second.stoppedAt - turn.at);
  expect(elapsedMs).toBeGreaterThan(30_000);
  // 300 ms a segment.
  expect(Math.abs(elapsedMs - sliderMs)).toBeLessThan(600);

  const before = locateInSpeech(sound, 500, firstMs - 500);
  const after = locateInSpeech(sound, firstMs + 500, firstMs + secondMs - 500);
  expect(before.agreement).toBeGreaterThan(0.9);
  expect(after.agreement).toBeGreaterThan(0.9);
  const silentMs = second.startedAt - first.stoppedAt;
  expect(silentMs).toBeGreaterThan(PAUSE_MS);
  const leftOutMs = after.atMs - before.atMs - firstMs;
  expect(Math.abs(leftOutMs - silentMs)).toBeLessThan(600);

  // Seek, then play from there.
  await slider.fill('20');
  await expect(slider).toHaveAttribute('aria-valuetext', '20 seconds, Results');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(async () => Number(await slider.inputValue())).toBeGreaterThan(20.5);
  expect(Number(await slider.inputValue())).toBeLessThan(24);
  await page.getByRole('button', { name: 'Pause' }).click();
  for (const step of STEPS) {
    await expect(
      page.getByRole('list', { name: 'Steps' }).getByRole('button', { name: `Play ${step}` }),
    ).toBeVisible();
  }

  // Score: fifteen cells at level 3 and one corrected to 2.
  const form = page.getByRole('form', { name: 'Score' });
  const overall = page.getByRole('status', { name: 'Overall score' });
  await expect(overall).toBeEmpty();
  await expect(page.getByRole('button', { name: 'Lock scores' })).toBeDisabled();
  for (const step of STEPS) {
    for (const criterion of CRITERIA) {
      await form
        .getByRole('radiogroup', { name: `${criterion}: ${step}` })
        .getByRole('radio', { name: '3 Solid' })
        .check();
    }
  }
  await expect(form.getByText('draft saved')).toBeVisible();
  await page.reload();
  const depth = form.getByRole('radiogroup', { name: 'Technical depth: Approach' });
  await expect(depth.getByRole('radio', { name: '3 Solid' })).toBeChecked();
  await depth.getByRole('radio', { name: '2 Partial' }).check();
  await page.getByRole('button', { name: 'Lock scores' }).click();
  // None of the 3s cites a moment.
  await page.getByRole('button', { name: 'Lock anyway' }).click();
  // 75 − 25 × 0.45 × 0.25 = 72.19
  await expect(overall).toContainText('72');

  await page.goto('/history');
  const row = page
    .getByRole('table', { name: 'Attempts' })
    .getByRole('row')
    .filter({ hasText: PROMPT.title });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('72');
  await row.getByRole('link', { name: PROMPT.title }).click();
  await expect(overall).toContainText('72');
  await expect(depth.getByRole('radio', { name: '2 Partial' })).toBeChecked();
  await expect(depth.getByRole('radio', { name: '2 Partial' })).toBeDisabled();
  expect(Number(await slider.getAttribute('max')) * 1000).toBeCloseTo(sliderMs, 0);
});
