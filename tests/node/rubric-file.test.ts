import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellsOf, type Rubric } from '../../src/domain/rubric.ts';
import { builtInRubric } from '../../src/rubric/definition.ts';
import { addCriterion, beginDraft, toRubric } from '../../src/rubric/editor/draft.ts';
import { differences, fieldsOf } from '../../src/rubric/fields.ts';
import { readRubricFile, rubricFile } from '../../src/rubric/file.ts';
import source from '../../src/rubric/rubric.json' with { type: 'json' };
import { asVersion, isOwn } from '../../src/rubric/version.ts';

const fileOf = (content: unknown) => new Blob([JSON.stringify(content)]);

/** What is said about a file that is the built-in one but for `change`. */
async function problemsWith(change: (file: typeof source) => void): Promise<readonly string[]> {
  const file = structuredClone(source);
  change(file);
  const read = await readRubricFile(fileOf(file));
  return read.tag === 'refused' ? read.problems : [];
}

/** The fields at a place of the file that is known to be there. */
const at = (place: unknown) => place as Record<string, unknown>;

/** Rubrics as a person could make them: other words, weights, budgets, one to eight criteria. */
const words = fc.string({ minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== '');
const weights = fc.double({ min: 0.001, max: 1, noNaN: true });
const rubrics: fc.Arbitrary<Rubric> = fc
  .record({
    title: words,
    texts: fc.infiniteStream(words),
    weights: fc.infiniteStream(weights),
    names: fc.uniqueArray(words, { minLength: 1, maxLength: 8 }),
    shift: fc.integer({ min: -10, max: 10 }),
  })
  .map(({ title, texts, weights: weightStream, names, shift }) => {
    const text = () => texts.next().value ?? '';
    const weight = () => weightStream.next().value ?? 1;
    const criteria = names.map((label, index) => ({
      id: builtInRubric.criteria[index]?.id ?? `own-${index}`,
      label,
      weight: weight(),
      question: text(),
    }));
    const { 300: five, ...others } = builtInRubric.budgets;
    if (five === undefined) throw new Error('No budgets for five minutes');
    return {
      ...builtInRubric,
      title,
      criteria,
      steps: builtInRubric.steps.map((step) => ({ ...step, weight: weight(), asks: text() })),
      cells: cellsOf({ criteria }).flatMap((id) => {
        const [criterion = '', step] = id.split('.');
        const like = builtInRubric.cells.find((cell) => cell.step === step);
        if (like === undefined) return [];
        const levels = { 1: text(), 2: text(), 3: text(), 4: text() };
        return [{ ...like, id, criterion, levels, lookFor: text() }];
      }),
      budgets: {
        ...others,
        300: { ...five, situation: five.situation + shift, approach: five.approach - shift },
      },
    };
  });

test('what is exported is imported as it was', async () => {
  await fc.assert(
    fc.asyncProperty(rubrics, async (rubric) => {
      expect(await readRubricFile(rubricFile(rubric))).toEqual({ tag: 'rubric', rubric });
    }),
    { numRuns: 50 },
  );
});

test('the file of the built-in rubric is the built-in version', async () => {
  const read = await readRubricFile(fileOf(source));
  expect(read.tag === 'rubric' && (await asVersion(read.rubric, 1))).toBe(builtInRubric);
});

/** The same with the fields of everything in it the other way round; lists keep their order. */
function fieldsTurned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fieldsTurned);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toReversed();
  return Object.fromEntries(fields.map(([key, part]) => [key, fieldsTurned(part)]));
}

test('equal content is one version, however its fields and cells are ordered, and other content another', async () => {
  await fc.assert(
    fc.asyncProperty(rubrics, fc.integer(), async (rubric, at) => {
      const first = await asVersion(rubric, 1);
      const turned = fieldsTurned({
        ...rubric,
        cells: rubric.cells.toReversed(),
        id: 'x',
        version: 'y',
      }) as Rubric;
      expect(await asVersion(turned, at)).toEqual({ ...first, createdAt: at });
      expect(isOwn(first) && first.version).toMatch(/^[0-9a-f]{16}$/);
      const other = await asVersion({ ...rubric, title: `${rubric.title}.` }, 1);
      expect(other.version).not.toBe(first.version);
    }),
    { numRuns: 30 },
  );
});

test('each thing that is wrong is named in words, with its place', async () => {
  const cases: readonly (readonly [(file: typeof source) => void, string])[] = [
    [(file) => void file.cells.splice(0, 1), 'cells → Clarity: Situation is missing'],
    [
      (file) => void delete at(file.cells.find(({ id }) => id === 'depth.results')?.levels)['3'],
      'cells → Technical depth: Results → level 3 is missing',
    ],
    [
      (file) => void (at(file.cells[0]?.levels)['5'] = 'More'),
      'cells → Clarity: Situation → level 5 is not one of 4, 3, 2, 1',
    ],
    [
      (file) => void (at(file.criteria[0])['weight'] = 0),
      'criteria → Clarity → weight: expected a number over 0, got 0',
    ],
    [
      (file) => void (at(file.criteria[1])['weight'] = 'much'),
      'criteria → Pacing → weight: expected a number, got "much"',
    ],
    [
      (file) => void (at(file.levels[0])['value'] = 5),
      'levels → level 5 → value: 5 is not one of 4, 3, 2, 1',
    ],
    [
      (file) => void (at(file.criteria[1])['id'] = 'clarity'),
      'criteria → Pacing → id: two criteria have the id clarity',
    ],
    [
      (file) => void (at(file.criteria[1])['label'] = 'Clarity'),
      'criteria → Clarity → label: two criteria are called Clarity',
    ],
    [(file) => void (at(file.criteria[2])['id'] = '__proto__'), 'criteria → Technical depth → id is no id'],
    [(file) => void (at(file.criteria[2])['id'] = 'constructor'), 'criteria → Technical depth → id is no id'],
    [
      (file) => void (at(file.timeBudgets.byTarget['300'])['next'] = 20),
      'time budgets → by target → 300 s: the steps add up to 290 s, not to 300 s',
    ],
    [
      (file) => void (at(file.timeBudgets.byTarget['300'])['next'] = -30),
      'time budgets → by target → 300 s → Next: expected a number over 0, got -30',
    ],
    [(file) => void file.scoring.bands.splice(1, 1), 'scoring → bands: no band holds a score of 40'],
    [
      (file) => void (at(file.steps[0])['label'] = 'Setting'),
      'steps → Setting → label: steps keep their names',
    ],
    [(file) => void (at(file)['schemaVersion'] = 2), 'schema version: expected 1, got 2'],
    [(file) => void (at(file.cells[1])['drill'] = ' '), 'cells → Clarity: Approach → drill is empty'],
    [(file) => void delete at(file)['criteria'], 'criteria is missing'],
    [
      (file) => void (at(file.scoring.targets)['abc'] = 50),
      'scoring → targets → abc is no length in whole seconds',
    ],
    [
      (file) =>
        void (at(at(file.cells.find(({ id }) => id === 'pacing.situation'))['auto'])['4'] = [
          { fact: 'stepLongestPauseSec', op: '<=', value: 2 },
          { fact: 'stepEndPauseSec', op: 'between', value: [9, 1] },
        ]),
      'cells → Pacing: Situation → limits (auto) → level 4 → 2 → value: expected the smaller number first, got 9 and 1',
    ],
    [
      (file) =>
        void (at(file.cells.find(({ id }) => id === 'depth.next'))['auto'] = {
          2: [{ fact: 'stepTimeSec', op: '<=', value: 60 }],
        }),
      'cells → Technical depth: Next → limits (auto) is not for depth: nothing measured sets its levels',
    ],
  ];
  for (const [change, words] of cases) {
    const problems = await problemsWith(change);
    expect(
      problems.some((problem) => problem.startsWith(words)),
      `${words} in ${problems.join('; ')}`,
    ).toBe(true);
  }
});

test('all that is wrong is said at once, twenty of it by name', async () => {
  const few = await problemsWith((file) => {
    file.cells.splice(3, 1);
    at(file.criteria[0])['weight'] = 0;
    at(file.levels[1])['points'] = 'many';
  });
  expect(few.map((problem) => problem.split(' → ')[0])).toEqual(['levels', 'criteria', 'cells']);
  const read = await readRubricFile(
    fileOf({ ...source, cells: source.cells.map((cell) => ({ ...cell, drill: '', ifThen: 7 })) }),
  );
  expect(read).toMatchObject({ tag: 'refused', more: 10 });
  expect(read.tag === 'refused' && read.problems).toHaveLength(20);
});

/** Every place of what is read of the file, with the words by which it is called. */
function placesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => placesOf(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, part]) => placesOf(part, [...path, key]));
}

/** What the last part of a place is called in a sentence. */
function nameOf(path: readonly (string | number)[]): string {
  const last = String(path.at(-1));
  if (path[0] === 'cells' && path[2] === 'levels') return `level ${last}`;
  // A single number may be right by itself, and wrong in its sum.
  if (path[0] === 'timeBudgets' && path.length === 4) return `${path[2]} s`;
  const names = new Map([
    ['lookFor', 'look for'],
    ['ifThen', 'if-then'],
    ['selectionRule', 'selection rule'],
    ['schemaVersion', 'schema version'],
  ]);
  return names.get(last) ?? last;
}

test('whatever single place is broken, the file is refused and the field named', async () => {
  const exported: unknown = JSON.parse(await rubricFile(builtInRubric).text());
  const places = placesOf(exported).filter((path) => !path.includes('auto'));
  expect(places.length).toBeGreaterThan(200);
  const broken = fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    '   ',
    [],
    {},
    true,
    'x'.repeat(2001),
    -1,
    1e9,
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), broken, async (path, value) => {
      const file = structuredClone(exported);
      let parent: unknown = file;
      for (const key of path.slice(0, -1)) parent = at(parent)[key];
      const last = path.at(-1) ?? '';
      const isLeftOut = path[1] === 'targets' && value === undefined;
      fc.pre(!isLeftOut);
      if (value === undefined) delete at(parent)[last];
      else at(parent)[last] = value;
      const read = await readRubricFile(fileOf(file));
      expect(read.tag).toBe('refused');
      const said = read.tag === 'refused' ? read.problems : [];
      expect(said.some((problem) => problem.includes(nameOf(path)))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('what is no rubric at all says what it is instead', async () => {
  const said = async (content: BlobPart) => {
    const read = await readRubricFile(new Blob([content]));
    return read.tag === 'refused' ? read.problems.join() : 'read';
  };
  expect(await said('')).toBe('The file is empty.');
  expect(await said('{"a": ')).toMatch(/^It is not JSON: /);
  expect(await said('[1, 2]')).toMatch(/but no rubric/);
  expect(await said('null')).toMatch(/but no rubric/);
  expect(await said(new Uint8Array([0xff, 0xfe, 0x00, 0xd8]))).toBe('It is not text in UTF-8.');
  expect(await said(`"${'x'.repeat(1_000_001)}"`)).toMatch(/kB; a rubric takes at most 1000/);
  expect(await said(`\ufeff${JSON.stringify(source)}`)).toBe('read');
});

test('names of JavaScript’s own do nothing, wherever they stand', async () => {
  const text = JSON.stringify(source)
    .replace('{', '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}},')
    .replace('"timeBudgets":{', '"timeBudgets":{"__proto__":{"polluted":true},');
  const read = await readRubricFile(new Blob([text]));
  expect(read).toEqual({ tag: 'rubric', rubric: builtInRubric });
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  const budgets = JSON.stringify(source).replace('"byTarget":{', '"byTarget":{"__proto__":{"situation":1},');
  expect(await readRubricFile(new Blob([budgets]))).toMatchObject({
    problems: ['time budgets → by target → __proto__ s is no length in whole seconds'],
  });
});

test('what two versions differ in is said in lines', () => {
  const draft = addCriterion(beginDraft(builtInRubric), fieldsOf(builtInRubric));
  const [, , , own = ''] = draft.criteria;
  const changed = toRubric(
    {
      ...draft,
      criteria: ['clarity', 'depth', own],
      changes: {
        ...draft.changes,
        'cells.depth.next.levels.3': 'Other words',
        'cells.depth.next.drill': 'Another',
        'budgets.300.next': '40',
        'steps.next.asks': 'And then?',
      },
    },
    builtInRubric,
  );
  expect(differences(builtInRubric, changed)).toEqual([
    'The criterion New criterion is added.',
    'The criterion Pacing is removed.',
    'Budgets for 5 minutes: Next 30 → 40 s.',
    'Technical depth: Next: level 3, drill.',
    'Other words: what Next asks.',
  ]);
  expect(differences(changed, changed)).toEqual([]);
});
