/** For when what had the focus goes away: to the first field of the open dialog, else to the page's heading. */
export function refocus(): void {
  const field = document.querySelector<HTMLElement>('dialog:modal :is(input, textarea, select)');
  (field ?? document.querySelector<HTMLElement>('main h1'))?.focus({ preventScroll: true });
}
