/*
 * How many syllables English words have, by their spelling: the reference of `npm run accuracy` for recordings that come
 * with a text and no count. docs/delivery.md says how far it agrees with a pronouncing dictionary.
 */

/** Frequent words that the rules below get wrong. */
const KNOWN = new Map([
  ...words(1, 'shh hmm mhm mm'),
  ...words(
    2,
    'mr mrs ms dr naked sacred hundred wicked rugged being doing going seeing poem quiet diet lion',
  ),
  ...words(
    2,
    'react create giant riot violet science client fluent cruel dual fuel trial dial bias chaos cafe business',
  ),
  ...words(
    3,
    'area idea apache anyone everyone forever recipe karate variance museum violence lineage theory linear nuclear montreal element caveat video',
  ),
  ...words(3, 'created creates creative reality'),
  ...words(4, 'criteria everybody variable'),
  ...words(5, 'creativity'),
]);

/** Before another part of a compound their last e is silent: `something`, `timeline`. */
const COMPOUND =
  /^(some|every|time|pipe|base|wave|frame|gate|like|life|safe|home|line|name|file|type|side|code|store|ware|where|there|house|note|fore|white|trade|use)(?=[bcdfghjklmnpqrstvwxz][a-z]{2})/;
/** Two vowels that are spoken one after the other: `medi-um`, `cli-ent`, `cre-ator`, `usu-al`, `re-open`. */
const HIATUS: readonly RegExp[] = [
  /^re(?=a[lprs][lpsr]|act|ent|eva|est|ins|imp|ite|ope|ord|org|uni|us)/,
  /[bdfhklmnprstvz]i(?=um|us|an|ac|ast|o[^nu]|o$|ology)/,
  /[bdfhlmnprvz]i(?=a|en|er|es[st]|ous|od)/,
  /(?<![aeiou][ln]|ll|ss|[stcgx])i(?=on)/,
  /[sc]i(?=en[ct]e?|er$)/,
  /(?<![gqs])u(?=a(?!y)|en|it[yi]|ous)/,
  /[lnrd]e(?=ou|um|o[rn])/,
  /cre(?=at)/,
  /[^aeiou]y(?=i|a|er)/,
  /[aeou](?=ing)/,
];

/** Of all words; figures are none, and should be spelt out. */
export function syllablesOf(text: string): number {
  const spelt =
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[a-z][a-z']*/g) ?? [];
  return spelt.reduce((sum, word) => sum + syllablesOfWord(word), 0);
}

function syllablesOfWord(spelt: string): number {
  const isPossessive = /(s|x|z|ch|sh|ce|ge)'s$/.test(spelt);
  const hasNot = /[^aoreu]n't$|[st]n't$|ven't$/.test(spelt);
  const extra = (isPossessive ? 1 : 0) + (hasNot ? 1 : 0);
  const word = spelt
    .replace(/n't$/, '')
    .replace(/'(s|d|m|ll|re|ve)?$/, '')
    .replaceAll("'", '');
  const known = KNOWN.get(word) ?? KNOWN.get(word.replace(/s$/, ''));
  if (known !== undefined) return known + extra;
  // Spoken letter by letter.
  if (!/[aeiouy]/.test(word)) return word.replace(/w/g, 'www').length;
  let rest = word
    .replace(/^every/, 'evry')
    .replace(COMPOUND, (first) => first.slice(0, -1))
    .replace(/^y/, '')
    .replace(/([aeiou])y(?=[aeiou])/g, '$1 ');
  let count = extra;
  rest = rest.replace(/(ness|less|ful|ment|ly)(es|s)?$/, (suffix) => {
    count += /ness?es$/.test(suffix) ? 2 : 1;
    return '';
  });
  if (/(ism|thm)s?$/.test(rest)) count += 1;
  rest = withoutSilentE(rest);
  for (const gap of HIATUS) rest = rest.replace(gap, '$& ');
  return Math.max(1, count + (rest.match(/[aeiouy]+/g)?.length ?? 0));
}

/** `called`, `times`, `rate`, but `rated`, `faces`, `table`, `settled`. */
function withoutSilentE(word: string): string {
  if (/[bcdfgkpstz]le[ds]?$/.test(word) || !/[aeiouy].*e[ds]?$/.test(word) || /[aeiouy]e[ds]?$/.test(word))
    return word.replace(/([aeiouy])e(?=[ds]?$)/, '$1');
  if (/[td]ed$|([sxzcg]|ch|sh)es$/.test(word)) return word;
  return word.replace(/e(?=[ds]?$)/, '');
}

function words(count: number, spelt: string): readonly (readonly [word: string, count: number])[] {
  return spelt.split(' ').map((word) => [word, count]);
}
