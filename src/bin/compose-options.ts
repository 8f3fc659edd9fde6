/** What a gateway is composed from. Plain data; a test gives another disk, log or clock. */
import type { DocumentNetwork } from '#bin/clients.ts';
import type { LoadedConfig } from '#config/load.ts';
import type { Fleet } from '#gateway/fleet.ts';
import type { Log } from '#gateway/gateway.ts';
import type { IdentityClock } from '#identity/clock.ts';
import type { Disk } from '#ledger/disk.ts';

export type ComposeOptions = {
  readonly loaded: LoadedConfig;
  readonly disk: Disk;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Time as tokens and keys see it; the system's unless given. */
  readonly identityClock?: IdentityClock;
  /** How documents of clients are reached; the public network unless given. */
  readonly documentNetwork?: DocumentNetwork;
  /** This process among several on one data directory; alone without it. */
  readonly worker?: Worker;
};

export type Worker = Fleet & {
  /** Folder of the workers' sockets, for this user only. */
  readonly socketFolder: string;
};
