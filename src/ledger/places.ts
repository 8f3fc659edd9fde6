/**
 * Where the parts of a data directory are. Several shards can live in one: each is a log of its own, with its own keys,
 * under the one master key.
 */
import type { Disk } from '#ledger/disk.ts';

const SHARD = /^[a-z0-9-]{1,63}$/;

/** The shard that worker process `worker`, counted from 1, writes: the first keeps the name of gatebook.yaml. */
export const shardOfWorker = (firstShard: string, worker: number): string =>
  worker === 1 ? firstShard : `${firstShard}-${worker}`;

export const ledgerDirectory = (dataDirectory: string, shard: string): string => `${dataDirectory}/ledger/${shard}`;

/** Where `master.key` is, when the operator does not keep it elsewhere. */
export const masterKeyDirectory = (dataDirectory: string): string => `${dataDirectory}/keys`;

/** Log key and ring of a shard: those of the first shard, the one of gatebook.yaml, are in `keys/` itself. */
export const keysDirectory = (dataDirectory: string, shard: string, firstShard: string): string =>
  shard === firstShard ? `${dataDirectory}/keys` : `${dataDirectory}/keys/${shard}`;

/** Every shard that has a book in the data directory, sorted. A folder that only looks like one is left out. */
export async function shardsIn(disk: Disk, dataDirectory: string): Promise<readonly string[]> {
  if (!(await disk.exists(`${dataDirectory}/ledger`))) return [];
  const names = (await disk.list(`${dataDirectory}/ledger`)).filter((name) => SHARD.test(name));
  const isBook = await Promise.all(
    names.map((name) => disk.exists(`${ledgerDirectory(dataDirectory, name)}/log.vkey`)),
  );
  return names.filter((_, at) => isBook[at]).toSorted();
}

/**
 * The shard whose keys are in `keys/` itself, for a data directory without its gatebook.yaml: the only one that has no
 * folder of its own there. Undefined when that fits none or several.
 */
export async function firstShardOf(
  disk: Disk,
  dataDirectory: string,
  shards: readonly string[],
): Promise<string | undefined> {
  const hasOwn = await Promise.all(shards.map((shard) => disk.exists(`${dataDirectory}/keys/${shard}/ring.jsonl`)));
  const without = shards.filter((_, at) => !hasOwn[at]);
  return without.length === 1 ? without[0] : undefined;
}
