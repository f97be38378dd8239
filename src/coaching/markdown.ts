import type { ReviewSheet, SheetCell } from './review-sheet.ts';

/**
 * A review as Markdown (CommonMark with GitHub's tables). Whatever a person wrote stays text in it: it can
 * neither become markup nor leave the line, the cell or the quotation it stands in.
 */
export function reviewMarkdown(sheet: ReviewSheet): string {
  const { title, question, facts, overall, notes, criteria, steps, comments, covered, prediction } = sheet;
  const { carried, focus } = sheet;
  const labels = steps[0]?.cells.map(({ criterion }) => criterion) ?? [];
  const blocks: readonly (string | readonly string[])[] = [
    `# ${plainText(title)}`,
    quotation(question),
    facts.map(plainText).join(' · '),
    '## Score',
    overall === null ? [] : `**${plainText(overall)}**`,
    notes.map((note) => `- ${plainText(note)}`),
    overall === null
      ? []
      : table(
          ['Criterion', 'Score'],
          criteria.map(({ label, score }) => [label, score]),
        ),
    table(
      ['Step', ...labels],
      steps.map(({ label, time, cells }) => [
        time === null ? label : `${label}, ${time}`,
        ...cells.map(cellWords),
      ]),
    ),
    section(
      '## Comments',
      comments.map(({ at, text }) => `- **${at}** ${plainText(text)}`),
    ),
    section(
      '## Covered points',
      covered.map(
        ({ point, answer, at }) => `- ${answer}${at === null ? '' : ` (${at})`}: ${plainText(point)}`,
      ),
    ),
    section(
      '## Prediction',
      prediction === null
        ? []
        : table(
            ['Criterion', 'Predicted', 'Scored'],
            prediction.map(({ label, predicted, scored }) => [label, predicted, scored]),
          ),
    ),
    carried === null
      ? []
      : [
          '## Focus of this take',
          '',
          plainText(carried.label),
          '',
          ...quotation(carried.ifThen),
          '',
          `Done: ${carried.done}`,
        ],
    focus === null ? [] : ['## Focus', '', plainText(focus.label), '', ...quotation(focus.ifThen)],
  ];
  return `${blocks
    .map((block) => [block].flat().join('\n'))
    .filter((block) => block !== '')
    .join('\n\n')}\n`;
}

/** Signs that begin or end markup wherever they stand. */
const SIGNS = /[\\`*_{}[\]<>#|~!&$@]/g;
/** Signs that make a list, a heading or a table of the line they begin, and addresses that turn into links. */
const AT_START = /^(?:[-+=:]|\d+(?=[.)](?:\s|$)))/;
const ADDRESS = /:(?=\/\/)|(?<=www)\./gi;

/**
 * One line of text that Markdown leaves as it is, whatever is in it.
 */
export function plainText(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(SIGNS, '\\$&')
    .replace(ADDRESS, '\\$&')
    .replace(AT_START, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}

function quotation(text: string): readonly string[] {
  const lines = text.trim().split(/\r\n|[\n\r\u2028\u2029]/);
  return text.trim() === '' ? [] : lines.map((line) => `> ${plainText(line)}`.trimEnd());
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, '', ...lines];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(plainText).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)];
}

/** `3 Solid (0:12, 0:40)`. */
function cellWords({ level, moments }: SheetCell): string {
  return moments.length === 0 ? level : `${level} (${moments.join(', ')})`;
}
