/**
 * The newest durable checkpoint of every shard of the data directory. The own shard's is in memory; those that other
 * processes write are read from their files, at most once in `freshMs`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShardCheckpoint } from '#api/contract/checkpoint.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openCheckpoint, parseVerifierKey } from '#ledger/note.ts';
import { ledgerDirectory, shardsIn } from '#ledger/places.ts';
import type { LedgerPort } from '#ledger/port.ts';
import { lastCheckpoint } from '#ledger/verify/last-checkpoint.ts';
import { directoryFiles } from '#ledger/verify/shard-files.ts';

export type Checkpoints = {
  /** Shards without one yet are left out. Throws when a book is unreadable or its checkpoint does not hold. */
  all(): Promise<readonly ShardCheckpoint[]>;
};

export function createCheckpoints(options: {
  readonly dataDirectory: string;
  readonly ledger: Pick<LedgerPort, 'shard' | 'checkpoint'>;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  readonly freshMs: number;
}): Checkpoints {
  const { dataDirectory, ledger, monotonic, freshMs } = options;
  const read = new Map<string, { readonly atMs: number; readonly checkpoint: Promise<ShardCheckpoint | undefined> }>();

  const noteOf = async (shard: string, verifierKey: string): Promise<string | undefined> => {
    if (shard === ledger.shard) return ledger.checkpoint();
    const last = await lastCheckpoint(directoryFiles(ledgerDirectory(dataDirectory, shard)), verifierKey);
    if (last.ok) return last.value;
    if (last.error.reason === 'unavailable') return undefined;
    throw new Error(`the checkpoint of shard ${shard} does not hold: ${last.error.what}`);
  };

  const readShard = async (shard: string): Promise<ShardCheckpoint | undefined> => {
    const verifierKey = (await readFile(join(ledgerDirectory(dataDirectory, shard), 'log.vkey'), 'utf8')).trim();
    const verifier = parseVerifierKey(verifierKey);
    if (!verifier.ok) throw new Error(`log.vkey of shard ${shard}: ${verifier.error}`);
    const note = await noteOf(shard, verifierKey);
    if (note === undefined) return undefined;
    const checkpoint = openCheckpoint(note, verifier.value);
    if (!checkpoint.ok) throw new Error(`the checkpoint of shard ${shard} does not hold: ${checkpoint.error}`);
    return { shard, origin: checkpoint.value.origin, size: checkpoint.value.size, note, verifierKey };
  };

  const ofShard = (shard: string): Promise<ShardCheckpoint | undefined> => {
    const known = read.get(shard);
    if (shard !== ledger.shard && known !== undefined && monotonic() - known.atMs < freshMs) return known.checkpoint;
    const checkpoint = readShard(shard);
    read.set(shard, { atMs: monotonic(), checkpoint });
    return checkpoint;
  };

  return {
    async all() {
      const shards = await shardsIn(nodeDisk, dataDirectory);
      const checkpoints = await Promise.all(shards.map(ofShard));
      return checkpoints.filter((checkpoint) => checkpoint !== undefined);
    },
  };
}
