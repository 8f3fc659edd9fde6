/** Child processes of the comparison: each in a group of its own, each ended with everything it started, all bounded. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

const END_MS_MAX = 5_000;
const TEXT_CHARS_MAX = 1_000_000;

export type Child = {
  readonly process: ChildProcess;
  /** What it wrote on both outputs so far, up to a bound. */
  written(): string;
  /** Resolves with the first match in what it writes; rejects when it ends before, or needs too long. */
  writes(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray>;
  readonly ended: Promise<number | null>;
  /** Asks it to end, then ends its whole group. */
  end(): Promise<void>;
};

const killGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Groups still running, so that an interrupted comparison leaves none behind. */
const running = new Set<number>();
process.once('exit', () => {
  for (const pid of running) killGroup(pid, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export function startChild(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Child {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const { pid } = child;
  if (pid !== undefined) running.add(pid);
  let text = '';
  const listeners = new Set<() => void>();
  const take = (chunk: string): void => {
    if (text.length < TEXT_CHARS_MAX) text += chunk;
    for (const listener of listeners) listener();
  };
  child.stdout?.setEncoding('utf8').on('data', take);
  child.stderr?.setEncoding('utf8').on('data', take);
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  return {
    process: child,
    written: () => text,
    ended,
    async writes(pattern, timeoutMs) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
      const look = (): void => {
        const found = pattern.exec(text);
        if (found !== null) resolve(found);
      };
      const timer = setTimeout(() => reject(new Error(`it did not get ready: ${text.trim()}`)), timeoutMs);
      void ended.then((code) => reject(new Error(`it ended with ${code}: ${text.trim()}`)));
      listeners.add(look);
      look();
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        listeners.delete(look);
      }
    },
    async end() {
      killGroup(pid, 'SIGTERM');
      const timer = setTimeout(() => killGroup(pid, 'SIGKILL'), END_MS_MAX);
      await ended;
      clearTimeout(timer);
      // What it started may outlive it.
      killGroup(pid, 'SIGKILL');
      if (pid !== undefined) running.delete(pid);
    },
  };
}
