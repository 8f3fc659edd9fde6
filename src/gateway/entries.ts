/** What a call looks like in the book: ledger entries from what the steps have established so far. */
import type {
  Approved,
  Arrived,
  Authorized,
  Connected,
  Followed,
  Exchange,
  Identified,
  Parsed,
  Received,
  Recorded,
  RequestMasked,
} from '#gateway/call.ts';
import type { Refusal } from '#gateway/refusal.ts';
import type { Stranger } from '#gateway/refusal-book.ts';
import type { Throttled } from '#gateway/throttle-book.ts';
import type { EventClient, EventDecision, RecordHeader } from '#events/header.ts';
import { callerKey } from '#identity/caller.ts';
import type { LeafMask, LedgerEntry, Outcome } from '#ledger/record.ts';
import type { Finding, Masked } from '#masking/masked.ts';
import type { MaskedMessage, Masker, SecretSet } from '#masking/masker.ts';
import { isAboutTask } from '#mcp/methods.ts';
import { traceContextOfHeaders } from '#mcp/trace-context.ts';
import type { Decision } from '#policy/decision.ts';

/** A call at any point of its way: later members may be missing. */
export type AnyCall = Arrived &
  Partial<
    Omit<
      Received &
        Identified &
        Connected &
        Pick<Followed, 'follows'> &
        RequestMasked &
        Pick<Authorized, 'decision'> &
        Pick<Approved, 'approval'>,
      'message'
    >
  > & { readonly message?: Parsed['message'] | undefined };

/** What is written of one: nothing of its HTTP exchange. */
export type Recordable = Omit<AnyCall, 'http' | 'headers' | 'reply' | 'cut' | 'gone'>;

/** Subject key of records that belong to no verified caller. */
const STRANGERS = 'gatebook\nstrangers';

const decisionHeader = (decision: Decision, approval: string | undefined): EventDecision => ({
  effect: decision.effect,
  policy: decision.policy,
  reason: decision.reason,
  ...(decision.level === undefined ? {} : { level: decision.level }),
  ...(decision.rule === undefined ? {} : { rule: decision.rule }),
  ...(approval === undefined ? {} : { approval }),
});

/** Client name and version are what the client claims; the id is what its token says. */
function clientHeader(call: Recordable): EventClient {
  const claimed =
    call.message?.kind === 'request' ? (call.message.clientInfo ?? call.session?.client) : call.session?.client;
  const id = call.verified?.caller.client;
  return claimed === undefined && id === undefined ? {} : { ...claimed, ...(id === undefined ? {} : { id }) };
}

/** What is done with a task is found under the name of the tool that made it; its id stands in the arguments. */
function nameOf({ follows, message }: Recordable): string {
  if (message === undefined || message.kind !== 'request') return '';
  return isAboutTask(message.method) ? (follows?.[0]?.name ?? '') : message.name;
}

export function callHeader(call: Recordable): RecordHeader {
  const { verified, message, decision } = call;
  return {
    ...(verified === undefined
      ? {}
      : {
          caller: {
            issuer: verified.caller.issuer,
            subject: verified.caller.subject,
            kind: verified.caller.kind,
            groups: verified.caller.groups,
          },
        }),
    client: clientHeader(call),
    ...(verified?.caller.key === undefined ? {} : { key: verified.caller.key.id }),
    connection: call.connectionName,
    ...(call.session === undefined ? {} : { session: call.session.key }),
    ...(message === undefined || message.kind === 'response' ? {} : { method: message.method, name: nameOf(call) }),
    ...(call.follows === undefined ? {} : { follows: call.follows.map((made) => made.call) }),
    ...(message === undefined || message.kind === 'notification' || message.idText === undefined
      ? {}
      : { rpcId: message.idText }),
    ...(decision === undefined ? {} : { decision: decisionHeader(decision, call.approval?.id) }),
    ...(call.masked === undefined ? {} : { masking: call.masked.findings }),
    ...(call.protocol === undefined ? {} : { protocol: call.protocol }),
    ...(call.source === undefined ? {} : { source: call.source }),
    ...(call.body === undefined ? {} : { bytes: call.body.length }),
  };
}

const countOf = (findings: readonly Finding[]): number => findings.reduce((sum, { count }) => sum + count, 0);

export function leafMask(masked: MaskedMessage | undefined): LeafMask {
  if (masked === undefined) return { n: 0 };
  const n = countOf(masked.findings);
  return masked.flags.length === 0 ? { n } : { n, f: masked.flags.toSorted() };
}

/** Of a blocked message nobody gets anything, so nothing is kept. */
const storedOf = (masked: MaskedMessage | undefined): Masked<Buffer> | null =>
  masked === undefined || masked.isBlocked ? null : masked.stored;

const failedFlag = (code: string | undefined): Pick<LeafMask, 'f'> =>
  code === 'masking_failed' ? { f: ['failed'] } : {};

/** Also before `maskRequest`, or when it failed: a client may have put its token into a name. */
function secretsOf(call: Recordable, masker: Masker): SecretSet | undefined {
  if (call.secrets !== undefined || call.token === undefined) return call.secrets;
  return masker.secretsOf([call.token, ...(call.connection?.secrets ?? [])]);
}

type Sealed = { readonly header: RecordHeader; readonly payload: Masked<Buffer> | null; readonly mask: LeafMask };
type Frame = Pick<LedgerEntry, 'kind' | 'ref' | 'st'>;

export function entryOf(call: Recordable, masker: Masker, frame: Frame, sealed: Sealed): LedgerEntry {
  return {
    ...frame,
    call: call.id,
    header: masker.maskHeader(sealed.header, secretsOf(call, masker)),
    payload: sealed.payload,
    mask: sealed.mask,
    pol: call.decision?.policy ?? null,
    subject: call.verified === undefined ? STRANGERS : callerKey(call.verified.caller),
  };
}

/** The record before anything goes up: an intent for a request, an upward `stream` record for what expects no answer. */
export function upwardEntry(call: Approved, masker: Masker): LedgerEntry {
  const frame: Frame =
    call.message.kind === 'request'
      ? { kind: 'intent', ref: null, st: 'open' }
      : { kind: 'stream', ref: null, st: 'up' };
  return entryOf(call, masker, frame, {
    header: { ...callHeader(call), ...upwardHeader(call) },
    payload: call.masked.stored,
    mask: leafMask(call.masked),
  });
}

/** What goes up besides the message and says something. */
function upwardHeader({ exchange, headers, mirrored }: Approved): Pick<RecordHeader, 'mirrored' | 'tracestate'> {
  const hasState = exchange === undefined ? headers.has('tracestate') : exchange.sent.tracestate !== undefined;
  const state = hasState ? (exchange?.sent ?? traceContextOfHeaders(headers)).tracestate : undefined;
  const isMirroring = Object.keys(mirrored.stored).length > 0;
  return {
    ...(isMirroring ? { mirrored: mirrored.stored } : {}),
    ...(state === undefined ? {} : { tracestate: state }),
  };
}

/** A message of the upstream: released (`down`), or kept back because its call was over or never asked (`late`). */
export function streamEntry(
  call: Exchange,
  masker: Masker,
  message: {
    readonly ref: number | null;
    readonly st: 'down' | 'late';
    readonly header: RecordHeader;
    readonly masked: MaskedMessage;
  },
): LedgerEntry {
  return entryOf(
    call,
    masker,
    { kind: 'stream', ref: message.ref, st: message.st },
    {
      header: { ...callHeader(call), ...message.header },
      payload: storedOf(message.masked),
      mask: leafMask(message.masked),
    },
  );
}

/** How an intent ended. `masked` is the answer; absent when there was none or when it may not be kept. */
export function resultEntry(
  call: Recordable & Pick<Parsed, 'session'>,
  masker: Masker,
  result: {
    readonly ref: number;
    readonly outcome: Outcome;
    readonly header: RecordHeader;
    readonly masked: MaskedMessage | undefined;
  },
): LedgerEntry {
  return entryOf(
    call,
    masker,
    { kind: 'result', ref: result.ref, st: result.outcome },
    {
      header: { connection: call.connectionName, session: call.session.key, ...result.header },
      payload: storedOf(result.masked),
      mask: {
        ...(result.masked === undefined ? { n: countOf(result.header.masking ?? []) } : leafMask(result.masked)),
        ...failedFlag(result.header.code),
      },
    },
  );
}

/** A refusal of a verified caller. A message that could not be masked leaves its size, never its content. */
export function deniedEntry(call: AnyCall, masker: Masker, refusal: Refusal): LedgerEntry {
  const decision = 'decision' in refusal ? refusal.decision : call.decision;
  const told = callHeader(decision === undefined ? call : { ...call, decision });
  const approval = 'approval' in refusal ? refusal.approval?.id : undefined;
  const header = {
    ...told,
    ...(told.decision === undefined || approval === undefined ? {} : { decision: { ...told.decision, approval } }),
    code: refusal.code,
    reason: refusal.reason,
  };
  return entryOf(
    decision === undefined ? call : { ...call, decision },
    masker,
    { kind: 'denied', ref: null, st: refusal.code },
    { header, payload: storedOf(call.masked), mask: { ...leafMask(call.masked), ...failedFlag(refusal.code) } },
  );
}

/** A notification or an answer of the client that was recorded and sent, and of which the upstream made nothing good. */
export function undeliveredEntry(call: Approved, masker: Masker, refusal: Refusal): LedgerEntry {
  const findings = 'findings' in refusal ? refusal.findings : undefined;
  const header = {
    ...callHeader(call),
    code: refusal.code,
    reason: refusal.reason,
    ...('bytes' in refusal ? { bytes: refusal.bytes } : {}),
    ...(findings === undefined ? {} : { masking: findings }),
  };
  const mask = { n: countOf(findings ?? []), ...failedFlag(refusal.code) };
  return entryOf(call, masker, { kind: 'stream', ref: null, st: 'late' }, { header, payload: null, mask });
}

/** An answer whose record says how the call ended, and which was then not released: its caller became nobody in between. */
export function withheldEntry(call: Recorded, masker: Masker, refusal: Refusal): LedgerEntry {
  const header = { ...callHeader(call), code: refusal.code, reason: refusal.reason };
  const frame: Frame = { kind: 'stream', ref: call.intent.n, st: 'late' };
  return entryOf(call, masker, frame, { header, payload: null, mask: { n: 0 } });
}

/** Refusals before a verified caller: one record stands for `count` of them. */
export function strangerEntry(
  masker: Masker,
  call: string,
  refusal: Stranger,
  count: number,
  windowMs: number,
): LedgerEntry {
  return {
    kind: 'denied',
    call,
    ref: null,
    st: refusal.code,
    header: masker.maskHeader(
      {
        ...(refusal.shown === undefined ? {} : { client: { id: refusal.shown.client }, key: refusal.shown.key }),
        connection: refusal.connection,
        source: refusal.source,
        code: refusal.code,
        reason: refusal.reason,
        count,
        windowMs,
      },
      undefined,
    ),
    payload: null,
    mask: { n: 0 },
    pol: null,
    subject: STRANGERS,
  };
}

/** Limits a verified caller reached: one record stands for `count` of them. */
export function throttledEntry(
  masker: Masker,
  call: string,
  refusal: Throttled,
  count: number,
  windowMs: number,
): LedgerEntry {
  const { caller, connection, source, reason } = refusal;
  const { issuer, subject, kind, groups } = caller ?? {};
  const who =
    issuer === undefined || subject === undefined || kind === undefined
      ? {}
      : { caller: { issuer, subject, kind, groups: groups ?? [] } };
  return {
    kind: 'denied',
    call,
    ref: null,
    st: 'rate_limited',
    header: masker.maskHeader({ ...who, connection, source, code: 'rate_limited', reason, count, windowMs }, undefined),
    payload: null,
    mask: { n: 0 },
    pol: null,
    subject: caller === undefined ? STRANGERS : callerKey(caller),
  };
}

/** An act outside any call, recorded before its effect. */
export function controlEntry(
  call: AnyCall,
  masker: Masker,
  act: string,
  about: Pick<RecordHeader, 'detail' | 'reason' | 'code' | 'durationMs' | 'upstreamStatus' | 'masking' | 'bytes'> = {},
): LedgerEntry {
  return entryOf(
    call,
    masker,
    { kind: 'control', ref: null, st: act },
    {
      header: { ...callHeader(call), ...about },
      payload: null,
      mask: { n: countOf(about.masking ?? []), ...failedFlag(about.code) },
    },
  );
}

/** Something a server process said outside every call, or too late for one. `masked` is absent when it was no message. */
export function serverWordEntry(
  masker: Masker,
  word: {
    readonly call: string;
    readonly ref: number | null;
    readonly st: 'up' | 'down' | 'late';
    readonly subject: string | undefined;
    readonly header: RecordHeader;
    readonly masked: MaskedMessage | undefined;
    /** The server's own words stand in the header too: method and name. */
    readonly secrets: SecretSet;
  },
): LedgerEntry {
  return {
    kind: 'stream',
    call: word.call,
    ref: word.ref,
    st: word.st,
    header: masker.maskHeader(
      { ...word.header, ...(word.masked === undefined ? {} : { masking: word.masked.findings }) },
      word.secrets,
    ),
    payload: storedOf(word.masked),
    mask: { ...leafMask(word.masked), ...failedFlag(word.header.code) },
    pol: null,
    subject: word.subject ?? STRANGERS,
  };
}
