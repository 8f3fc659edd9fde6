/** One command of a program, to its end, and everything it printed: that is what its user reads. */
import { execFile } from 'node:child_process';

const COMMAND_MS_MAX = 190_000;

export const printedBy = (file: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [file, ...args],
      { timeout: COMMAND_MS_MAX, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error?.killed === true) reject(new Error('it did not end in time'));
        else resolve(`${stdout} ${stderr}`.trim() || (error?.message ?? ''));
      },
    );
  });
