/** What must hold for `server.workers` and the shards its processes write, together with the rest of gatebook.yaml. */
import type { Complaint } from '#config/problem.ts';
import { rawMap, rawText } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';

const SHARD_CHARS = 63;
/** `<data>/keys/issuers` holds what issuers published. Every file there has a dot in its name, which no shard has. */
const FOLDERS_OF_KEYS: readonly string[] = ['issuers'];

/**
 * Further workers write `<shard>-2` and on, which must be the name of a shard too. A shard has its keys in a folder of
 * its name, so it may not have the name of another folder there; with a number at its end it has none of those.
 */
export function checkWorkers(raw: RawMap): Complaint[] {
  const { workers } = rawMap(raw['server']);
  const shard = rawText(raw['shard']);
  if (shard !== undefined && FOLDERS_OF_KEYS.includes(shard))
    return [
      {
        path: ['shard'],
        message: `cannot be ${shard}: <data>/keys/${shard} holds something else than the keys of a shard`,
        fix: 'use another name, such as a',
      },
    ];
  if (typeof workers !== 'number' || workers < 2 || shard === undefined) return [];
  const longest = `${shard}-${workers}`;
  if (longest.length <= SHARD_CHARS) return [];
  return [
    {
      path: ['shard'],
      message: `is too long for ${workers} workers: the last would write ${longest}`,
      fix: `use at most ${SHARD_CHARS - longest.length + shard.length} characters`,
    },
  ];
}
