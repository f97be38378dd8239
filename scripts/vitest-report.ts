import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** What scripts/test.ts adds up. Vitest's own JSON leaves out why a test was skipped, and errors outside of tests. */
export type Counts = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  /** What failed, with the first line of why. */
  readonly failures?: readonly string[];
  /** What failed first and passed when it was run again; counted as passed. */
  readonly retried?: readonly string[];
};

/** Writes `Counts` to the file named by COUNTS_FILE. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env['COUNTS_FILE'];
    if (file === undefined) return;
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped: string[] = [];
    const failures: string[] = [];
    const retried: string[] = [];
    for (const module of modules) {
      // Errors of the file or of a group: an import that throws, a failing hook.
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        const name = `${module.relativeModuleId}: ${test.fullName}`;
        if (result.state === 'passed') {
          passed += 1;
          if (test.diagnostic()?.flaky === true) retried.push(name);
        } else if (result.state === 'failed') {
          failed += 1;
          failures.push(`${name} (${result.errors[0]?.message.split('\n')[0] ?? 'no reason given'})`);
        } else {
          const reason = result.state === 'skipped' ? result.note : undefined;
          skipped.push(`${name}${reason === undefined ? '' : ` (${reason})`}`);
        }
      }
    }
    const counts: Counts = { passed, failed, skipped, failures, retried };
    writeFileSync(file, JSON.stringify(counts));
  }
}
