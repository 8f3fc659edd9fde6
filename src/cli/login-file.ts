/**
 * Where a login is kept: one file for each gateway below the user's state directory (XDG Base Directory), readable by its owner
 * alone, replaced as a whole. A lock that the system releases keeps two commands from using one refresh token.
 */
import { hash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { z } from 'zod';
import type { CliIo } from '#cli/io.ts';
import { tryLock } from '#ledger/lock.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const Login = z.object({
  /** The gateway's own address for itself: its issuer. */
  url: z.string(),
  accessToken: z.string().min(1),
  /** Unix milliseconds. */
  expiresAtMs: z.number(),
  refreshToken: z.string().min(1).optional(),
  tokenEndpoint: z.string(),
  revocationEndpoint: z.string().optional(),
});
export type Login = z.output<typeof Login>;

const FILE_BYTES_MAX = 256 * 1024;
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const OTHERS = 0o077;
const LOCK_MS_MAX = 60_000;
const LOCK_RETRY_MS = 50;

export type LoginFile = {
  readonly path: string;
  /** Undefined: nobody is logged in there. The error is a sentence. */
  read(): Result<Login | undefined, string>;
  write(login: Login): void;
  remove(): void;
  /** Runs alone among the commands of this user for this gateway. */
  alone<T>(run: () => Promise<T>): Promise<T>;
};

/** `https://Mcp.Example.com/` and `https://mcp.example.com` are one gateway. */
export const gatewayOrigin = (url: string): string => new URL(url).origin;

/** Undefined where the user has no place for it. */
export function loginFile({ env }: Pick<CliIo, 'env'>, url: string): LoginFile | undefined {
  const state = env['XDG_STATE_HOME'] ?? (env['HOME'] === undefined ? undefined : join(env['HOME'], '.local', 'state'));
  // A relative one must be ignored (XDG Base Directory Specification).
  if (state === undefined || !(state.startsWith('/') || /^[A-Za-z]:[\\/]/.test(state))) return undefined;
  const folder = join(state, 'gatebook');
  const path = join(folder, `login-${hash('sha256', gatewayOrigin(url), 'hex').slice(0, 24)}.json`);
  const makeFolder = (): void => {
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  };
  return {
    path,
    read: () => readLogin(path),
    write(login) {
      makeFolder();
      const temporary = `${path}.${process.pid}`;
      const file = openSync(temporary, 'w', PRIVATE_FILE);
      try {
        chmodSync(temporary, PRIVATE_FILE);
        writeSync(file, `${JSON.stringify(login)}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
    },
    remove: () => rmSync(path, { force: true }),
    async alone(run) {
      makeFolder();
      const lock = await lockOf(`${path}.lock`);
      try {
        return await run();
      } finally {
        lock.release();
      }
    },
  };
}

function readLogin(path: string): Result<Login | undefined, string> {
  let text: string;
  try {
    const { size, mode } = statSync(path);
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
      return err(`${path} can be read by others: remove it, and log in again`);
    if (size > FILE_BYTES_MAX) return err(`${path} is no login: remove it`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(undefined);
    return err(`cannot read ${path}`);
  }
  try {
    return ok(Login.parse(JSON.parse(text)));
  } catch {
    return err(`${path} is no login: remove it, and log in again`);
  }
}

/** The system drops it with the process, however that ends. */
async function lockOf(path: string): Promise<{ release(): void }> {
  for (let waitedMs = 0; waitedMs < LOCK_MS_MAX; waitedMs += LOCK_RETRY_MS) {
    const lock = tryLock(path);
    if (lock !== undefined) {
      chmodSync(path, PRIVATE_FILE);
      return lock;
    }
    await after(LOCK_RETRY_MS);
  }
  throw new Error(`another command holds ${path}`);
}
