import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** What scripts/test.ts adds up. Vitest's own JSON leaves out why a test was skipped, and errors outside of tests. */
export type Counts = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
};

/** Writes `Counts` to the file named by COUNTS_FILE. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env['COUNTS_FILE'];
    if (file === undefined) return;
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped: string[] = [];
    for (const module of modules) {
      // Errors of the file or of a group: an import that throws, a failing hook.
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') passed += 1;
        else if (result.state === 'failed') failed += 1;
        else {
          const reason = result.state === 'skipped' ? result.note : undefined;
          skipped.push(
            `${module.relativeModuleId}: ${test.fullName}${reason === undefined ? '' : ` (${reason})`}`,
          );
        }
      }
    }
    const counts: Counts = { passed, failed, skipped };
    writeFileSync(file, JSON.stringify(counts));
  }
}
