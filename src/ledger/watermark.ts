/**
 * How far the log is known to be synced, published in 32 bytes (docs/ledger-format.md section 6). It can only be
 * behind. Other readers go no further; the writer uses it at a start to notice acknowledged records that are gone.
 */
import { crc32 } from 'node:zlib';
import { readSmallFile } from '#ledger/disk.ts';
import type { Disk, DiskFile } from '#ledger/disk.ts';
import type { Watermark } from '#ledger/port.ts';

export const WATERMARK_NAME = 'watermark';
const WATERMARK_BYTES = 32;
const MAGIC = Buffer.from('GBWM');
const READ_TRIES = 16;

export function encodeWatermark(mark: Watermark): Buffer {
  const bytes = Buffer.alloc(WATERMARK_BYTES);
  bytes.set(MAGIC, 0);
  bytes.writeUInt32LE(mark.segment, 4);
  bytes.writeBigUInt64LE(BigInt(mark.offset), 8);
  bytes.writeBigUInt64LE(BigInt(mark.size), 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 24)), 24);
  return bytes;
}

export function decodeWatermark(bytes: Buffer): Watermark | undefined {
  if (bytes.length !== WATERMARK_BYTES || !bytes.subarray(0, 4).equals(MAGIC)) return undefined;
  if (bytes.readUInt32LE(24) !== crc32(bytes.subarray(0, 24)) || bytes.readUInt32LE(28) !== 0) return undefined;
  return {
    segment: bytes.readUInt32LE(4),
    offset: Number(bytes.readBigUInt64LE(8)),
    size: Number(bytes.readBigUInt64LE(16)),
  };
}

/** Undefined when there is none yet, or none that is whole: a reader may catch the writer in the middle, so it tries again. */
export async function readWatermark(disk: Disk, dir: string): Promise<Watermark | undefined> {
  for (let i = 0; i < READ_TRIES; i += 1) {
    const bytes = await readSmallFile(disk, `${dir}/${WATERMARK_NAME}`, 1024);
    if (bytes === undefined) return undefined;
    const mark = decodeWatermark(bytes);
    if (mark !== undefined) return mark;
  }
  return undefined;
}

/** Under load a mark is published with every so many commits; the last of a run always is. */
const COMMITS_PER_MARK = 8;

/**
 * Rewrites the file in place without a sync, one write at a time; while one is under way only the newest mark
 * waits, so a slow disk never makes a queue.
 */
export class WatermarkWriter {
  readonly #file: DiskFile;
  readonly #failed: (error: unknown) => void;
  #next: Watermark | undefined;
  #running: Promise<void> | undefined;
  #held: Watermark | undefined;
  #commits = 0;

  constructor(file: DiskFile, failed: (error: unknown) => void) {
    this.#file = file;
    this.#failed = failed;
  }

  /** `more`: another commit is waiting, so this mark may be held back until it, or until `flush`. */
  publish(mark: Watermark, more: boolean): void {
    this.#held = mark;
    this.#commits += 1;
    if (!more || this.#commits >= COMMITS_PER_MARK) this.flush();
  }

  /** Nothing follows: what was held back is published now. */
  flush(): void {
    if (this.#held === undefined) return;
    this.#next = this.#held;
    this.#held = undefined;
    this.#commits = 0;
    this.#running ??= this.#run();
  }

  /** Resolves when what was published is in the file. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async close(): Promise<void> {
    this.flush();
    await this.#running;
    await this.#file.close();
  }

  async #run(): Promise<void> {
    try {
      while (this.#next !== undefined) {
        const mark = this.#next;
        this.#next = undefined;
        await this.#file.write(encodeWatermark(mark), 0);
      }
    } catch (error) {
      this.#failed(error);
    }
    this.#running = undefined;
  }
}
