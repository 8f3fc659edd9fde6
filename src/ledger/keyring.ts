/**
 * The writer's key ring: day keys and subject keys, durable before first use, and the keys of pieces derived from
 * them. Destroying either of a piece's two keys makes it unreadable; that is retention and erasure.
 * Knows nothing of records. One process holds the key directory at a time.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { LIMITS } from '#limits.ts';
import { dayKeyId, formatRingLine, subjectKeyId } from '#ledger/ring.ts';
import { hkdf, KEY_BYTES, unwrapKey, wrapKey } from '#ledger/wrap.ts';
import type { MasterKeys } from '#ledger/wrap.ts';
import type { KeyName, PieceKey } from '#ledger/blob.ts';
import type { DiskFile } from '#ledger/disk.ts';
import type { RingEntry } from '#ledger/ring.ts';

const SUBJECT_ID_BYTES = 8;
const NONCE_BYTES = 12;
const BLOB_INFO = Buffer.from('gatebook/v1/blob\0');

/** Finds the key that opens a stored piece; undefined when one of its two keys was destroyed or is not known. */
export type KeyOpener = { open(name: KeyName): Promise<KeyObject | undefined> };

/** HKDF-SHA-256(day key ‖ subject key) bound to both names (section 4 of the format). */
export function derivePieceKey(name: KeyName, dayKey: Buffer, subjectKey: Buffer): KeyObject {
  const day = Buffer.alloc(4);
  day.writeUInt32LE(name.day);
  return createSecretKey(hkdf(Buffer.concat([dayKey, subjectKey]), Buffer.concat([BLOB_INFO, day, name.subject])));
}

/** The wrapped keys of a ring by id, and subject ids by caller. */
export class KeyTable {
  readonly #wrapped = new Map<string, Buffer>();
  readonly #idOfWho = new Map<string, string>();
  readonly #master: MasterKeys;

  constructor(master: MasterKeys) {
    this.#master = master;
  }

  add(entry: RingEntry): void {
    this.#wrapped.set(entry.id, entry.wrapped);
    if (entry.who !== undefined) this.#idOfWho.set(entry.who, entry.id);
  }

  clear(): void {
    this.#wrapped.clear();
    this.#idOfWho.clear();
  }

  subjectOf(who: string): Buffer | undefined {
    const id = this.#idOfWho.get(who);
    return id === undefined ? undefined : Buffer.from(id.slice('subject:'.length), 'hex');
  }

  has(id: string): boolean {
    return this.#wrapped.has(id);
  }

  /** Undefined when not in the ring; throws when it is but does not unwrap: another master key, or damage. */
  key(id: string): Buffer | undefined {
    const wrapped = this.#wrapped.get(id);
    if (wrapped === undefined) return undefined;
    const key = unwrapKey(this.#master.wrap, id, wrapped);
    if (key === undefined) throw new Error(`key ${id} does not unwrap with this master key`);
    return key;
  }

  pieceKey(name: KeyName): KeyObject | undefined {
    const dayKey = this.key(dayKeyId(name.day));
    const subjectKey = this.key(subjectKeyId(name.subject));
    return dayKey === undefined || subjectKey === undefined ? undefined : derivePieceKey(name, dayKey, subjectKey);
  }
}

export type KeyringParts = {
  readonly master: MasterKeys;
  readonly entries: readonly RingEntry[];
  /** ring.jsonl, open for writing, with `bytes` sound bytes in it. */
  readonly file: DiskFile;
  readonly bytes: number;
  readonly random: (count: number) => Buffer;
  /** Lets go of the key directory. */
  readonly release: () => void;
};

export class Keyring implements KeyOpener {
  readonly #parts: KeyringParts;
  readonly #table: KeyTable;
  #bytes: number;
  /** The last line on its way to the disk: lines are written one after the other. */
  #writing: Promise<void> = Promise.resolve();
  readonly #pending = new Map<string, Promise<Buffer>>();
  #day = -1;
  /** Keys of the current day by subject; the oldest goes when full. */
  readonly #pieceKeys = new Map<string, PieceKey>();

  constructor(parts: KeyringParts) {
    this.#parts = parts;
    this.#bytes = parts.bytes;
    this.#table = new KeyTable(parts.master);
    for (const entry of parts.entries) this.#table.add(entry);
  }

  /** The key for new pieces of `subject` on `day` when it is at hand, that is durable and derived. */
  cached(day: number, subject: string): PieceKey | undefined {
    return day === this.#day ? this.#pieceKeys.get(subject) : undefined;
  }

  /** The same, made and synced first where needed. Throws on a disk error: the caller must not go on. */
  async obtain(day: number, subject: string): Promise<PieceKey> {
    const present = this.cached(day, subject);
    if (present !== undefined) return present;
    const who = createHmac('sha256', this.#parts.master.who).update(subject).digest('base64');
    await this.#dayKey(day);
    const name: KeyName = {
      day,
      subject: this.#table.subjectOf(who) ?? (await this.#once(who, () => this.#createSubject(who))),
    };
    const key = this.#table.pieceKey(name);
    if (key === undefined) throw new Error('a key just made is not in the ring');
    const pieceKey: PieceKey = { ...name, key };
    this.#remember(subject, pieceKey);
    return pieceKey;
  }

  /** Makes the key of `day` ahead of midnight, so that no call waits for it. */
  async prepareDay(day: number): Promise<void> {
    await this.#dayKey(day);
  }

  /** Whether both keys of this name are in the ring. */
  has(name: KeyName): boolean {
    return this.#table.has(dayKeyId(name.day)) && this.#table.has(subjectKeyId(name.subject));
  }

  open(name: KeyName): Promise<KeyObject | undefined> {
    return Promise.resolve(this.#table.pieceKey(name));
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#parts.file.close();
    this.#parts.release();
  }

  #remember(subject: string, pieceKey: PieceKey): void {
    if (pieceKey.day > this.#day) {
      this.#day = pieceKey.day;
      this.#pieceKeys.clear();
    }
    if (pieceKey.day !== this.#day) return;
    const oldest = this.#pieceKeys.size >= LIMITS.blobKeysCached ? this.#pieceKeys.keys().next() : undefined;
    if (oldest?.done === false) this.#pieceKeys.delete(oldest.value);
    this.#pieceKeys.set(subject, pieceKey);
  }

  async #dayKey(day: number): Promise<void> {
    const id = dayKeyId(day);
    if (!this.#table.has(id)) await this.#once(id, () => this.#create(id, undefined).then(() => Buffer.alloc(0)));
  }

  async #createSubject(who: string): Promise<Buffer> {
    const subject = this.#parts.random(SUBJECT_ID_BYTES);
    await this.#create(subjectKeyId(subject), who);
    return subject;
  }

  #once(what: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const running = this.#pending.get(what) ?? make().finally(() => this.#pending.delete(what));
    this.#pending.set(what, running);
    return running;
  }

  /** Enters the table only after the sync: nothing is ever sealed with a key that could be lost. */
  #create(id: string, who: string | undefined): Promise<void> {
    const wrapped = wrapKey(
      this.#parts.master.wrap,
      id,
      this.#parts.random(KEY_BYTES),
      this.#parts.random(NONCE_BYTES),
    );
    const entry: RingEntry = { id, who, wrapped };
    const line = Buffer.from(formatRingLine(entry));
    this.#writing = this.#append(this.#writing, line, entry);
    return this.#writing;
  }

  async #append(before: Promise<void>, line: Buffer, entry: RingEntry): Promise<void> {
    // After one failure all later writes fail with it: after a failed sync nobody knows what the file holds.
    await before;
    await this.#parts.file.write(line, this.#bytes);
    await this.#parts.file.datasync();
    this.#bytes += line.length;
    this.#table.add(entry);
  }
}
