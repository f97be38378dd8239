import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';
import { storedCoaching } from './database.ts';
import { type Hands, keyboard, mouse, tabTo } from './hands.ts';
import { CRITERIA, PROMPT, STEPS, speakUntil } from './journey.ts';

// Thousands of presses of Tab: a picture of the page at each would take minutes.
test.use({ trace: 'off' });

/** Each step is spoken for longer than the five seconds under which it would be missing, by whole seconds. */
const STEP_SECONDS = 6;
const IF_THEN = 'When I name an alternative, I will say what it would have cost.';

const region = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
const form = (page: Page): Locator => page.getByRole('form', { name: 'Score' });
const cell = (page: Page, name: string): Locator => form(page).getByRole('radiogroup', { name, exact: true });

/** A review left half-done is found as it was, once what was said is on disk: some milliseconds after it shows. */
async function reload(page: Page, onDisk: RegExp | null = null): Promise<void> {
  if (onDisk !== null) await expect.poll(() => storedCoaching(page)).toMatch(onDisk);
  await page.reload();
  await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
}

/** A take with all five steps, marked by their keys. */
async function record(page: Page): Promise<void> {
  await page.keyboard.press('r');
  await expect(page.getByRole('timer', { name: 'Elapsed' })).toBeVisible();
  for (const index of STEPS.keys()) {
    await page.keyboard.press(String(index + 1));
    await speakUntil(page, (index + 1) * STEP_SECONDS);
  }
}

async function predict(page: Page, hands: Hands): Promise<void> {
  const due = region(page, 'Predict');
  await hands.choose(due.getByRole('radiogroup', { name: 'Predicted clarity' }), '3 Solid');
  await expect(due.getByRole('radio', { checked: true })).toHaveCount(1);
  await reload(page, /"clarity":3/);
  await expect(due.getByRole('radio', { checked: true })).toHaveCount(1);
  await hands.choose(due.getByRole('radiogroup', { name: 'Predicted pacing' }), '2 Partial');
  await hands.choose(due.getByRole('radiogroup', { name: 'Predicted technical depth' }), '4 Full');
  // The player and the form are there, whatever is due.
  await expect(cell(page, 'Clarity: Situation')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeEnabled();
  await hands.press(due.getByRole('button', { name: 'Save prediction' }));
  await expect(region(page, 'Gap')).toBeVisible();
  await reload(page, /"gap"/);
  await expect(due).toHaveCount(0);
}

async function comment(page: Page, hands: Hands, text: string): Promise<void> {
  const comments = region(page, 'Comments');
  await hands.write(comments.getByRole('textbox', { name: 'Comment', exact: true }), text);
  await hands.press(comments.getByRole('button', { name: 'Add comment' }));
  await expect(comments.getByRole('listitem').filter({ hasText: text })).toBeVisible();
  await reload(page, /The failure itself/);
  await expect(comments.getByRole('listitem').filter({ hasText: text })).toBeVisible();
}

async function cover(page: Page, hands: Hands): Promise<void> {
  const points = region(page, 'Covered points');
  const groups = points.getByRole('radiogroup');
  if (!(await groups.first().isVisible())) await hands.press(points.locator('summary'));
  await hands.choose(groups.nth(0), 'Yes');
  await hands.choose(groups.nth(1), 'Partly');
  await reload(page, /"partly"/);
  if (!(await groups.first().isVisible())) await hands.press(points.locator('summary'));
  await expect(groups.nth(0).getByRole('radio', { name: 'Yes' })).toBeChecked();
  await expect(groups.nth(1).getByRole('radio', { name: 'Partly' })).toBeChecked();
}

const CELLS = STEPS.flatMap((step) => CRITERIA.map((criterion) => `${criterion}: ${step}`));
const WEAK = 'Technical depth: Trade-offs';
const UNCITED = 'Clarity: Situation';

type Scoring = (page: Page) => Promise<void>;

/** A review that is left in the middle is found as it was. */
async function leaveHalfDone(page: Page): Promise<void> {
  const chosen = form(page).getByRole('radio', { checked: true });
  const count = await chosen.count();
  await expect(form(page)).toContainText('draft saved');
  await reload(page);
  await expect(chosen).toHaveCount(count);
}

/** Level 2 for one cell, 3 with a moment for the others, but one that cites none: each by its own buttons. */
async function scoreByMouse(page: Page): Promise<void> {
  for (const [index, name] of CELLS.entries()) {
    await mouse(page).choose(cell(page, name), name === WEAK ? '2 Partial' : '3 Solid');
    if (name !== WEAK && name !== UNCITED)
      await form(page)
        .getByRole('button', { name: `Cite this moment for ${name}`, exact: true })
        .click();
    if (index === 7) await leaveHalfDone(page);
  }
}

/** The same by keys: in the order in which they are asked, Tab to a cell, a digit, and E. */
async function scoreByKeys(page: Page): Promise<void> {
  const groups = form(page).getByRole('radiogroup');
  await expect(groups).toHaveCount(CELLS.length);
  const names = await groups.evaluateAll((all) => all.map((group) => group.getAttribute('aria-label') ?? ''));
  expect(names.toSorted()).toEqual(CELLS.toSorted());
  for (const [index, name] of names.entries()) {
    await tabTo(page, cell(page, name).getByRole('radio').first());
    await page.keyboard.press(name === WEAK ? '2' : '3');
    if (name !== WEAK && name !== UNCITED) await page.keyboard.press('e');
    if (index === 7) await leaveHalfDone(page);
  }
  await expect(form(page).getByRole('radio', { checked: true })).toHaveCount(CELLS.length);
}

async function lock(page: Page, hands: Hands): Promise<void> {
  await expect(region(page, 'What the recording shows')).toHaveCount(0);
  await hands.press(page.getByRole('button', { name: 'Lock scores' }));
  // One cell cites nothing: it is said once.
  await hands.press(page.getByRole('button', { name: 'Lock anyway' }));
  await expect(page.getByRole('status', { name: 'Overall score' })).not.toBeEmpty();
  await expect(region(page, 'What the recording shows')).toBeVisible();
  // Measured in the background since the take ended; nobody waits for it.
  await expect(page.getByRole('table', { name: 'Delivery' })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('row', { name: /^Articulation rate/ })).toContainText(/\d\.\d\ssyll\/s/);
  await reload(page);
  await expect(page.getByRole('status', { name: 'Overall score' })).not.toBeEmpty();
  await expect(form(page).getByRole('radio', { name: '3 Solid' }).first()).toBeDisabled();
}

async function focus(page: Page, hands: Hands, ifThen: string): Promise<void> {
  const due = region(page, 'Focus');
  await expect(due).toContainText('Trade-offs');
  await hands.write(due.getByRole('textbox', { name: 'If-then' }), ifThen);
  await reload(page);
  await expect(due.getByRole('textbox', { name: 'If-then' })).toHaveValue(ifThen);
  await hands.press(due.getByRole('button', { name: 'Save focus' }));
  await expect(due).toContainText(ifThen);
  await reload(page, /"savedAt"/);
  await expect(due).toContainText(ifThen);
}

/** From the prompt's page, with the take not begun, to a saved focus. */
async function wholeLoop(page: Page, hands: Hands): Promise<void> {
  await record(page);
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(/\/attempts\//);
  await predict(page, hands);
  await hands.press(region(page, 'Gap').getByRole('button', { name: 'Score now' }));
  await expect(region(page, 'Gap')).toHaveCount(0);
}

async function afterTheGap(page: Page, hands: Hands, score: Scoring, ifThen: string): Promise<void> {
  await comment(page, hands, `The failure itself comes late <b>here</b>`);
  await cover(page, hands);
  await score(page);
  await lock(page, hands);
  await focus(page, hands, ifThen);
}

test('the whole loop twice by keyboard alone, the second take asked about the focus of the first', async ({
  page,
}) => {
  test.setTimeout(400_000);
  const hands = keyboard(page);
  await page.goto(`/practice/${PROMPT.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await wholeLoop(page, hands);
  await expect(region(page, 'Last focus')).toHaveCount(0);
  await afterTheGap(page, hands, scoreByKeys, IF_THEN);

  await hands.press(page.getByRole('link', { name: 'Practise again' }).first());
  await expect(page).toHaveURL(new RegExp(`/practice/${PROMPT.id}`));
  await expect(page.getByRole('main')).toContainText(IF_THEN);
  await wholeLoop(page, hands);
  const asked = region(page, 'Last focus');
  await expect(asked).toContainText(IF_THEN);
  await hands.choose(asked.getByRole('radiogroup'), 'Partly');
  await reload(page, /"focusDone"/);
  await expect(asked.getByRole('radio', { name: 'Partly' })).toBeChecked();
  await afterTheGap(page, hands, scoreByKeys, `${IF_THEN} Twice.`);
  await expect(region(page, 'What the recording shows')).toContainText(/no change/i);
});

test('the whole loop by mouse, and the step of the focus spoken again beside the original', async ({
  page,
}) => {
  test.setTimeout(300_000);
  const hands = mouse(page);
  await page.goto(`/practice/${PROMPT.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await wholeLoop(page, hands);
  await afterTheGap(page, hands, scoreByMouse, IF_THEN);

  const attempt = page.url();
  await page
    .getByRole('link', { name: /^Redo Trade-offs, \d+ seconds$/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await speakUntil(page, 3);
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page).toHaveURL(new RegExp(`^${attempt}`));
  const drills = region(page, 'Drills');
  await expect(drills.getByRole('listitem')).toHaveCount(1);
  // It stands in no trend and asks for no score.
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Practice' }).click();
  await expect(page.getByRole('link', { name: /^Finish scoring/ })).toHaveCount(0);
});
