/**
 * The gateway's own answer to a request of a server that no client gets to see: recorded first, then sent once (P1). It says no
 * more than that the client does not take it. What cannot be recorded or sent is left: the server waits as it would for a
 * client that does not answer.
 */
import type { AnswerRecorded } from '#gateway/call.ts';
import { serverWordEntry } from '#gateway/entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { claimsModern } from '#gateway/steps/inject-credential.ts';
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import type { RecordRef } from '#ledger/record.ts';
import { parseJson } from '#mcp/json.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { sendable } from '#upstream/port.ts';
import type { HeaderPair } from '#upstream/port.ts';

/** JSON-RPC 2.0 section 5.1, Method not found: what a client says that lacks the capability (MCP, Sampling, Roots). */
const replyTo = ({ idText }: RequestMessage): Buffer =>
  Buffer.from(
    `{"jsonrpc":"2.0","id":${idText},"error":{"code":-32601,"message":"The client does not take this request"}}`,
  );

/** As a client of the session would: its version, its session, and nothing that a caller sent for another message. */
function headersFor({ call }: AnswerRecorded): readonly HeaderPair[] {
  const [version] = call.headers.get('mcp-protocol-version') ?? [];
  const { upstreamId } = call.session;
  return [
    ['accept', 'application/json, text/event-stream'],
    ...(version === undefined ? [] : [['mcp-protocol-version', version] as const]),
    ...(upstreamId === undefined ? [] : [['mcp-session-id', upstreamId] as const]),
  ];
}

async function record(answer: AnswerRecorded, reply: Buffer, gateway: Gateway): Promise<RecordRef | undefined> {
  const { call } = answer;
  const { limits, masker, ledger } = gateway;
  const doc = parseJson(reply, { depth: limits.jsonDepth, nodes: limits.jsonNodes });
  if (!doc.ok) throw new Error('the answer to a server is no JSON');
  const { name: connection } = call.connection;
  const masked = masker.maskMessage(doc.value, { direction: 'request', connection, method: '', secrets: call.secrets });
  if (!masked.ok) return undefined;
  const { issuer, subject, kind, groups } = GATEWAY_CALLER;
  const appended = await ledger.append(
    serverWordEntry(masker, {
      call: call.id,
      ref: 'intent' in call && call.message.kind === 'request' && call.resumed !== 'closed' ? call.intent.n : null,
      st: 'up',
      subject: callerKey(GATEWAY_CALLER),
      header: {
        caller: { issuer, subject, kind, groups },
        connection,
        session: call.session.key,
        reason: 'gateway_reply',
        bytes: reply.length,
      },
      masked: masked.value,
      secrets: call.secrets,
    }),
  );
  return appended.ok ? appended.value : undefined;
}

export async function answerServer(answer: AnswerRecorded, gateway: Gateway): Promise<void> {
  const { call, message } = answer;
  if (message.kind !== 'request') throw new Error('only a request is answered');
  if (!gateway.ownAnswers.claim(call, message.idKey)) return;
  const reply = replyTo(message);
  const intent = await record(answer, reply, gateway);
  if (intent === undefined) return;
  const { serverAnswerMs } = gateway.limits;
  const ended = new AbortController();
  const sent = await call.connection.upstream.exchange(
    sendable(
      {
        caller: callerKey(call.verified.caller),
        client: call.verified.caller.client,
        gatewaySession: call.session.wireId,
        kind: 'response',
        isModern: claimsModern(call.message),
        idText: message.idText,
        method: '',
        progressTokenText: undefined,
        body: reply,
        headers: headersFor(answer),
        credential: call.connection.credential,
        timeoutMs: serverAnswerMs,
        signal: AbortSignal.any([ended.signal, call.cut.signal, gateway.stopping]),
      },
      intent,
    ),
  );
  // Nothing is to be said to a response (MCP 2025-11-25, Sending Messages): whatever comes is not listened to.
  ended.abort();
  if (sent.ok && sent.value.status < 300) return;
  const reason = sent.ok ? `status_${sent.value.status}` : sent.error.reason;
  gateway.log.warn(
    { call: call.id, connection: call.connection.name, reason },
    'a server took no answer of the gateway',
  );
}
