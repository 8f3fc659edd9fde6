/**
 * How far the state was, kept apart from it beside the keys: an older `state.db` put in its place, or none at all, is then
 * noticed. Whoever can write here can add keys of issuers too, so the file needs no signature. Synchronous, because it is
 * written while the state's write lock is held.
 */
import { closeSync, fdatasyncSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export type Marker = {
  /** The random name of the state. */
  readonly store: string;
  readonly revision: number;
};

const MARKER_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
const PATTERN = /^\{"store":"([0-9a-f]{32})","revision":([0-9]{1,15})\}\n$/;

/** Errors other than a missing file are thrown. */
export function readMarker(path: string): Marker | 'missing' | 'damaged' {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'missing';
    throw error;
  }
  const [, store, revision] = PATTERN.exec(text) ?? [];
  return store === undefined || revision === undefined ? 'damaged' : { store, revision: Number(revision) };
}

/** Durable when it returns: temporary name → sync → rename → sync of the directory. */
export function writeMarker(path: string, { store, revision }: Marker): void {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, 'w', MARKER_MODE);
  try {
    writeSync(file, `{"store":"${store}","revision":${revision}}\n`);
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  if (process.platform === 'win32') return;
  const parent = openSync(directory, 'r');
  try {
    fsyncSync(parent);
  } finally {
    closeSync(parent);
  }
}
