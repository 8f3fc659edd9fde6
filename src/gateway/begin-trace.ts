/** The span of one message, from the moment it can be read. What cannot be read, and whoever is not verified, has none. */
import type { BodyRead } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { CallTrace } from '#gateway/tracing.ts';
import { member } from '#mcp/json.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { isToolName } from '#mcp/tool-name.ts';
import { traceContextOfHeaders, traceContextOfMeta } from '#mcp/trace-context.ts';

/** The date of a revision, or nothing. */
const REVISION = /^\d{4}-\d{2}-\d{2}$/;

export function beginTrace(
  call: BodyRead,
  message: Message,
  protocol: string | undefined,
  gateway: Gateway,
): CallTrace | undefined {
  if (gateway.tracing === undefined || message.kind === 'response') return undefined;
  const secrets = gateway.masker.secretsOf([call.token, ...call.connection.secrets]);
  const shown = (text: string): string =>
    isToolName(text) && gateway.masker.maskStoredText(text, secrets) === text ? text : '';
  const name = shown(message.name);
  return gateway.tracing.begin({
    call: call.id,
    connection: call.connectionName,
    method: shown(message.method) === '' ? '_OTHER' : message.method,
    tool: message.method === 'tools/call' ? name : '',
    prompt: message.method === 'prompts/get' ? name : '',
    protocol: protocol !== undefined && REVISION.test(protocol) ? protocol : '',
    startedMs: call.startedMs,
    meta: traceContextOfMeta(member(message.params, '_meta')),
    headers: traceContextOfHeaders(call.headers),
  });
}
