/**
 * Opens the key directory: master key, log key and key ring, made on first use (docs/ledger-format.md section 7).
 * `openKeys` is for the one process that writes, `openKeyReader` for everybody who only reads records.
 */
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { readSmallFile, replaceSmallFile } from '#ledger/disk.ts';
import { Keyring, KeyTable } from '#ledger/keyring.ts';
import { parseRing } from '#ledger/ring.ts';
import { createSigner, ORIGIN_PATTERN } from '#ledger/signer.ts';
import { deriveMasterKeys, KEY_BYTES, unwrapKey, wrapKey } from '#ledger/wrap.ts';
import type { KeyObject } from 'node:crypto';
import type { KeyName } from '#ledger/blob.ts';
import type { Disk } from '#ledger/disk.ts';
import type { KeyOpener } from '#ledger/keyring.ts';
import type { RandomSource } from '#ledger/random.ts';
import type { Ring } from '#ledger/ring.ts';
import type { Signer } from '#ledger/signer.ts';
import type { MasterKeys } from '#ledger/wrap.ts';

const SECRET_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
const SMALL_FILE_BYTES = 4096;
const NONCE_BYTES = 12;
export const RING_NAME = 'ring.jsonl';

export type KeysRefusal = {
  readonly reason: 'locked' | 'missing_keys' | 'missing_master' | 'bad_master' | 'bad_log_key' | 'damaged_ring';
  /** What happened and what to do; no key material. */
  readonly message: string;
};

export type KeysOptions = {
  readonly disk: Disk;
  /** `<data>/keys`. */
  readonly dir: string;
  /** `<deployment>/<shard>`. */
  readonly origin: string;
  readonly random: RandomSource;
  /** `<data>/ledger/<shard>`: when it holds a book, its keys must be there. */
  readonly bookDir?: string;
  /** The operator's master key, 32 bytes in base64; without it `<masterDir>/master.key`, made when nothing is there yet. */
  readonly masterKey?: string;
  /** Where the one `master.key` of several shards is; default `dir`. It is made only in `dir`, by the first shard. */
  readonly masterDir?: string;
};

const refuse = (reason: KeysRefusal['reason'], message: string): { readonly ok: false; readonly error: KeysRefusal } =>
  err({ reason, message });

function decodeMaster(text: string, where: string): Result<MasterKeys, KeysRefusal> {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES || key.toString('base64') !== text)
    return refuse('bad_master', `${where} is not 32 bytes in base64`);
  return ok(deriveMasterKeys(key));
}

/** Undefined when no key is given and the directory has none. */
async function readMaster(options: KeyReaderOptions): Promise<Result<MasterKeys, KeysRefusal> | undefined> {
  const { disk, dir, masterDir = dir, masterKey } = options;
  if (masterKey !== undefined) return decodeMaster(masterKey.trim(), 'the master key of the configuration');
  const file = `${masterDir}/master.key`;
  const text = (await readSmallFile(disk, file, SMALL_FILE_BYTES))?.toString('latin1').trim();
  return text === undefined ? undefined : decodeMaster(text, file);
}

async function openMaster(
  options: KeysOptions,
  fresh: (count: number) => Buffer,
): Promise<Result<MasterKeys, KeysRefusal>> {
  const { disk, dir, masterDir = dir } = options;
  const present = await readMaster(options);
  if (present !== undefined) return present;
  const file = `${masterDir}/master.key`;
  if (masterDir !== dir) return refuse('missing_master', `${file} is missing: the first shard makes it`);
  if ((await disk.exists(`${dir}/log.key`)) || (await disk.exists(`${dir}/ring.jsonl`))) {
    return refuse('missing_master', `${file} is missing but keys wrapped with it exist: restore it from its backup`);
  }
  await replaceSmallFile(disk, dir, 'master.key', Buffer.from(`${fresh(KEY_BYTES).toString('base64')}\n`), SECRET_MODE);
  return (await readMaster(options)) ?? refuse('missing_master', `${file} could not be read back`);
}

async function openSigner(
  options: KeysOptions,
  master: MasterKeys,
  fresh: (count: number) => Buffer,
): Promise<Result<Signer, KeysRefusal>> {
  const { disk, dir, origin } = options;
  const id = `log:${origin}`;
  const text = await readSmallFile(disk, `${dir}/log.key`, SMALL_FILE_BYTES);
  if (text === undefined) {
    const seed = fresh(KEY_BYTES);
    const wrapped = wrapKey(master.wrap, id, seed, fresh(NONCE_BYTES)).toString('base64');
    await replaceSmallFile(disk, dir, 'log.key', Buffer.from(`${JSON.stringify({ id, wrapped })}\n`), SECRET_MODE);
    return ok(createSigner(origin, seed));
  }
  let stored: { id?: unknown; wrapped?: unknown } | null;
  try {
    stored = JSON.parse(text.toString('utf8')) as typeof stored;
  } catch {
    stored = null;
  }
  if (typeof stored?.wrapped !== 'string' || stored.id !== id)
    return refuse('bad_log_key', `${dir}/log.key is not the key of ${origin}`);
  const seed = unwrapKey(master.wrap, id, Buffer.from(stored.wrapped, 'base64'));
  if (seed === undefined)
    return refuse('bad_log_key', `${dir}/log.key does not unwrap with this master key: is it the right one?`);
  return ok(createSigner(origin, seed));
}

async function readRing(disk: Disk, dir: string): Promise<Result<Ring & { readonly text: Buffer }, KeysRefusal>> {
  const text = (await readSmallFile(disk, `${dir}/${RING_NAME}`, LIMITS.keyRingBytes)) ?? Buffer.alloc(0);
  const ring = parseRing(text);
  if (!ring.ok)
    return refuse('damaged_ring', `${dir}/ring.jsonl is damaged at line ${ring.error}: restore it from its backup`);
  return ok({ ...ring.value, text });
}

export type OpenedKeys = {
  readonly keyring: Keyring;
  readonly signer: Signer;
  /** What masking makes its tokens with: the same for the life of a master key. */
  readonly maskingKey: Buffer;
};

/**
 * Keys are made only for a book that does not exist yet. For one that does, a missing file is a loss to be repaired from
 * the backup; a fresh one in its place would make every earlier record unreadable, or the book another signer's.
 */
async function missingKeys({ disk, dir, bookDir }: KeysOptions): Promise<Result<never, KeysRefusal> | undefined> {
  const hasLogKey = await disk.exists(`${dir}/log.key`);
  if (hasLogKey && !(await disk.exists(`${dir}/${RING_NAME}`))) {
    return refuse(
      'missing_keys',
      `${dir}/${RING_NAME} is missing: without it no earlier record can be read. Restore it from its backup`,
    );
  }
  if (hasLogKey || bookDir === undefined || !(await disk.exists(`${bookDir}/log.vkey`))) return undefined;
  return refuse(
    'missing_keys',
    `the keys of the book in ${bookDir} are missing from ${dir}: restore them from their backup`,
  );
}

async function openHeld(options: KeysOptions, release: () => void): Promise<Result<OpenedKeys, KeysRefusal>> {
  const { disk, dir, random } = options;
  const missing = await missingKeys(options);
  if (missing !== undefined) return missing;
  const fresh = (count: number): Buffer => {
    const bytes = Buffer.alloc(count);
    random(bytes);
    return bytes;
  };
  const master = await openMaster(options, fresh);
  if (!master.ok) return master;
  // Before the log's key: its presence is what says that a ring must be there.
  if (!(await disk.exists(`${dir}/${RING_NAME}`)))
    await replaceSmallFile(disk, dir, RING_NAME, Buffer.alloc(0), SECRET_MODE);
  const signer = await openSigner(options, master.value, fresh);
  if (!signer.ok) return signer;
  const ring = await readRing(disk, dir);
  if (!ring.ok) return ring;
  // Written anew at each start: drops a torn last line, and after a failed sync the page cache shows lines
  // that never reached the disk.
  await replaceSmallFile(disk, dir, RING_NAME, ring.value.text.subarray(0, ring.value.bytes), SECRET_MODE);
  const file = await disk.open(`${dir}/${RING_NAME}`, 'write');
  const keyring = new Keyring({
    master: master.value,
    entries: ring.value.entries,
    file,
    bytes: ring.value.bytes,
    random: fresh,
    release,
  });
  return ok({ keyring, signer: signer.value, maskingKey: master.value.mask });
}

/** Holds the key directory until the ring is closed. Disk errors are thrown. */
export async function openKeys(options: KeysOptions): Promise<Result<OpenedKeys, KeysRefusal>> {
  const { disk, dir, origin } = options;
  if (!ORIGIN_PATTERN.test(origin)) throw new RangeError(`not an origin <deployment>/<shard>: ${origin}`);
  await disk.makeDirectory(dir, DIRECTORY_MODE);
  const lock = disk.lock(`${dir}/lock.db`);
  if (lock === undefined) return refuse('locked', `${dir} is in use by another gateway`);
  try {
    const opened = await openHeld(options, () => lock.release());
    if (!opened.ok) lock.release();
    return opened;
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function fileBytes(disk: Disk, path: string): Promise<number> {
  if (!(await disk.exists(path))) return 0;
  const file = await disk.open(path, 'read');
  try {
    return await file.size();
  } finally {
    await file.close();
  }
}

/** A read beside a write may see a part of it: what is damaged once is damaged when it is still so a moment later. */
const RING_READS_MAX = 3;

async function readSteadyRing(disk: Disk, dir: string): ReturnType<typeof readRing> {
  for (let read = 1; ; read += 1) {
    const ring = await readRing(disk, dir);
    if (ring.ok || ring.error.reason !== 'damaged_ring' || read === RING_READS_MAX) return ring;
  }
}

export type KeyReaderOptions = Pick<KeysOptions, 'disk' | 'dir' | 'masterKey' | 'masterDir'>;

/**
 * Keys for reading records while a writer runs or not. A key that is not known yet makes it read the ring again,
 * since the writer adds keys, but only when the file has changed its size.
 */
export async function openKeyReader(options: KeyReaderOptions): Promise<Result<KeyOpener, KeysRefusal>> {
  const { disk, dir, masterDir = dir } = options;
  const master = await readMaster(options);
  if (master === undefined) return refuse('missing_master', `${masterDir}/master.key does not exist`);
  if (!master.ok) return master;
  const table = new KeyTable(master.value);
  const derived = new Map<string, KeyObject>();
  let seenBytes = -1;
  const reload = async (): Promise<KeysRefusal | undefined> => {
    const bytes = await fileBytes(disk, `${dir}/ring.jsonl`);
    if (bytes === seenBytes) return undefined;
    const ring = await readSteadyRing(disk, dir);
    if (!ring.ok) return ring.error;
    seenBytes = bytes;
    table.clear();
    derived.clear();
    for (const entry of ring.value.entries) table.add(entry);
    return undefined;
  };
  const refusal = await reload();
  if (refusal !== undefined) return err(refusal);
  return ok({
    open: async (name: KeyName) => {
      const label = `${name.day}:${name.subject.toString('hex')}`;
      const known = derived.get(label);
      if (known !== undefined) return known;
      let key = table.pieceKey(name);
      if (key === undefined) {
        await reload(); // a ring that is damaged now leaves the keys known so far in use
        key = table.pieceKey(name);
      }
      if (key === undefined) return undefined;
      if (derived.size >= LIMITS.blobKeysCached) derived.clear();
      derived.set(label, key);
      return key;
    },
  });
}
