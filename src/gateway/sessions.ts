/**
 * Which recording a call belongs to, and the legacy `Mcp-Session-Id`. The id a client holds is the gateway's own and
 * bound to caller and connection, so another caller's id is simply unknown; the upstream's id never goes down.
 * Calls without a session (modern revisions) are grouped by caller, client and connection with an idle gap.
 */
import type { EndpointStream } from '#gateway/endpoint-stream.ts';
import { createOwnedEntries } from '#gateway/owned-entries.ts';
import type { Limits } from '#limits.ts';
import type { Elicits } from '#mcp/elicits.ts';

export type SessionClient = { readonly name?: string; readonly version?: string };

export type SessionEntry = {
  /** Names the recording in records; not the id that opens the session. */
  readonly key: string;
  /** The `Mcp-Session-Id` shown to the client; undefined for calls outside a legacy session. */
  readonly wireId: string | undefined;
  /** The upstream's own session id. */
  readonly upstreamId: string | undefined;
  readonly client: SessionClient | undefined;
  readonly protocol: string | undefined;
  /** What the client of a legacy session said that it can ask its user. */
  readonly elicits?: Elicits;
  /** Ids of requests that the server of a legacy session has not answered. */
  readonly unanswered?: Set<string>;
  /** The one stream of a client of the old HTTP+SSE transport: everything of this session comes down on it. */
  readonly endpoint?: EndpointStream;
};

export type SessionOwner = {
  readonly caller: string;
  /** Its incarnation. */
  readonly connection: string;
  /** Client of the token it was begun with. */
  readonly client?: string | undefined;
  /** Of the key it was begun with: another key of the same account may have more, or less. */
  readonly level?: string | undefined;
};

type Grouped = SessionOwner & { readonly entry: SessionEntry; readonly lastMs: number };
type Held = Grouped & { readonly ended: Set<() => void> };

export type Sessions = {
  /** A new legacy session, not yet known: `begin` makes it known once the upstream accepted `initialize`. */
  candidate(client: SessionClient | undefined, protocol: string | undefined): SessionEntry;
  begin(owner: SessionOwner, entry: SessionEntry): void;
  find(owner: SessionOwner, wireId: string): SessionEntry | undefined;
  /** The recording of calls without a legacy session. */
  grouped(owner: SessionOwner, client: string): SessionEntry;
  end(wireId: string): void;
  /** Runs once when the session ends, however it does. Gives the way to take that back. */
  whenEnded(wireId: string, run: () => void): () => void;
  /** Ends the sessions and recordings of these owners; their ids are unknown afterwards. */
  endOf(isMeant: (owner: SessionOwner) => boolean): void;
  count(): number;
};

export function createSessions(options: {
  readonly limits: Pick<Limits, 'sessions' | 'sessionsPerCaller' | 'sessionIdleMs'>;
  readonly clock: () => number;
  readonly newId: () => string;
  /** Begins every id shown to a client. */
  readonly prefix?: string;
  /** A legacy session is over. */
  readonly ended?: (owner: SessionOwner, wireId: string) => void;
}): Sessions {
  const { limits, clock, newId, prefix = '', ended } = options;
  const bounds = { total: limits.sessions, perCaller: limits.sessionsPerCaller };
  const legacy = createOwnedEntries<Held>(bounds, (held, wireId) => {
    for (const run of held.ended) run();
    ended?.(held, wireId);
  });
  const groups = createOwnedEntries<Grouped>(bounds);
  const expired = (held: Grouped): boolean => clock() - held.lastMs > limits.sessionIdleMs;

  return {
    candidate: (client, protocol) => ({
      key: newId(),
      wireId: `${prefix}${newId()}`,
      upstreamId: undefined,
      client,
      protocol,
      unanswered: new Set(),
    }),
    begin(owner, entry) {
      if (entry.wireId === undefined) return;
      const ended = legacy.get(entry.wireId)?.ended ?? new Set();
      legacy.put(entry.wireId, { ...owner, entry, lastMs: clock(), ended });
    },
    find(owner, wireId) {
      const held = legacy.get(wireId);
      if (held === undefined || held.caller !== owner.caller || held.connection !== owner.connection) return undefined;
      if (held.level !== owner.level) return undefined;
      legacy.put(wireId, { ...held, lastMs: clock() });
      return held.entry;
    },
    grouped(owner, client) {
      const id = `${owner.caller}\n${client}\n${owner.connection}\n${owner.level ?? ''}`;
      const held = groups.get(id);
      const entry =
        held === undefined || expired(held)
          ? { key: newId(), wireId: undefined, upstreamId: undefined, client: undefined, protocol: undefined }
          : held.entry;
      groups.put(id, { ...owner, entry, lastMs: clock() });
      return entry;
    },
    end(wireId) {
      legacy.delete(wireId);
    },
    whenEnded(wireId, run) {
      const held = legacy.get(wireId);
      if (held === undefined) run();
      held?.ended.add(run);
      return () => held?.ended.delete(run);
    },
    endOf(isMeant) {
      for (const map of [legacy, groups]) for (const [id, held] of map.entries()) if (isMeant(held)) map.delete(id);
    },
    count: () => legacy.size,
  };
}
