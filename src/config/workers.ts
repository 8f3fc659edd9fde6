/** What must hold for `server.workers` together with the rest of gatebook.yaml. */
import type { Complaint } from '#config/problem.ts';
import { rawMap, rawText } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';

const SHARD_CHARS = 63;

/** Further workers write `<shard>-2` and on, which must be the name of a shard too. */
export function checkWorkers(raw: RawMap): Complaint[] {
  const { workers } = rawMap(raw['server']);
  const shard = rawText(raw['shard']);
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
