import type { Page } from '@playwright/test';
import { checkInvariants } from '../support/invariants.ts';

/** Storage invariants the whole database of this page's origin breaks, in words; empty when it is sound. */
export async function violations(page: Page): Promise<readonly string[]> {
  return page.evaluate(checkInvariants);
}
