/** What the API reads with, from the start to the stop, whatever is reloaded in between: book, index, checkpoints, cursors. */
import { createCheckpoints } from '#api/checkpoints.ts';
import { createCursors } from '#api/cursors.ts';
import type { ApiParts } from '#api/parts.ts';
import type { LoadedConfig } from '#config/load.ts';
import { openBook } from '#events/book.ts';
import { createEventStreams } from '#events/event-streams.ts';
import { createSearcher } from '#events/searcher.ts';
import type { Log } from '#gateway/gateway.ts';
import type { Disk } from '#ledger/disk.ts';
import type { LedgerPort } from '#ledger/port.ts';

export type ApiReads = Pick<ApiParts, 'book' | 'checkpoints' | 'cursors' | 'searcher' | 'streams'> & {
  close(): Promise<void>;
};

export function openApiReads(options: {
  readonly loaded: LoadedConfig;
  readonly disk: Disk;
  readonly ledger: LedgerPort;
  readonly maskingKey: Buffer;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly log: Log;
}): ApiReads {
  const { loaded, disk, ledger, maskingKey, clock, monotonic, log } = options;
  const { config, limits, secrets } = loaded;
  const { data: dataDirectory, deployment, shard: firstShard } = config;
  const place = { dataDirectory, deployment, firstShard, masterKey: secrets.masterKey?.reveal() };
  const book = openBook(disk, place);
  const streams = createEventStreams({ place, limits, clock });
  const searcher = createSearcher({
    dataDirectory,
    limits,
    clock,
    onFailure: (message) => log.warn({ message }, 'the search index cannot be asked'),
  });
  return {
    book,
    checkpoints: createCheckpoints({ dataDirectory, ledger, monotonic, freshMs: limits.apiCheckpointFreshMs }),
    cursors: createCursors(maskingKey),
    searcher,
    streams,
    async close() {
      await streams.close();
      await searcher.close();
      book.close();
    },
  };
}
