/** One API key of a service account as it is kept, and the port to where it is kept. The key itself is nowhere. */

export type ApiKey = {
  /** A keyed fingerprint of it: names it to people and in records; opens nothing. */
  readonly id: string;
  readonly account: string;
  /** Of the account's; `*` is all of them. */
  readonly connections: readonly string[];
  /** The level that is the most it may have. */
  readonly level: string | undefined;
  /** CIDR blocks it may be used from; anywhere when undefined. */
  readonly networks: readonly string[] | undefined;
  /** Unix milliseconds, all of them. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly createdBy: { readonly issuer: string; readonly subject: string };
  /** Id of the record that says so. */
  readonly record: string;
  /** The last day it was used, YYYY-MM-DD (UTC). */
  readonly usedOn: string | undefined;
};

/** As it is written before the record of it is durable: it has a place among the account's two, and opens nothing. */
export type ReservedKey = Omit<ApiKey, 'record' | 'endedAtMs' | 'usedOn'> & { readonly digest: Uint8Array };

/** What a revocation covers: keys made at or before `madeUpToMs`. */
export type EndedKeys = {
  readonly of: { readonly account: string } | 'all';
  readonly madeUpToMs: number;
};

export type ApiKeyWrite =
  | { readonly act: 'reserve'; readonly key: ReservedKey }
  | { readonly act: 'activate'; readonly id: string; readonly record: string }
  | { readonly act: 'withdraw'; readonly id: string }
  | { readonly act: 'end'; readonly id: string; readonly atMs: number }
  | { readonly act: 'end_of'; readonly ended: EndedKeys; readonly atMs: number }
  | { readonly act: 'use'; readonly ids: readonly string[]; readonly day: string };

/** `none`: there is nothing that it could be done to. */
export type ApiKeyOutcome = 'done' | 'too_many' | 'none';

/** Reading is synchronous and throws when the store cannot be read; writing is durable when it resolves. */
export type ApiKeyStore = {
  /** Another number: something of the store may have changed, by whatever process. */
  version(): number;
  /** By index. Ended and expired ones too, reserved ones not. */
  find(digest: Uint8Array): ApiKey | undefined;
  byId(id: string): ApiKey | undefined;
  /** Newest first. */
  all(): readonly ApiKey[];
  /** Rejects when it cannot be done or said. */
  write(write: ApiKeyWrite): Promise<ApiKeyOutcome>;
  close(): Promise<void>;
};

export const isLive = ({ endedAtMs, expiresAtMs }: ApiKey, nowMs: number): boolean =>
  endedAtMs === undefined && expiresAtMs > nowMs;

/** YYYY-MM-DD in UTC. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
