/**
 * What the records of one session add up to. Pure but for the one object it counts in: the same records in their order give
 * the same sums, however they are cut into batches, and a record counted once is not counted again.
 */
import { outcomeOf } from '#events/project.ts';
import type { RecordHeader } from '#events/header.ts';
import type { SessionEnd, SessionRow } from '#events/session-row.ts';
import type { OpenedRecord } from '#events/source.ts';
import type { Leaf } from '#ledger/record.ts';

/** Names come from callers: so many are kept, of so many characters. */
const TOOLS_MAX = 20;
const TOOL_CHARS = 128;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** A row while it is counted in: its tools as they are, not as JSON. */
export type SessionTally = Mutable<Omit<SessionRow, 'tools' | 'more_tools'>> & {
  readonly tools: string[];
  moreTools: boolean;
};

export const beginTally = (session: string, { n, t }: Pick<Leaf, 'n' | 't'>): SessionTally => ({
  n,
  session,
  first_t: t,
  last_t: t,
  last_n: n - 1,
  caller_issuer: null,
  caller_subject: null,
  caller_kind: null,
  client_name: null,
  client_version: null,
  client_id: null,
  connection: null,
  protocol: null,
  initialized: 0,
  calls: 0,
  closed: 0,
  tool_errors: 0,
  errors: 0,
  denied: 0,
  messages: 0,
  bytes: 0,
  tools: [],
  moreTools: false,
  ended: null,
});

/** False when it was counted before: a batch may be read again after a crash. */
export function countRecord(tally: SessionTally, { leaf, header }: Pick<OpenedRecord, 'leaf' | 'header'>): boolean {
  if (leaf.n <= tally.last_n) return false;
  tally.last_n = leaf.n;
  // A clock that was set back does not make a session end before it began.
  if (leaf.t > tally.last_t) tally.last_t = leaf.t;
  countKind(tally, leaf);
  if (header !== null) countHeader(tally, leaf, header);
  return true;
}

function countKind(tally: SessionTally, leaf: Leaf): void {
  switch (leaf.kind) {
    case 'intent':
      tally.calls += 1;
      return;
    case 'denied':
      tally.denied += 1;
      return;
    case 'stream':
      tally.messages += 1;
      return;
    case 'result':
    case 'orphan': {
      const outcome = outcomeOf(leaf);
      tally.closed += 1;
      if (outcome === 'tool_error') tally.tool_errors += 1;
      else if (outcome !== 'ok') tally.errors += 1;
      return;
    }
    case 'control':
    case 'anchor':
      return;
  }
}

function countHeader(tally: SessionTally, leaf: Leaf, header: RecordHeader): void {
  tally.bytes += header.bytes ?? 0;
  const end = endedBy(tally, leaf, header);
  tally.ended ??= end ?? null;
  if (leaf.kind === 'result' || leaf.kind === 'orphan') return;
  const { caller, client } = header;
  if (caller !== undefined && tally.caller_subject === null) {
    tally.caller_issuer = caller.issuer;
    tally.caller_subject = caller.subject;
    tally.caller_kind = caller.kind;
  }
  if (client?.name !== undefined && tally.client_name === null) {
    tally.client_name = client.name;
    tally.client_version = client.version ?? null;
  }
  tally.client_id ??= client?.id ?? null;
  tally.connection ??= header.connection ?? null;
  if (header.protocol !== undefined) tally.protocol = header.protocol;
  if (leaf.kind === 'intent' && header.method === 'initialize') tally.initialized = 1;
  if (leaf.kind === 'intent' && header.method === 'tools/call') addTool(tally, header.name ?? '');
}

function addTool(tally: SessionTally, full: string): void {
  const name = full.length > TOOL_CHARS ? full.slice(0, TOOL_CHARS).toWellFormed() : full;
  if (name === '' || tally.tools.includes(name)) return;
  if (tally.tools.length < TOOLS_MAX) tally.tools.push(name);
  else tally.moreTools = true;
}

/**
 * A server ends a legacy session with a 404, whatever else it says (MCP 2025-11-25, Session Management), or by losing the process
 * that held it. Elsewhere a 404 means something else: in the modern era an unknown method.
 */
function endedBy(
  { initialized }: SessionTally,
  { kind, st }: Leaf,
  { code, reason, upstreamStatus }: RecordHeader,
): SessionEnd | undefined {
  if (kind === 'control' && st === 'session_end') return 'deleted';
  if (initialized === 1 && upstreamStatus === 404) return 'ended_by_upstream';
  const isLost = code === 'unknown_session' && (reason === 'ended_by_upstream' || reason === 'session_lost');
  return isLost ? 'ended_by_upstream' : undefined;
}
