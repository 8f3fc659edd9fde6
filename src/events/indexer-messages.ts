/** What the gateway's thread and the index worker say to each other. */
import type { IndexProgress } from '#events/index-loop.ts';
import type { Limits } from '#limits.ts';

export type IndexerSettings = {
  readonly dataDirectory: string;
  /** `<deployment>/<shard>`. */
  readonly origin: string;
  readonly shard: string;
  /** The shard whose keys are in `keys/` itself; default `shard`. */
  readonly firstShard?: string;
  /** In base64, where the operator keeps it himself; without it the one in `keys/`. */
  readonly masterKey?: string;
  readonly limits: Pick<
    Limits,
    'indexBatchRecords' | 'indexedTextBytes' | 'indexIntervalMs' | 'indexIntervalBusyMs' | 'indexBusyRecords'
  >;
};

export type ToWorker = { readonly type: 'catch_up' } | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'progress'; readonly progress: IndexProgress }
  /** All that was asked for before is done. */
  | { readonly type: 'idle' }
  | { readonly type: 'rebuild'; readonly reason: string }
  | { readonly type: 'unmatched'; readonly count: number }
  /** This attempt failed; the next poke tries again. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'stopped' };
