/**
 * What a command may touch of the process it runs in, so that a test can run a command without one. Every command is
 * one file exporting `register(program, io)`. This module knows no command.
 */
import { resolve } from 'node:path';
import type { ExitCode } from '#cli/exit-codes.ts';

/** A text stream out of the process. `isTTY` decides about progress lines, never about content. */
export type CliStream = {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** node:stream's: more is buffered than should be; wait for `drain` before the next write of something long. */
  readonly writableNeedDrain?: boolean;
  once?(event: 'drain' | 'close', listener: () => void): unknown;
};

export type CliIo = {
  readonly stdout: CliStream;
  readonly stderr: CliStream;
  /** Absent where nobody gives a command anything to read. */
  readonly stdin?: AsyncIterable<Uint8Array | string> & { destroy?(): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the user stood: relative paths on the command line count from here. */
  readonly cwd: string;
  /** Sets the code the process will end with; the command returns by itself, so that nothing written is lost. */
  exit(code: ExitCode): void;
};

type HostProcess = {
  readonly stdout: CliStream;
  readonly stderr: CliStream;
  /** Absent where nobody gives a command anything to read. */
  readonly stdin?: AsyncIterable<Uint8Array | string> & { destroy?(): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  exitCode?: number | string | null | undefined;
  cwd(): string;
};

/** The real process as a `CliIo`. npm changes the directory before it runs a script and leaves the user's in `INIT_CWD`. */
export function processIo(host: HostProcess): CliIo {
  const initCwd = host.env['INIT_CWD'];
  return {
    stdout: host.stdout,
    stderr: host.stderr,
    ...(host.stdin === undefined ? {} : { stdin: host.stdin }),
    env: host.env,
    cwd: initCwd === undefined || initCwd === '' ? host.cwd() : initCwd,
    exit: (code) => {
      host.exitCode = code;
    },
  };
}

/** An absolute path for one given on the command line. */
export const userPath = (io: Pick<CliIo, 'cwd'>, path: string): string => resolve(io.cwd, path);
