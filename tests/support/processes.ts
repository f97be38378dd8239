import { readdirSync, readFileSync } from 'node:fs';

/**
 * The processes whose command line holds all of these texts: those of a browser name its profile folder, and
 * what they are (`--type=renderer`). Reads /proc, so Linux only.
 */
export function processesOf(...texts: readonly string[]): readonly number[] {
  const holdsAll = (pid: string) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      return texts.every((text) => command.includes(text));
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && holdsAll(name))
    .map(Number);
}

export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended between being listed and being signalled.
    }
  }
}
