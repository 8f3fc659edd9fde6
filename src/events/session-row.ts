/**
 * A session as the index counts it, and as a person sees it: the calls of one caller through one client to one connection.
 * Its key is the gateway's own (src/gateway/sessions.ts); what the client says of itself is a claim. Plain data.
 */
import { type EventCaller, type EventClient } from '#events/header.ts';
import type { CallerKind } from '#identity/caller.ts';
import { isModern, type ProtocolEra } from '#mcp/revisions/versions.ts';

/**
 * What the book says of a session's end. `open`: nothing ended it; `idle`: nothing ended it, and it has been quiet for longer
 * than calls without a legacy session are grouped over. `ended_by_upstream`: with a 404, or with its process. `stopped`: the gateway stopped or started anew since.
 */
export const SESSION_STATES = ['open', 'idle', 'deleted', 'ended_by_upstream', 'revoked', 'stopped'] as const;
export type SessionState = (typeof SESSION_STATES)[number];

export type Session = {
  /** The `session` of its events. */
  readonly id: string;
  readonly shard: string;
  /** Id of its first record. */
  readonly record: string;
  readonly caller?: Omit<EventCaller, 'groups'>;
  readonly client?: EventClient;
  readonly connection?: string;
  readonly era: ProtocolEra;
  /** The revision last spoken. */
  readonly protocol?: string;
  /** Times of its first and its last record: RFC 3339, UTC, milliseconds. */
  readonly first: string;
  readonly last: string;
  readonly state: SessionState;
  readonly calls: number;
  /** Calls without a result yet. */
  readonly open: number;
  readonly denied: number;
  /** Calls that ended neither well nor with the tool's own error. */
  readonly errors: number;
  readonly toolErrors: number;
  /** Messages beside the calls and their answers, either way. */
  readonly messages: number;
  /** Of all messages as they were received. */
  readonly bytes: number;
  /** Names of the tools called, by first use. */
  readonly tools: readonly string[];
  /** There were more than are listed. */
  readonly moreTools: boolean;
};

/** Why a record ended its session. */
export type SessionEnd = 'deleted' | 'ended_by_upstream';

/** A row of `sessions` (index-schema.ts). */
export type SessionRow = {
  readonly n: number;
  readonly session: string;
  readonly first_t: number;
  readonly last_t: number;
  readonly last_n: number;
  readonly caller_issuer: string | null;
  readonly caller_subject: string | null;
  readonly caller_kind: CallerKind | null;
  readonly client_name: string | null;
  readonly client_version: string | null;
  readonly client_id: string | null;
  readonly connection: string | null;
  readonly protocol: string | null;
  /** 1: it began with `initialize`, so it is a legacy session that a server can end. */
  readonly initialized: number;
  readonly calls: number;
  readonly closed: number;
  readonly tool_errors: number;
  readonly errors: number;
  readonly denied: number;
  readonly messages: number;
  readonly bytes: number;
  /** JSON array. */
  readonly tools: string;
  readonly more_tools: number;
  readonly ended: SessionEnd | null;
};

/** Place of a session in the one order all shards share: when it began, then shard, then its first record. */
export type SessionPlace = { readonly t: number; readonly shard: string; readonly n: number };

export const placeOfRow = (row: Pick<SessionRow, 'n' | 'first_t'>, shard: string): SessionPlace => ({
  t: row.first_t,
  shard,
  n: row.n,
});

export function compareSessionPlaces(a: SessionPlace, b: SessionPlace): number {
  if (a.t !== b.t) return a.t - b.t;
  if (a.shard !== b.shard) return a.shard < b.shard ? -1 : 1;
  return a.n - b.n;
}

/** As `encodeCursor`: for a user's own command line. */
export const encodeSessionPlace = ({ t, shard, n }: SessionPlace): string =>
  Buffer.from(`${t}.${shard}.${n}`).toString('base64url');

export function decodeSessionPlace(text: string): SessionPlace | undefined {
  if (text.length > 160) return undefined;
  const [, t, shard, n] =
    /^(\d{1,15})\.([a-z0-9-]{1,63})\.(\d{1,15})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  return t === undefined || shard === undefined || n === undefined ? undefined : { t: Number(t), shard, n: Number(n) };
}

export function sessionOfRow(row: SessionRow, shard: string, state: SessionState): Session {
  const { caller_issuer: issuer, caller_subject: subject, caller_kind: kind, client_name: name } = row;
  const client: EventClient = {
    ...(name === null ? {} : { name }),
    ...(row.client_version === null ? {} : { version: row.client_version }),
    ...(row.client_id === null ? {} : { id: row.client_id }),
  };
  return {
    id: row.session,
    shard,
    record: `${shard}:${row.n}`,
    ...(issuer === null || subject === null || kind === null ? {} : { caller: { issuer, subject, kind } }),
    ...(Object.keys(client).length === 0 ? {} : { client }),
    ...(row.connection === null ? {} : { connection: row.connection }),
    // A client that names no revision is of the era in which none had to be named.
    era: row.protocol !== null && isModern(row.protocol) ? 'modern' : 'legacy',
    ...(row.protocol === null ? {} : { protocol: row.protocol }),
    first: new Date(row.first_t).toISOString(),
    last: new Date(row.last_t).toISOString(),
    state,
    calls: row.calls,
    open: row.calls - row.closed,
    denied: row.denied,
    errors: row.errors,
    toolErrors: row.tool_errors,
    messages: row.messages,
    bytes: row.bytes,
    tools: JSON.parse(row.tools) as readonly string[],
    moreTools: row.more_tools === 1,
  };
}
