/** What is said between the gateway's thread and the one that writes clients. */
import type { Limits } from '#limits.ts';
import type { Kept, NewClient } from '#oauth/client-store.ts';
import type { ClientDecision } from '#oauth/registered-client.ts';
import type { FromWriter, ToWriter } from '#store/writer-thread.ts';

export type ClientsDbOptions = {
  readonly path: string;
  readonly limits: Pick<
    Limits,
    | 'clientsExpired'
    | 'clientsKept'
    | 'clientsUnusedPerSource'
    | 'clientUnusedMs'
    | 'clientWaitingMs'
    | 'clientKeptMs'
    | 'stateLockMs'
  >;
};

export type ClientWrite =
  | { readonly act: 'keep'; readonly client: NewClient }
  | { readonly act: 'used' | 'asked'; readonly id: string; readonly atMs: number }
  | { readonly act: 'decide'; readonly id: string; readonly decision: ClientDecision }
  | { readonly act: 'remove'; readonly id: string };

/** On stable storage. */
export type ClientWritten = Kept | 'done' | 'absent';

export type ToClients = ToWriter<ClientWrite>;
export type FromClients = FromWriter<ClientWritten>;
