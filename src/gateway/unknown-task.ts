/**
 * What is said about a task that is not one of this caller's: what a server without such a task says of it, so that nobody
 * learns whether somebody else has it. In the modern era a server first says that it does not have the method any more, or
 * that the client has not declared tasks (2026-07-28, Streamable HTTP; extension tasks, SEP-2663, Required Capabilities).
 */
import type { Parsed } from '#gateway/call.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { member } from '#mcp/json.ts';
import { META_CLIENT_CAPABILITIES } from '#mcp/jsonrpc.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { METHODS, TASKS_EXTENSION } from '#mcp/methods.ts';

function declaresTasks({ params }: RequestMessage): boolean {
  const capabilities = member(member(params, '_meta'), META_CLIENT_CAPABILITIES);
  return member(member(capabilities, 'extensions'), TASKS_EXTENSION)?.kind === 'object';
}

/** `reason`: why it is none of theirs. */
export function unknownTask(call: Parsed, message: RequestMessage, reason: string): Refusal {
  const { idText, method } = message;
  if (call.era === 'modern') {
    if (METHODS.get(method)?.eras.includes('modern') === false) return { code: 'unknown_method', reason, idText };
    if (!declaresTasks(message)) return { code: 'missing_capability', reason, idText };
  }
  return { code: 'unknown_task', reason, idText };
}
