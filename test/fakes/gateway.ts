/**
 * A gateway for tests of its steps: real masker, policy, sessions, admission and refusal book; a ledger in memory, a
 * scripted MCP server, tokens by name, clocks and ids that stand still. Below it, a call at each point of its way, made
 * by the real steps, so that a test begins exactly where the step it tests does.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createApprovals } from '#approvals/approvals.ts';
import type { ApprovalParts } from '#approvals/approval-parts.ts';
import { createFingerprints } from '#approvals/fingerprint.ts';
import { createHoldStates } from '#approvals/hold-state.ts';
import { createBindingKeys } from '#bindings/binding-keys.ts';
import { createBindings } from '#bindings/bindings.ts';
import { createAdmission } from '#gateway/admission.ts';
import { approvalActEntry } from '#gateway/approval-entries.ts';
import { createAskedIds } from '#gateway/asked-ids.ts';
import { createEventIds } from '#gateway/event-ids.ts';
import { createHeldCalls } from '#gateway/held-calls.ts';
import { createResumableCalls } from '#gateway/resumable-calls.ts';
import type {
  AnswerMasked,
  AnswerRecorded,
  Approved,
  Arrived,
  Authorized,
  BodyRead,
  Connected,
  Credentialed,
  Followed,
  Exchange,
  Forwarded,
  Heard,
  Identified,
  Limited,
  ListenAsked,
  Listening,
  ListenRecorded,
  Parsed,
  Permitted,
  Received,
  Recorded,
  RequestMasked,
  SessionFound,
  Understood,
} from '#gateway/call.ts';
import { endedSession } from '#gateway/ended-session.ts';
import { strangerEntry, throttledEntry } from '#gateway/entries.ts';
import type { DefinitionPolicy } from '#definitions/definition-policy.ts';
import type { Definitions } from '#definitions/definitions.ts';
import type { Budget } from '#gateway/connection-quota.ts';
import type { ConnectionRuntime } from '#gateway/connection-runtime.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { createOwnAnswers } from '#gateway/own-answers.ts';
import { createOwnQuestions } from '#gateway/own-questions.ts';
import { createRefusalBook } from '#gateway/refusal-book.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { createThrottleBook } from '#gateway/throttle-book.ts';
import type { ServerRequestPolicy } from '#gateway/server-request-policy.ts';
import type { Reply } from '#gateway/reply.ts';
import { createSessions } from '#gateway/sessions.ts';
import type { SessionEntry, SessionOwner } from '#gateway/sessions.ts';
import { createQuotas } from '#gateway/quotas.ts';
import { createRecentCalls } from '#gateway/recent-calls.ts';
import { createTrustedProxies, sourceKey, sourceOf } from '#gateway/source.ts';
import { authorize } from '#gateway/steps/authorize.ts';
import { awaitApproval } from '#gateway/steps/await-approval.ts';
import { forward } from '#gateway/steps/forward.ts';
import { identify } from '#gateway/steps/identify.ts';
import { injectCredential } from '#gateway/steps/inject-credential.ts';
import { limitCaller } from '#gateway/steps/limit-caller.ts';
import { limitListeners } from '#gateway/steps/limit-streams.ts';
import { limit } from '#gateway/steps/limit.ts';
import { maskAnswer } from '#gateway/steps/mask-answer.ts';
import { maskRequest } from '#gateway/steps/mask-request.ts';
import { findResumption } from '#gateway/steps/find-resumption.ts';
import { findSession } from '#gateway/steps/find-session.ts';
import { openHeldTask } from '#gateway/steps/open-held-task.ts';
import { openHoldState } from '#gateway/steps/open-hold-state.ts';
import { openStream } from '#gateway/steps/open-stream.ts';
import { parse } from '#gateway/steps/parse.ts';
import { recordListen } from '#gateway/steps/record-listen.ts';
import { readBody } from '#gateway/steps/read-body.ts';
import { headersOf, receive, receiveListen } from '#gateway/steps/receive.ts';
import { recordAnswer } from '#gateway/steps/record-answer.ts';
import { recordIntent } from '#gateway/steps/record-intent.ts';
import { followBinding } from '#gateway/steps/follow-binding.ts';
import { resolveConnection } from '#gateway/steps/resolve-connection.ts';
import { understand } from '#gateway/steps/understand.ts';
import { useApproval } from '#gateway/steps/use-approval.ts';
import { callerKey } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import type { Identity, Verification } from '#identity/identity.ts';
import { asVerified } from '#identity/verified-caller.ts';
import type { VerifiedCaller } from '#identity/verified-caller.ts';
import { recordId } from '#ledger/record.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { createMasker } from '#masking/masker.ts';
import { createPolicy } from '#policy/policy.ts';
import type { PolicySettings } from '#policy/policy.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { HeaderPair, UpstreamMessage } from '#upstream/port.ts';
import { createFakeApprovalStore } from '#test/fakes/approval-store.ts';
import type { FakeApprovalStore } from '#test/fakes/approval-store.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { createFakeBindingStore } from '#test/fakes/binding-store.ts';
import type { FakeBindingStore } from '#test/fakes/binding-store.ts';
import { createFakeLedger } from '#test/fakes/ledger.ts';
import type { FakeLedger } from '#test/fakes/ledger.ts';
import { createFakeMetrics } from '#test/fakes/metrics.ts';
import type { FakeMetrics } from '#test/fakes/metrics.ts';
import { fakeDefinitions } from '#test/fakes/definitions.ts';
import { createScriptedUpstream } from '#test/fakes/upstream.ts';
import type { ScriptedUpstream } from '#test/fakes/upstream.ts';

export const ADA: Caller = {
  issuer: 'https://issuer.example',
  namespace: 'okta',
  subject: 'ada',
  kind: 'person',
  groups: ['okta:readers'],
  client: 'okta:cli',
  scopes: [],
};
/** Verified, but without any grant. */
export const EVE: Caller = { ...ADA, subject: 'eve', groups: [] };
export const GRACE: Caller = { ...ADA, subject: 'grace' };

export const ADA_TOKEN = 'token-of-ada-0123456789';
export const EVE_TOKEN = 'token-of-eve-0123456789';
export const GRACE_TOKEN = 'token-of-grace-0123456789';
/** What the connection `notes` shows its server. */
export const UPSTREAM_SECRET = 'upstream-secret-9876543210';

const START_MS = Date.UTC(2026, 6, 1);

const verifiedOf = (caller: Caller): VerifiedCaller =>
  asVerified({ caller, expiresAtMs: START_MS + 3_600_000, issuedAtMs: START_MS, tokenDigest: caller.subject });

export type FakeIdentity = Identity & {
  /** The audiences that `verify` was asked for, in order. */
  readonly asked: (readonly string[])[];
  /** What `verify` says; may be changed at any time. */
  verifying: (token: string) => Verification | Promise<Verification>;
  /** What `recheck` says; may be changed at any time. */
  rechecking: Identity['recheck'];
};

function createFakeIdentity(): FakeIdentity {
  const known = new Map([
    [ADA_TOKEN, verifiedOf(ADA)],
    [EVE_TOKEN, verifiedOf(EVE)],
    [GRACE_TOKEN, verifiedOf(GRACE)],
  ]);
  const asked: (readonly string[])[] = [];
  return {
    asked,
    verifying(token) {
      const verified = known.get(token);
      return verified === undefined ? err('bad_signature') : ok(verified);
    },
    verify(token, audiences) {
      asked.push(audiences);
      return this.verifying(token);
    },
    remembers: (token) => known.has(token),
    verifyForApi: () => err('wrong_audience'),
    verifyWebSession: () => err('unknown_token'),
    rechecking: (verified) => ok(verified),
    recheck(verified) {
      return this.rechecking(verified);
    },
    trusts: () => true,
    ready: () => [{ issuer: ADA.issuer, namespace: ADA.namespace, usable: true }],
    stats: () => ({ cacheHits: 0, cacheMisses: 0, cacheEntries: 0, issuers: [] }),
    start: async () => undefined,
    close: async () => undefined,
  };
}

/** `get_*`, prompts and open files are permitted, `delete_*` held, an argument `forbidden` denied. */
export const POLICY: PolicySettings = {
  levels: {
    work: {
      allow: ['tools/call:get_*', 'tools/call:delete_*', 'prompts/get:*', 'resources/read:file:///open/*'],
      deny: ['tools/call:get_root'],
    },
  },
  grants: [{ groups: ['okta:readers'], connections: ['notes', 'process'], level: 'work' }],
  rules: [
    { name: 'hold-deletes', when: 'method == "tools/call" && name.startsWith("delete_")', effect: 'hold' },
    { name: 'no-forbidden', when: 'method == "tools/call" && has(args.forbidden)', effect: 'deny' },
  ],
  version: '0123456789abcdef',
  limits: LIMITS,
};

export type LogLine = { readonly level: number; readonly msg: string } & Readonly<Record<string, unknown>>;

export type FakeGateway = Gateway & {
  readonly ledger: FakeLedger;
  readonly identity: FakeIdentity;
  readonly bindingStore: FakeBindingStore;
  readonly approvalStore: FakeApprovalStore;
  /** The server behind every connection. */
  readonly upstream: ScriptedUpstream;
  readonly logged: readonly LogLine[];
  readonly metrics: FakeMetrics;
  /** As after a reload: this is in force from here on. */
  replaceBy(next: Gateway): void;
  /** Moves both clocks on. */
  advance(ms: number): void;
  /** As at a SIGTERM: no new calls. */
  drain(): void;
  /** As when the time of the calls on their way is over. */
  stop(): void;
};

export type GatewayOverrides = Partial<
  Pick<
    Gateway,
    'holds' | 'signsIn' | 'tracing' | 'allowedHosts' | 'allowedOrigins' | 'proxies' | 'masker' | 'policy' | 'publicUrl'
  >
> & {
  readonly limits?: Partial<Limits>;
  /** Of whom glass is broken: the id of its record. */
  readonly glassOf?: ApprovalParts['glassOf'];
  /** Requests for approval that may be kept. */
  readonly approvalRoom?: number;
  /** Of the connection `notes`. */
  readonly budget?: Budget;
  /** Of all connections; only recorded unless given. */
  readonly definitionPolicy?: Partial<DefinitionPolicy>;
  readonly definitions?: Definitions;
  /** Of all connections; all allowed unless given. */
  readonly serverRequests?: Partial<ServerRequestPolicy>;
  readonly showsOrigin?: boolean;
};

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
/** 26 characters of base32, counting up. */
export const idOf = (count: number): string =>
  Array.from(count.toString(32))
    .map((digit) => BASE32.charAt(Number.parseInt(digit, 32)))
    .join('')
    .padStart(26, 'a');

function createConnections(
  upstream: ScriptedUpstream,
  publicUrl: string,
  { budget, definitionPolicy, serverRequests, showsOrigin = false }: GatewayOverrides,
): ReadonlyMap<string, ConnectionRuntime> {
  const connection = (name: string, keepsSession: boolean): [string, ConnectionRuntime] => [
    name,
    {
      name,
      incarnation: name,
      server: `server of ${name}`,
      url: `${publicUrl}/mcp/${name}`,
      audiences: [`urn:${name}`],
      budget: name === 'notes' ? budget : undefined,
      upstream,
      credential: [['authorization', `Bearer ${UPSTREAM_SECRET}`]],
      transport: keepsSession ? 'pipe' : 'tcp',
      passesBaggage: name === 'notes',
      passesUnknownResults: name !== 'process',
      keepsSession,
      offersEndpoint: false,
      isPerCaller: keepsSession,
      serverRequests: { sampling: 'allow', elicitation: 'allow', roots: 'allow', other: 'allow', ...serverRequests },
      showsOrigin,
      definitions: { change: 'alert', hidden: 'alert', unknown: 'allow', ...definitionPolicy },
      secrets: [UPSTREAM_SECRET],
    },
  ];
  return new Map([connection('notes', false), connection('private', false), connection('process', true)]);
}

function createLog(): { readonly log: Gateway['log']; readonly logged: LogLine[] } {
  const logged: LogLine[] = [];
  const write = (line: string): void => void logged.push(JSON.parse(line) as LogLine);
  return { log: pino({ level: 'debug' }, { write }), logged };
}

export function fakeGateway(overrides: GatewayOverrides = {}): FakeGateway {
  let passedMs = 0;
  let ids = 0;
  let isDraining = false;
  const clock = (): number => START_MS + passedMs;
  const newId = (): string => idOf((ids += 1));
  const limits: Limits = { ...LIMITS, approvalHoldMs: 0, ...overrides.limits };
  const publicUrl = overrides.publicUrl ?? 'https://mcp.example';
  const ledger = createFakeLedger();
  const upstream = createScriptedUpstream();
  const masker =
    overrides.masker ?? createMasker({ key: Buffer.alloc(32, 7), store: { operator: 'redact', fields: ['password'] } });
  const policy = createPolicy(POLICY);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  const stopping = new AbortController();
  const admission = createAdmission(limits);
  const heldCalls = createHeldCalls({ limits, monotonic: () => passedMs });
  const bindingStore = createFakeBindingStore();
  const approvalStore = createFakeApprovalStore(overrides.approvalRoom);
  const resumables = createResumableCalls(limits);
  const asked = createAskedIds(limits);
  let next: Gateway | undefined;
  const made: FakeGateway = {
    inForce: () => next ?? made,
    replaceBy: (gateway) => void (next = gateway),
    clock,
    monotonic: () => passedMs,
    newId,
    publicUrl,
    signsIn: overrides.signsIn ?? false,
    allowedOrigins: overrides.allowedOrigins ?? new Set(['https://console.example']),
    allowedHosts: overrides.allowedHosts,
    proxies: overrides.proxies ?? createTrustedProxies([]),
    identity: createFakeIdentity(),
    policy: overrides.policy ?? policy.value,
    masker,
    ledger,
    upstream,
    connections: createConnections(upstream, publicUrl, overrides),
    approvalStore,
    approvals: createApprovals({
      store: approvalStore,
      clock,
      samePeople: () => made.holds.samePeople,
      glassOf: overrides.glassOf ?? (() => undefined),
      async record(act, approval, by) {
        const entry = await ledger.append(approvalActEntry(newId(), masker, act, approval, by));
        return entry.ok ? ok(recordId(entry.value)) : err(entry.error.reason);
      },
      limits,
      onFault: () => undefined,
    }),
    heldCalls,
    fingerprints: createFingerprints(Buffer.alloc(32, 7)),
    holdStates: createHoldStates(Buffer.alloc(32, 7), (count) => randomBytes(count)),
    holds: overrides.holds ?? {
      byRule: new Map([[TERMS.rule, TERMS]]),
      otherwise: { ...TERMS, rule: '(definition)' },
      owners: new Map(),
      samePeople: [],
      waiting: { otherwise: 'auto', byClient: new Map() },
    },
    bindingStore,
    bindings: createBindings({
      store: bindingStore,
      keys: createBindingKeys(Buffer.alloc(32, 7), (count) => Buffer.alloc(count, 9)),
      limits,
      clock,
    }),
    definitions: overrides.definitions ?? fakeDefinitions(overrides.limits),
    sessions: createSessions({
      limits,
      clock,
      newId,
      ended: endedSession({ resumables, asked }),
    }),
    eventIds: createEventIds({ key: Buffer.alloc(32, 9), prefix: '', limits }),
    resumables,
    asked,
    ownQuestions: createOwnQuestions(),
    ownAnswers: createOwnAnswers(limits),
    admission,
    quotas: createQuotas(limits),
    recentCalls: createRecentCalls(limits),
    refusals: createRefusalBook({
      limits,
      clock,
      entry: (refusal, count, windowMs) => strangerEntry(masker, newId(), refusal, count, windowMs),
      append: (entry) => ledger.appendUnwaited(entry),
    }),
    throttles: createThrottleBook({
      limits,
      clock,
      entry: (refusal, count, windowMs) => throttledEntry(masker, newId(), refusal, count, windowMs),
      append: (entry) => ledger.appendUnwaited(entry),
    }),
    metrics: createFakeMetrics(),
    tracing: overrides.tracing,
    limits,
    ...createLog(),
    leaving: () => isDraining,
    draining: () => isDraining,
    stopping: stopping.signal,
    drain: () => {
      isDraining = true;
      heldCalls.endAll();
      admission.cutLasting();
    },
    advance: (ms) => void (passedMs += ms),
    stop: () => {
      stopping.abort();
      heldCalls.endAll();
      admission.cutAll();
      resumables.endAll();
    },
  };
  return made;
}

/** A call waits for the approval, as far as others can see. Gives what ends that. */
export function enterHeld({ heldCalls }: Pick<Gateway, 'heldCalls'>, approval: string, sent: Buffer): () => void {
  const call = { sent, bytes: sent.length, over: () => undefined, requestKey: approval, tell: () => undefined };
  const place = heldCalls.enter(approval, call, { overMs: Number.MAX_VALUE, tellEveryMs: 60_000 });
  if (place === undefined) throw new Error('there is no room for one that waits');
  return () => place.leave();
}

type Sent =
  | {
      readonly form: 'json';
      readonly status: number;
      readonly headers: readonly HeaderPair[];
      readonly body: string;
      readonly contentType: string;
    }
  | { readonly form: 'empty'; readonly status: number; readonly headers: readonly HeaderPair[] }
  | { readonly form: 'event'; readonly headers: readonly HeaderPair[]; readonly text: string };

export type FakeReply = Reply & {
  readonly sent: readonly Sent[];
  readonly ended: boolean;
  /** How often what the client had not taken was dropped. */
  readonly dropped: number;
  readonly comments: number;
  /** The head of a stream went out before any event. */
  readonly opened: boolean;
  /** The client goes away. */
  leave(): void;
};

export function createFakeReply(): FakeReply {
  const sent: Sent[] = [];
  let isGone = false;
  const reply = {
    sent,
    ended: false,
    dropped: 0,
    leave: () => void (isGone = true),
    started: () => sent.length > 0 || reply.opened,
    released: () => sent.length > 0,
    opened: false,
    open: (_headers: readonly HeaderPair[], when: 'now' | 'when_quiet') => void (reply.opened ||= when === 'now'),
    comments: 0,
    comment: () => void (reply.comments += 1),
    drop: () => void (isGone = true),
    gone: () => isGone,
    json: async (
      status: number,
      headers: readonly HeaderPair[],
      body: Buffer | string,
      contentType = 'application/json',
    ) => {
      if (isGone) return 'gone' as const;
      sent.push({ form: 'json', status, headers, body: body.toString(), contentType });
      reply.ended = true;
      return 'sent' as const;
    },
    empty: async (status: number, headers: readonly HeaderPair[]) => {
      if (isGone) return 'gone' as const;
      sent.push({ form: 'empty', status, headers });
      reply.ended = true;
      return 'sent' as const;
    },
    event: async (encoded: Buffer | string, headers: readonly HeaderPair[]) => {
      if (isGone || reply.ended) return 'gone' as const;
      sent.push({ form: 'event', headers, text: encoded.toString() });
      return 'sent' as const;
    },
    end: () => void (reply.ended = true),
    dropUnsent: () => void (reply.dropped += 1),
  };
  return reply;
}

/** What a client sends. Without more it is Ada calling the tool `get_note` of `notes`. */
export type Ask = {
  readonly connection?: string;
  readonly method?: string;
  /** Beside content type and token; undefined takes one of those away. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** A JSON-RPC message, or the exact body. */
  readonly message?: object | string;
  readonly token?: string;
  readonly peer?: string;
  readonly gone?: AbortSignal;
};

export const toolCall = (name = 'get_note', args: object = {}, id: string | number = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

function requestOf(ask: Ask): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: ask.peer ?? '203.0.113.9' });
  const request = new IncomingMessage(socket);
  request.method = ask.method ?? 'POST';
  request.httpVersion = '1.1';
  const headers = {
    'Content-Type': 'application/json',
    Authorization: `Bearer ${ask.token ?? ADA_TOKEN}`,
    ...ask.headers,
  };
  request.rawHeaders = Object.entries(headers).flatMap(([name, values]) =>
    values === undefined ? [] : [values].flat().flatMap((value) => [name, value]),
  );
  const { message = toolCall() } = ask;
  request.push(Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)));
  request.push(null);
  request.complete = true;
  return request;
}

export function arrived(gateway: Gateway, ask: Ask = {}): Arrived & { readonly reply: FakeReply } {
  const request = requestOf(ask);
  const headers = headersOf(request.rawHeaders);
  const source = sourceOf(
    request.socket.remoteAddress ?? 'unknown',
    headers.get('x-forwarded-for') ?? [],
    gateway.proxies,
  );
  return {
    http: { request, response: new ServerResponse(request) },
    id: gateway.newId(),
    arrivedMs: gateway.clock(),
    startedMs: gateway.monotonic(),
    connectionName: ask.connection ?? 'notes',
    headers,
    source,
    sourceKey: sourceKey(source),
    cut: new AbortController(),
    gone: ask.gone ?? new AbortController().signal,
    reply: createFakeReply(),
  };
}

/** The value, or an exception that names the refusal. */
export function must<T>(result: Result<T, Refusal>): T {
  if (!result.ok) throw new Error(`refused: ${result.error.code} ${result.error.reason}`);
  return result.value;
}

export const received = (gateway: Gateway, ask?: Ask): Received => must(receive(arrived(gateway, ask), gateway));
export const limited = (gateway: Gateway, ask?: Ask): Limited => must(limit(received(gateway, ask), gateway));
export const identified = async (gateway: Gateway, ask?: Ask): Promise<Identified> =>
  must(await identify(limited(gateway, ask), gateway));
export const connected = async (gateway: Gateway, ask?: Ask): Promise<Connected> =>
  must(resolveConnection(await identified(gateway, ask), gateway));
export const bodyRead = async (gateway: Gateway, ask?: Ask): Promise<BodyRead> =>
  must(await readBody(await connected(gateway, ask), gateway));
export const parsed = async (gateway: Gateway, ask?: Ask): Promise<Parsed> =>
  must(parse(await bodyRead(gateway, ask), gateway));
export const followed = async (gateway: Gateway, ask?: Ask): Promise<Followed> =>
  must(
    await openHeldTask(must(followBinding(must(openHoldState(await parsed(gateway, ask), gateway)), gateway)), gateway),
  );
export const requestMasked = async (gateway: Gateway, ask?: Ask): Promise<RequestMasked> =>
  must(await maskRequest(await followed(gateway, ask), gateway));
export const authorized = async (gateway: Gateway, ask?: Ask): Promise<Authorized> =>
  must(authorize(await requestMasked(gateway, ask), gateway));
export const approved = async (gateway: Gateway, ask?: Ask): Promise<Approved> =>
  must(await awaitApproval(await authorized(gateway, ask), gateway));
export const permitted = async (gateway: Gateway, ask?: Ask): Promise<Permitted> =>
  must(await useApproval(await approved(gateway, ask), gateway));
export const recorded = async (gateway: Gateway, ask?: Ask): Promise<Recorded> =>
  must(await recordIntent(await permitted(gateway, ask), gateway));
export const credentialed = async (gateway: Gateway, ask?: Ask): Promise<Credentialed> =>
  must(injectCredential(await recorded(gateway, ask), gateway));
export const forwarded = async (gateway: Gateway, ask?: Ask): Promise<Forwarded> =>
  must(await forward(await credentialed(gateway, ask), gateway));

/** A client that listens: GET, whatever `ask` says. */
const listener = (ask: Ask): Ask => ({
  ...ask,
  method: 'GET',
  headers: { 'Content-Type': undefined, Accept: 'text/event-stream', ...ask.headers },
});
const listenConnected = async (gateway: Gateway, ask: Ask): Promise<Connected> => {
  const admitted = must(limit(must(receiveListen(arrived(gateway, listener(ask)), gateway)), gateway));
  return must(resolveConnection(must(limitCaller(must(await identify(admitted, gateway)), gateway)), gateway));
};
export const sessionFound = async (gateway: Gateway, ask: Ask = {}): Promise<SessionFound> =>
  must(findSession(await listenConnected(gateway, ask), gateway));
export const listenAsked = async (gateway: Gateway, ask?: Ask): Promise<ListenAsked> =>
  must(limitListeners(must(findResumption(await sessionFound(gateway, ask), gateway)), gateway));
export const listenRecorded = async (gateway: Gateway, ask?: Ask): Promise<ListenRecorded> =>
  must(await recordListen(await listenAsked(gateway, ask), gateway));
export const listening = async (gateway: Gateway, ask?: Ask): Promise<Listening> =>
  must(await openStream(await listenRecorded(gateway, ask), gateway));

/** A legacy session of Ada's at `notes`, as if she had initialized. */
export function beginSession(
  gateway: Gateway,
  owner: Partial<SessionOwner> = {},
): SessionEntry & { readonly wireId: string } {
  const entry = { ...gateway.sessions.candidate(undefined, '2025-11-25'), upstreamId: 'upstream-session' };
  const { wireId } = entry;
  if (wireId === undefined) throw new Error('a legacy session has an id');
  gateway.sessions.begin({ caller: callerKey(ADA), connection: 'notes', client: ADA.client, ...owner }, entry);
  return { ...entry, wireId };
}

/** What the fake reply of a call was told to send. */
export const repliedOf = (call: Pick<Arrived, 'reply'>): FakeReply => call.reply as FakeReply;

export const heard = (
  call: Exchange,
  message: object | string,
  closed = false,
  sse?: UpstreamMessage['sse'],
): Heard => ({
  call,
  heard: {
    bytes: Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)),
    ...(sse === undefined ? {} : { sse }),
  },
  closed,
});
export const understood = (gateway: Gateway, call: Exchange, message: object | string, closed = false): Understood =>
  must(understand(heard(call, message, closed), gateway));
export const answerMasked = async (gateway: Gateway, call: Exchange, message: object | string): Promise<AnswerMasked> =>
  must(await maskAnswer(understood(gateway, call, message), gateway));
export const answerRecorded = async (
  gateway: Gateway,
  call: Exchange,
  message: object | string,
): Promise<AnswerRecorded> => must(await recordAnswer(await answerMasked(gateway, call, message), gateway));
