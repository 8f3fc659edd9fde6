/**
 * The disk as the ledger uses it: a port, because power cuts and failing syncs are tested on a fake.
 * Every call either did all it says or throws; a `write` that stored fewer bytes than asked is a fault
 * (a full disk gives a short write without an error).
 */

export type OpenHow =
  /** Existing file, read only. */
  | 'read'
  /** Existing file, read and write. */
  | 'write'
  /** New or emptied file, read and write. */
  | 'create'
  /**
   * Existing file, read and write, opened for commits: where the system can, a write returns only once it is on stable
   * storage and `datasync` has nothing left to do. Callers sync all the same.
   */
  | 'commit';

export type DiskFile = {
  /** Reads up to `into.length` bytes; fewer only at the end of the file. Resolves to the count. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes` at `position`. Throws `ShortWrite` when the disk took fewer. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Returns once the file's content is on stable storage (fdatasync). */
  datasync(): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
};

export type Disk = {
  /** `mode` counts only when the file is created; default 0640. */
  open(path: string, how: OpenHow, mode?: number): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals in the directory durable. */
  syncDirectory(path: string): Promise<void>;
  /** Creates the directory and its parents; no error when it exists. */
  makeDirectory(path: string, mode: number): Promise<void>;
  list(path: string): Promise<readonly string[]>;
  exists(path: string): Promise<boolean>;
  /** Bytes an ordinary user may still write on the file system of `path`. */
  freeBytes(path: string): Promise<number>;
  /** Takes the exclusive lock the OS releases when the process ends; undefined when another holds it. */
  lock(path: string): { release(): void } | undefined;
};

export class ShortWrite extends Error {
  override readonly name = 'ShortWrite';
}

/** Reads a whole small file; undefined when it does not exist. Throws when it is larger than `bytesMax`. */
export async function readSmallFile(disk: Disk, path: string, bytesMax: number): Promise<Buffer | undefined> {
  if (!(await disk.exists(path))) return undefined;
  const file = await disk.open(path, 'read');
  try {
    const size = await file.size();
    if (size > bytesMax) throw new RangeError(`${path} has ${size} bytes, at most ${bytesMax} expected`);
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}

/** Replaces a small file so that a power cut leaves the old or the new content: temporary name, sync, rename, directory sync. */
export async function replaceSmallFile(
  disk: Disk,
  directory: string,
  name: string,
  bytes: Uint8Array,
  mode: number,
): Promise<void> {
  const temporary = `${directory}/${name}.tmp`;
  const file = await disk.open(temporary, 'create', mode);
  try {
    await file.write(bytes, 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  await disk.rename(temporary, `${directory}/${name}`);
  await disk.syncDirectory(directory);
}
