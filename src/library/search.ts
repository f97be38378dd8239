/** Lower case and without diacritics: `Café` and `cafe` are found by each other. */
function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
}

/** Whether every word of the query occurs in one of the texts. An empty query matches all. */
export function matches(query: string, texts: readonly string[]): boolean {
  const haystack = fold(texts.join('\n'));
  return fold(query)
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}
