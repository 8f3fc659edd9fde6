/** Reads gatebook.yaml and what it refers to from the disk: at the start, and anew at each reload. */
import { closeSync, fstatSync, openSync, readFileSync, constants } from 'node:fs';
import type { CliIo } from '#cli/io.ts';
import { userPath } from '#cli/io.ts';
import { loadConfig } from '#config/load.ts';
import type { LoadedConfig } from '#config/load.ts';
import type { ConfigProblem } from '#config/problem.ts';
import { LIMITS } from '#limits.ts';
import { err } from '#result.ts';
import type { Result } from '#result.ts';

const fault = (code: string): Error => Object.assign(new Error(code), { code });

/**
 * A regular file of at most `bytesMax`. Anything else could hold up the gateway while it serves calls: a pipe that nobody
 * writes to, a device without an end.
 */
export function readRegularFile(path: string, bytesMax: number): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw fault('not a regular file');
    if (stats.size > bytesMax) throw fault('too large');
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';

/** `running`: only regular files, since calls wait meanwhile. A start also takes `<(…)` and `/dev/stdin`. */
export function readConfig(io: CliIo, path: string, running: boolean): Result<LoadedConfig, readonly ConfigProblem[]> {
  const file = userPath(io, path);
  const read = (name: string, bytesMax: number): string =>
    running ? readRegularFile(name, bytesMax) : readFileSync(name, 'utf8');
  let text: string;
  try {
    text = read(file, LIMITS.configBytes);
  } catch (error) {
    const message = `the file cannot be read (${codeOf(error)})`;
    return err([{ file, line: 1, column: 1, path: '', message, fix: 'check its path and permissions' }]);
  }
  const readFile = (secret: string): string => read(secret, LIMITS.secretFileBytes);
  return loadConfig({ file, text, env: io.env, readFile, nowMs: Date.now() });
}
