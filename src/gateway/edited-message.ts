/** A message of which parts were cut or replaced in its bytes, read again: what follows sees exactly what is sent. */
import { parseJson, splice } from '#mcp/json.ts';
import type { JsonEdit } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import type { Limits } from '#limits.ts';

/** Throws when the edits leave something that is no message, which is a bug of whoever made them. */
export function editedMessage(
  message: Message,
  edits: readonly JsonEdit[],
  limits: Pick<Limits, 'jsonDepth' | 'jsonNodes'>,
): Message {
  if (edits.length === 0) return message;
  const doc = parseJson(splice(message.doc, edits), { depth: limits.jsonDepth, nodes: limits.jsonNodes });
  const read = doc.ok ? readMessage(doc.value) : doc;
  if (!read.ok) throw new Error('an edited message is no longer a valid one');
  return read.value;
}
