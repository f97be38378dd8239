/** An element of the page, found by the role and the accessible name the engine itself gives it. */
export type Found = {
  /** A real click where the driver has one. */
  press(): Promise<void>;
  /** @param work self-contained: it is sent into the page */
  read<Result>(work: (element: HTMLElement) => Result): Promise<Result>;
};

/** One page of one browser: all that a journey needs of an engine. */
export type Tab = {
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  /** In document order. Elements that go away while one looks are left out. */
  all(role: string, name: string | RegExp): Promise<readonly Found[]>;
  /** @param work self-contained: it is sent into the page, with arguments that JSON can hold */
  evaluate<Args extends readonly unknown[], Result>(
    work: (...args: Args) => Result | Promise<Result>,
    ...args: Args
  ): Promise<Result>;
  /** A script for its effects. */
  run(source: string): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  screenshot(): Promise<Buffer>;
  /** SIGKILL for every process of the browser: nothing gets a chance to tidy up. */
  kill(): Promise<void>;
};

/** A browser installed on this machine, or what is missing for it. */
export type Engine = {
  readonly name: string;
  readonly missing: string | null;
  /** A new page in a new profile, its microphone the engine's own, a tone; closed when the test ends. */
  launch(): Promise<Tab>;
};

/** Elements that may have the role; the engine says which do. */
export function candidates(role: string): string {
  const native: Readonly<Record<string, string>> = {
    button: 'button',
    combobox: 'select',
    dialog: 'dialog',
    group: 'fieldset',
    heading: 'h1, h2, h3',
    link: 'a[href]',
    list: 'ul, ol',
    main: 'main',
    meter: 'meter',
    progressbar: 'progress',
    region: 'section',
    slider: 'input[type=range]',
    table: 'table',
  };
  return [`[role=${role}]`, native[role] ?? []].flat().join(', ');
}

export function isNamed(label: string, name: string | RegExp): boolean {
  return typeof name === 'string' ? label === name : name.test(label);
}
