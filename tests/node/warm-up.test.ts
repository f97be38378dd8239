import { expect, test } from 'vitest';
import type { CellId, Level } from '../../src/domain/rubric.ts';
import { STEP_IDS } from '../../src/domain/step.ts';
import source from '../../src/rubric/rubric.json' with { type: 'json' };
import warmUp from '../../src/rubric/warm-up.json' with { type: 'json' };
import { agreement, examples, WARM_UP_CRITERIA } from '../../src/rubric/warm-up.ts';

/** The rubric's own example of a cell at a level: `clarity.situation.4`. */
function snippet(name: string): string {
  const cell = source.cells.find(({ id }) => name.startsWith(`${id}.`));
  const text = cell?.examples?.[name.slice(-1) as '2' | '4'];
  if (text === undefined) throw new Error(`No example ${name}`);
  return text;
}

test('each step is put together from the rubric’s own examples, word for word', () => {
  for (const { steps } of warmUp.examples)
    for (const step of STEP_IDS) {
      const { text, from } = steps[step];
      expect(from.length).toBeGreaterThan(0);
      for (const name of from) {
        expect(name.split('.')[1]).toBe(step);
        expect(text).toContain(snippet(name));
      }
      // What joins them is ours, and short.
      const own = from.reduce((rest, name) => rest.replace(snippet(name), ''), text).trim();
      expect(own.split(/\s+/).length, own).toBeLessThan(20);
    }
});

test('each cell has a key, and its reason begins with the level it gives', () => {
  expect(WARM_UP_CRITERIA.map(({ id }) => id)).toEqual(['clarity', 'depth']);
  expect(examples).toHaveLength(4);
  for (const { keys } of examples) {
    expect(keys.size).toBe(10);
    for (const [cell, { level, reason }] of keys) {
      expect(reason.startsWith(`${level}: `), `${cell}: ${reason}`).toBe(true);
      // A level under the highest says which clause of the next one fails.
      if (level < 4) expect(/so not [34]|; 3 wants/.test(reason), `${cell}: ${reason}`).toBe(true);
    }
  }
});

test('a key is never lower than the rubric’s own example it holds, and the four contrast', () => {
  for (const { steps } of warmUp.examples)
    for (const step of STEP_IDS)
      for (const name of steps[step].from) {
        const criterion = name.startsWith('clarity') ? 'clarity' : 'depth';
        expect(steps[step].key[criterion].level, name).toBeGreaterThanOrEqual(Number(name.slice(-1)));
      }
  const means = examples.map(({ keys }) => {
    const of = (criterion: string) => {
      const levels = [...keys].flatMap(([cell, { level }]) => (cell.startsWith(criterion) ? [level] : []));
      return levels.reduce((sum, level) => sum + level, 0) / levels.length;
    };
    return [of('clarity'), of('depth')];
  });
  expect(means).toEqual([
    [4, 2.2],
    [2, 2],
    [2.4, 4],
    [4, 4],
  ]);
});

test('what was scored is counted against the key', () => {
  const [example] = examples;
  if (example === undefined) throw new Error('No example');
  const right = Object.fromEntries(
    [...example.keys].map(([cell, { level }]) => [cell, level] as const),
  ) as Record<CellId, Level>;
  expect(agreement(example, right)).toBe('10 as in the key');
  const { 'depth.next': _, ...some } = right;
  expect(agreement(example, { ...some, 'clarity.next': 3, 'clarity.results': 1 })).toBe(
    '7 as in the key, 1 one apart, 1 three apart, 1 left blank',
  );
  expect(agreement(example, {})).toBe('10 left blank');
});
