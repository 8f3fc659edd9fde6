/**
 * The files of one shard, as the verifier reads them: names, and bytes at a position. The only place in verify/ that
 * opens a segment; everything else takes a `ShardFiles`, so a test can hand in bytes from memory.
 */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource } from '#ledger/verify/byte-reader.ts';

export type ShardFiles = {
  names(): Promise<readonly string[]>;
  /** Undefined when there is no such file. */
  open(name: string): Promise<ByteSource | undefined>;
};

const SEGMENT = /^[0-9]{8}\.seg$/;
/** What may lie in a shard's directory without being part of the log (section 1). */
const BESIDE = /^(log\.vkey|watermark|lock\.db(-journal|-wal|-shm)?|.*\.tmp)$/;

export const segmentName = (segment: number): string => `${String(segment).padStart(8, '0')}.seg`;
export const isSegmentName = (name: string): boolean => SEGMENT.test(name);
export const isKnownName = (name: string): boolean => SEGMENT.test(name) || BESIDE.test(name);

export function directoryFiles(dir: string): ShardFiles {
  return {
    names: async () => (await readdir(dir)).sort(),
    open: async (name) => {
      try {
        return await fileSource(join(dir, name));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}

async function fileSource(path: string): Promise<ByteSource> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return {
      bytes: size,
      read: async (into, position) => (await file.read(into, 0, into.length, position)).bytesRead,
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A whole small file, undefined when it is missing or larger than the bound. */
export async function readSmallFile(files: ShardFiles, name: string, bytesMax: number): Promise<Buffer | undefined> {
  const source = await files.open(name);
  if (source === undefined) return undefined;
  try {
    if (source.bytes > bytesMax) return undefined;
    const bytes = Buffer.alloc(source.bytes);
    let filled = 0;
    while (filled < bytes.length) {
      const got = await source.read(bytes.subarray(filled), filled);
      if (got === 0) return undefined;
      filled += got;
    }
    return bytes;
  } finally {
    await source.close();
  }
}

/** Size of a file, undefined when it is missing. */
export async function fileBytes(files: ShardFiles, name: string): Promise<number | undefined> {
  const source = await files.open(name);
  await source?.close();
  return source?.bytes;
}
