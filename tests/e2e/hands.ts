import type { Locator, Page } from '@playwright/test';

/** How somebody works the page: with keys alone, or with a mouse. */
export type Hands = {
  /** A button, a link or a summary. */
  press(target: Locator): Promise<void>;
  /** A radio of a group. */
  choose(group: Locator, radio: string): Promise<void>;
  /** Writes over what stands in a text field. */
  write(field: Locator, text: string): Promise<void>;
};

/** Presses Tab until the control has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, target: Locator, most = 300): Promise<void> {
  for (let presses = 0; presses < most; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${most} presses of Tab never reached ${target.toString()}`);
}

export function keyboard(page: Page): Hands {
  return {
    async press(target) {
      await tabTo(page, target);
      await page.keyboard.press('Enter');
    },
    async choose(group, radio) {
      // Of a group without a choice every radio may be the one that Tab reaches; of one with a choice only that.
      const chosen = group.getByRole('radio', { checked: true });
      const reached = (await chosen.count()) > 0 ? chosen : group.getByRole('radio').first();
      await tabTo(page, reached);
      const wanted = group.getByRole('radio', { name: radio, exact: true });
      for (let presses = 0; presses < 6; presses += 1) {
        if (await wanted.isChecked()) return;
        // Space chooses the one that has the focus, an arrow the next one.
        const isThere = await wanted.evaluate((element) => element === document.activeElement);
        await page.keyboard.press(isThere ? 'Space' : 'ArrowDown');
      }
      throw new Error(`No key chose ${radio} in ${group.toString()}`);
    },
    async write(field, text) {
      await tabTo(page, field);
      await page.keyboard.press('Control+a');
      await page.keyboard.type(text);
    },
  };
}

export function mouse(_page: Page): Hands {
  return {
    press: (target) => target.click(),
    choose: (group, radio) => group.getByRole('radio', { name: radio, exact: true }).click(),
    async write(field, text) {
      await field.click();
      await field.fill(text);
    },
  };
}
