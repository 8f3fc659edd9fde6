/** What metrics and traces are told of a message when it is over. Told after the fact; nothing waits for it. */
import type { Credentialed, Forwarded, Parsed, Responded } from '#gateway/call.ts';
import type { Recordable } from '#gateway/entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { MessageFacts } from '#gateway/metrics.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { member } from '#mcp/json.ts';
import { isToolName } from '#mcp/tool-name.ts';
import { methodLabel, OTHER } from '#metrics/bounded-names.ts';

const RPC_CODE = /^-?\d{1,10}$/;

/** A tool's name comes from the caller, who may have put a token into it. */
function toolOf(call: Parsed & Partial<Credentialed>, gateway: Gateway): string {
  const { message } = call;
  if (message.kind !== 'request' || message.method !== 'tools/call') return '';
  return call.secrets === undefined ? message.name : gateway.masker.maskStoredText(message.name, call.secrets);
}

/** Undefined for an answer of a client: it is no operation of its own. */
function factsOf(call: Parsed, gateway: Gateway, errorType: string | undefined): MessageFacts | undefined {
  if (call.message.kind === 'response') return undefined;
  return {
    connection: call.connectionName,
    method: call.message.method,
    tool: toolOf(call, gateway),
    protocol: call.protocol,
    errorType,
  };
}

/** One line of each message in the log, for who asked for it: the book has it all, and says who and what. */
function logged(call: Recordable, facts: Partial<MessageFacts>, code: string | undefined, gateway: Gateway): void {
  const { connectionName: connection, id, startedMs } = call;
  const { method, tool } = facts;
  gateway.log.debug(
    {
      call: id,
      connection: gateway.connections.has(connection) ? connection : OTHER,
      ...(method === undefined ? {} : { method: methodLabel(method) }),
      ...(tool === undefined || !isToolName(tool) ? {} : { tool }),
      ...(code === undefined ? {} : { code }),
      ms: Math.round((gateway.monotonic() - startedMs) * 1_000) / 1_000,
    },
    'message',
  );
}

function served(call: Parsed, facts: MessageFacts, gateway: Gateway): void {
  gateway.metrics.served(facts, gateway.monotonic() - call.startedMs);
  logged(call, facts, facts.errorType, gateway);
}

/** OpenTelemetry, MCP conventions, `error.type`: the JSON-RPC error code, or `tool_error`. */
function errorTypeOf({ message, delivery }: Responded): string | undefined {
  if (message.kind === 'response' && message.outcome.type === 'error') {
    const code = member(message.outcome.node, 'code');
    // Any number is a server's to choose, of any length.
    return code?.kind !== 'number' ? 'error' : RPC_CODE.test(code.text) ? code.text : OTHER;
  }
  if (message.kind === 'response' && message.isToolError) return 'tool_error';
  return delivery === 'gone' ? 'client_gone' : undefined;
}

/** A call got its answer, which was heard at `heardMs`. */
export function measureAnswer(answer: Responded, heardMs: number, gateway: Gateway): void {
  const { call } = answer;
  if (call.message === undefined) return;
  const errorType = errorTypeOf(answer);
  call.exchange?.end(errorType, heardMs);
  call.trace?.end(errorType);
  const facts = factsOf(call, gateway, errorType);
  if (facts === undefined) return;
  gateway.metrics.exchanged(facts, heardMs - call.sentMs);
  served(call, facts, gateway);
}

/** The server took what expects no answer. */
export function measureSilence(call: Forwarded, gateway: Gateway): void {
  const heardMs = gateway.monotonic();
  call.exchange?.end(undefined, heardMs);
  call.trace?.end(undefined);
  const facts = factsOf(call, gateway, undefined);
  if (facts === undefined) return;
  gateway.metrics.exchanged(facts, heardMs - call.sentMs);
  served(call, facts, gateway);
}

/** A refusal was answered. What was refused before it could be read has no method and is only counted. */
export function measureRefusal(
  call: Recordable & Partial<Pick<Credentialed, 'exchange' | 'sentMs'>>,
  refusal: Refusal,
  gateway: Gateway,
): void {
  if (!('intent' in call)) {
    const by = call.verified === undefined ? 'stranger' : 'caller';
    gateway.metrics.refused({ by, connection: call.connectionName, code: refusal.code });
  }
  call.exchange?.end(refusal.code, gateway.monotonic());
  call.trace?.end(refusal.code);
  const facts = call.message === undefined ? undefined : factsOf(call as Parsed, gateway, refusal.code);
  if (facts === undefined) return logged(call, {}, refusal.code, gateway);
  if (call.sentMs !== undefined) gateway.metrics.exchanged(facts, gateway.monotonic() - call.sentMs);
  served(call as Parsed, facts, gateway);
}
