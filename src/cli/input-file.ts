/** Reads a small text file named on the command line. A missing one is the user's mistake, said in one sentence. */
import { open } from 'node:fs/promises';
import { type Result, err, ok } from '#result.ts';
import { type CliIo, userPath } from '#cli/io.ts';

const INPUT_FILE_BYTES_MAX = 1024 * 1024;

/** Its text; the error is a sentence that names the file as the user typed it. */
export async function readInputFile(io: CliIo, path: string): Promise<Result<string, string>> {
  try {
    const file = await open(userPath(io, path), 'r');
    try {
      const { size } = await file.stat();
      if (size > INPUT_FILE_BYTES_MAX) return err(`${path} is larger than ${INPUT_FILE_BYTES_MAX} bytes`);
      return ok(await file.readFile('utf8'));
    } finally {
      await file.close();
    }
  } catch (error) {
    return err(`cannot read ${path}: ${fileError(error)}`);
  }
}

/** What an error of node:fs means, without its path (which the sentence around it has). */
export function fileError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOTDIR':
    case 'EISDIR':
      return code === 'EISDIR' ? 'it is a directory' : 'it is not a directory';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
