/**
 * A call that can be resumed, as it is kept while nobody is connected for it: what the record of its end and a resumption
 * need, and nothing of its HTTP exchange, its token, a credential or what was said. Every text is a copy of its own.
 */
import type { Forwarded, RestingCall, Resuming } from '#gateway/call.ts';
import { NOTHING_MIRRORED } from '#gateway/mirrored-headers.ts';
import { NOTHING_STORED } from '#masking/masked.ts';
import type { SecretSet } from '#masking/masker.ts';
import { NO_DOCUMENT } from '#mcp/json.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { ownText } from '#mcp/own-text.ts';

const NOTHING = Buffer.alloc(0);

/** A caller may have put the token into a name. */
const nameOf = (name: string, secrets: SecretSet): string => (secrets.presentIn(name).isEmpty ? ownText(name) : '');

function messageOf({ message, secrets }: Forwarded): RequestMessage {
  if (message.kind !== 'request') throw new Error('only a request can be resumed');
  const { protocolVersion, clientInfo } = message;
  return {
    kind: 'request',
    doc: NO_DOCUMENT,
    idText: ownText(message.idText),
    idKey: ownText(message.idKey),
    method: ownText(message.method),
    name: nameOf(message.name, secrets),
    governedBy: ownText(message.governedBy),
    subscribedUris: [],
    subscribedTasks: [],
    params: undefined,
    ...(protocolVersion === undefined ? {} : { protocolVersion: ownText(protocolVersion) }),
    ...(clientInfo === undefined
      ? {}
      : {
          clientInfo: {
            ...(clientInfo.name === undefined ? {} : { name: ownText(clientInfo.name) }),
            ...(clientInfo.version === undefined ? {} : { version: ownText(clientInfo.version) }),
          },
        }),
  };
}

function withoutExchange(call: Forwarded): Omit<RestingCall, 'message' | 'answer'> {
  const { http: _http, reply: _reply, cut: _cut, gone: _gone, headers: _headers, answer: _answer, ...asked } = call;
  const { token: _token, connection: _connection, secrets: _secrets, resumed: _resumed, ...known } = asked;
  const { body: _body, masked: _masked, mirrored: _mirrored, sendable: _sendable, message: _message, ...kept } = known;
  return kept;
}

export function restingCall(call: Forwarded): RestingCall {
  const { answer, connectionName, protocol, source, sourceKey } = call;
  return {
    ...withoutExchange(call),
    connectionName: ownText(connectionName),
    source: ownText(source),
    sourceKey: ownText(sourceKey),
    protocol: protocol === undefined ? undefined : ownText(protocol),
    message: messageOf(call),
    answer: { status: answer.status, sessionId: answer.sessionId },
  };
}

/** Without the traces, which ended with the result. */
export function closedCall(call: RestingCall): RestingCall {
  const { exchange: _exchange, ...kept } = call;
  return { ...kept, trace: undefined };
}

/** The call as it goes on: by another exchange, for whoever the caller is by now. */
export const resumedCall = (call: RestingCall, by: Resuming, state: 'open' | 'closed'): Forwarded => ({
  ...call,
  http: by.http,
  reply: by.reply,
  cut: by.cut,
  gone: by.gone,
  verified: by.verified,
  token: by.token,
  connection: by.connection,
  secrets: by.secrets,
  // A session is begun by the answer to its `initialize`, not by what a stream is resumed with.
  answer: { ...by.answer, sessionId: call.answer.sessionId },
  headers: new Map(),
  body: NOTHING,
  masked: { send: NOTHING, stored: NOTHING_STORED, findings: [], isBlocked: false, flags: [] },
  mirrored: NOTHING_MIRRORED,
  resumed: state,
});
