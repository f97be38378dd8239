/** Whether something said in this tab is in no other place yet: closing the database now would lose it. */
export function holdsTake(): boolean {
  return isRecording() || document.documentElement.dataset['unsaved'] === 'true';
}

/**
 * Whether a take is in progress in this tab. The record page says so on the root element, so that style
 * sheets know it too.
 */
export function isRecording(): boolean {
  return document.documentElement.dataset['recording'] === 'true';
}

/** Calls back when a take begins or has ended in this tab, until the returned function is called. */
export function onRecording(listener: (isNow: boolean) => void): () => void {
  const observer = new MutationObserver(() => listener(isRecording()));
  observer.observe(document.documentElement, { attributeFilter: ['data-recording'] });
  return () => observer.disconnect();
}
