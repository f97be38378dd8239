import type { Scope } from './scope.ts';

/**
 * Keeps the screen on as long as the scope lives. The browser takes the lock back whenever the page is
 * hidden, so that it is asked for again. It may always say no, as on low battery: then nothing is lost but
 * light.
 */
export function keepAwake(scope: Scope): void {
  const request = async () => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    try {
      const lock = await navigator.wakeLock.request('screen');
      scope.add(() => void lock.release().catch(() => undefined));
    } catch {
      // Refused: see above.
    }
  };
  scope.listen(document, 'visibilitychange', () => void request());
  void request();
}
