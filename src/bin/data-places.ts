/** Where a process of a gateway keeps its book and its keys, and under which origin. */
import { join } from 'node:path';
import type { LoadedConfig } from '#config/load.ts';
import { keysDirectory, ledgerDirectory, masterKeyDirectory, shardOfWorker } from '#ledger/places.ts';

export const dataPlaces = (
  loaded: LoadedConfig,
  worker = 1,
): {
  readonly shard: string;
  readonly masterKey: string;
  readonly ledger: string;
  readonly keys: string;
  readonly origin: string;
} => {
  const { data, deployment, shard: firstShard } = loaded.config;
  const shard = shardOfWorker(firstShard, worker);
  return {
    shard,
    masterKey: join(masterKeyDirectory(data), 'master.key'),
    ledger: ledgerDirectory(data, shard),
    keys: keysDirectory(data, shard, firstShard),
    origin: `${deployment}/${shard}`,
  };
};
