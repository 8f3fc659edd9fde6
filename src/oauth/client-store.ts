/** Where clients are kept, shared by the processes of a data directory. */
import type { ClientDecision, RegisteredClient } from '#oauth/registered-client.ts';

export type NewClient = Omit<RegisteredClient, 'usedAtMs' | 'askedAtMs' | 'decision'> & {
  /** Keyed digest of the network address that brought it. */
  readonly source: Uint8Array;
};

/** `full`: every client that is kept is one that somebody uses, asked for or decided on. */
export type Kept = 'kept' | 'taken' | 'full';

export type ClientStore = {
  /** Synchronous, by index. Throws when the store cannot be read. Undefined as well when its time is over. */
  find(id: string, nowMs: number): RegisteredClient | undefined;
  byHandle(handle: string, nowMs: number): RegisteredClient | undefined;
  /** The newest first, after the one with this handle, if any. */
  list(query: {
    readonly after: string | undefined;
    readonly limit: number;
    readonly nowMs: number;
  }): readonly RegisteredClient[];
  /**
   * Keeps a registration, whose id must be new, or what a document now says; makes room by forgetting clients whose time is
   * over and, of the same source or when there are too many in all, the oldest that nobody used, asked for or decided on.
   */
  keep(client: NewClient): Promise<Kept>;
  used(id: string, atMs: number): Promise<void>;
  asked(id: string, atMs: number): Promise<void>;
  /** False when there is no such client, or its profile is another by now. */
  decide(id: string, decision: ClientDecision): Promise<boolean>;
  /** False when there is none. */
  remove(id: string): Promise<boolean>;
  close(): Promise<void>;
};
