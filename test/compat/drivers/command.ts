/** Runs one command of a program to its end and gives what it printed; a fault is what it says on its error output. */
import { execFile } from 'node:child_process';

const COMMAND_MS_MAX = 14_000;
const OUTPUT_BYTES_MAX = 8 * 1024 * 1024;

export const runCommand = (file: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [file, ...args],
      { timeout: COMMAND_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else
          reject(
            new Error(
              error.killed === true ? 'it did not end in time' : stderr.trim() || stdout.trim() || error.message,
            ),
          );
      },
    );
  });
