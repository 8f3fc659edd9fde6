/**
 * A child process in a process group of its own, started without a shell, and ended with everything it started. It moves
 * bytes; it does not know what they mean.
 */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Limits } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { Timers } from '#upstream/timers.ts';

export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
};

export type ProcessGroupParts = {
  readonly limits: Pick<Limits, 'stdioStopMs' | 'stdioQueuedBytes'>;
  readonly timers: Timers;
  /** Registers what must run synchronously when this process exits; gives the way to unregister. */
  readonly atExit: (run: () => void) => () => void;
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
  /** Once, after the last byte of stdout. `reason`: `exit_<code>` or `signal_<name>`. */
  readonly onEnded: (reason: string) => void;
};

export type ProcessGroup = {
  readonly pid: number;
  /** False, with nothing written, when the process reads too slowly or its stdin is closed. */
  write(bytes: Buffer): boolean;
  pauseStdout(isPaused: boolean): void;
  /** Closes stdin, then SIGTERM to the group, then SIGKILL, in `stdioStopMs` at most. Resolves when it is gone. */
  stop(): Promise<void>;
};

/** Errors: the errno of the start, e.g. `ENOENT`, which Node tells a moment later. */
export function startProcessGroup(program: Program, parts: ProcessGroupParts): Result<ProcessGroup, Promise<string>> {
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(program.command, [...program.args], {
      cwd: program.cwd,
      env: program.env,
      shell: false,
      // setsid(2): the group's id is the child's pid, and a terminal's Ctrl-C does not reach it.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
  } catch (error) {
    return err(Promise.resolve(errnoOf(error)));
  }
  const { pid } = child;
  if (pid === undefined) {
    const errno = Promise.withResolvers<string>();
    child.once('error', (error) => errno.resolve(errnoOf(error)));
    return err(errno.promise);
  }
  return ok(new Group(child, pid, parts));
}

class Group implements ProcessGroup {
  readonly pid: number;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #parts: ProcessGroupParts;
  #gone: Promise<void>;
  #isStopping = false;
  #isPaused = false;

  constructor(child: ChildProcessWithoutNullStreams, pid: number, parts: ProcessGroupParts) {
    this.#child = child;
    this.pid = pid;
    this.#parts = parts;
    child.on('error', () => {});
    // EPIPE of a process that died is told by its end.
    child.stdin.on('error', () => {});
    child.stdout.on('error', () => {}).on('data', parts.onStdout);
    child.stderr.on('error', () => {}).on('data', parts.onStderr);
    const unregister = parts.atExit(() => this.#signal('SIGKILL'));
    this.#gone = this.#watch(unregister);
  }

  write(bytes: Buffer): boolean {
    const { stdin } = this.#child;
    if (!stdin.writable || stdin.writableLength > this.#parts.limits.stdioQueuedBytes) return false;
    stdin.write(bytes);
    return true;
  }

  pauseStdout(isPaused: boolean): void {
    if (this.#isStopping || isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    const { stdout } = this.#child;
    if (isPaused) stdout.pause();
    else stdout.resume();
  }

  stop(): Promise<void> {
    if (this.#isStopping) return this.#gone;
    this.#isStopping = true;
    const { limits, timers } = this.#parts;
    this.#child.stdin.end();
    // Nobody reads any more, and a full pipe would keep the process from its own clean end.
    this.#child.stdout.resume();
    const cancelTerm = timers.after(limits.stdioStopMs / 2, () => this.#signal('SIGTERM'));
    const cancelKill = timers.after(limits.stdioStopMs, () => this.#signal('SIGKILL'));
    this.#gone = this.#gone.finally(() => {
      cancelTerm();
      cancelKill();
    });
    return this.#gone;
  }

  async #watch(unregister: () => void): Promise<void> {
    const child = this.#child;
    const exited = Promise.withResolvers<string>();
    const closed = Promise.withResolvers<void>();
    child.once('exit', (code, signal) => exited.resolve(signal === null ? `exit_${code}` : `signal_${signal}`));
    child.once('close', () => closed.resolve());
    const reason = await exited.promise;
    // What the server started must not outlive it, nor hold its pipes open.
    this.#signal('SIGKILL');
    unregister();
    // Something that left the group may still hold a pipe: its bytes are nobody's.
    const cancel = this.#parts.timers.after(this.#parts.limits.stdioStopMs, () => {
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.stdout.resume();
    await closed.promise;
    cancel();
    this.#parts.onEnded(reason);
  }

  /** ESRCH is the good case: nobody is left. */
  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    try {
      // Windows has no process groups to signal.
      if (process.platform === 'win32') this.#child.kill(signal);
      else process.kill(-this.pid, signal);
    } catch {}
  }
}

function errnoOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'not_started';
}
