/**
 * Owns what must be let go of again: listeners, timers, tracks, locks. Disposing runs in
 * reverse order of adding, once; what is added afterwards is let go of at once, so that a promise which
 * resolves late cannot leak.
 */
export class Scope {
  readonly #disposers = new Set<() => void>();
  #isDisposed = false;

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** @returns lets go of this one thing now */
  add(dispose: () => void): () => void {
    if (this.#isDisposed) {
      dispose();
      return () => undefined;
    }
    const once = () => {
      if (this.#disposers.delete(once)) dispose();
    };
    this.#disposers.add(once);
    return once;
  }

  /** A scope that ends with this one at the latest. */
  child(): Scope {
    const child = new Scope();
    const forget = this.add(() => child.dispose());
    child.add(forget);
    return child;
  }

  listen(target: EventTarget, type: string, handler: (event: Event) => void): () => void {
    target.addEventListener(type, handler);
    return this.add(() => target.removeEventListener(type, handler));
  }

  timeout(handler: () => void, ms: number): () => void {
    const timer = setTimeout(() => {
      forget();
      handler();
    }, ms);
    const forget = this.add(() => clearTimeout(timer));
    return forget;
  }

  interval(handler: () => void, ms: number): () => void {
    const timer = setInterval(handler, ms);
    return this.add(() => clearInterval(timer));
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const dispose of Array.from(this.#disposers).reverse()) dispose();
  }
}
