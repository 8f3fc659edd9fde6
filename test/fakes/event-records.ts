/** Opened records and a source of them, made by hand: what the ledger reader gives, without a ledger. */
import type { EventCaller, RecordHeader } from '#events/header.ts';
import type { OpenedRecord, Position, RecordSource } from '#events/source.ts';
import type { Leaf, RecordKind } from '#ledger/record.ts';

export type RecordParts = {
  readonly n: number;
  readonly kind: RecordKind;
  readonly ref?: number;
  readonly t?: number;
  readonly st?: string;
  readonly header?: RecordHeader | null;
  readonly message?: unknown;
};

export const NOON = Date.UTC(2026, 10, 23, 12);

export function record(parts: RecordParts): OpenedRecord {
  const { n, kind, ref, message } = parts;
  const leaf: Leaf = {
    v: 1,
    n,
    t: parts.t ?? NOON + n,
    kind,
    call: String(ref ?? n).padStart(26, 'a'),
    ref: ref ?? null,
    st: parts.st ?? (kind === 'intent' ? 'open' : 'ok'),
    hc: `header-${n}`,
    pc: message === undefined ? null : `payload-${n}`,
    bc: [`blob-${n}`],
    mask: { n: 0 },
    pol: null,
  };
  return {
    leaf,
    leafBytes: Buffer.from(JSON.stringify(leaf)),
    header: parts.header === undefined ? {} : parts.header,
    payload: message === undefined ? null : Buffer.from(JSON.stringify(message)),
    position: positionOf(n),
    verified: true,
  };
}

export const positionOf = (n: number): Position => ({ n, segment: 0, offset: n * 100 });

export const ALICE: EventCaller = {
  issuer: 'https://idp.example.com',
  subject: 'alice',
  kind: 'person',
  groups: ['okta:mcp-admins', 'okta:staff'],
};
export const ROBOT: EventCaller = {
  issuer: 'https://idp.example.com',
  subject: 'robot',
  kind: 'service_account',
  groups: [],
};

export const toolCall = (n: number, name: string, args: object, header: RecordHeader = {}, t?: number): OpenedRecord =>
  record({
    n,
    kind: 'intent',
    ...(t === undefined ? {} : { t }),
    header: {
      caller: ALICE,
      connection: 'crm',
      session: 's1',
      method: 'tools/call',
      name,
      decision: { effect: 'allow', level: 'read', policy: '0123456789abcdef' },
      ...header,
    },
    message: { jsonrpc: '2.0', id: n, method: 'tools/call', params: { name, arguments: args } },
  });

export const answer = (n: number, ref: number, text: string, header: RecordHeader = {}, st = 'ok'): OpenedRecord =>
  record({
    n,
    ref,
    kind: 'result',
    st,
    header: { durationMs: 12, ...header },
    message: { jsonrpc: '2.0', id: ref, result: { content: [{ type: 'text', text }] } },
  });

/** A source over `records`, which may grow; `failures` are thrown by the next reads, first one first. */
export function fakeSource(records: OpenedRecord[], failures: Error[] = []): RecordSource {
  return {
    read: (from, limit) => {
      const failure = failures.shift();
      if (failure !== undefined) return Promise.reject(failure);
      const batch = records.slice(from.n, from.n + limit);
      return Promise.resolve({ records: batch, next: positionOf(from.n + batch.length) });
    },
    watermark: () => Promise.resolve({ size: records.length, segment: 0, offset: records.length * 100 }),
  };
}
