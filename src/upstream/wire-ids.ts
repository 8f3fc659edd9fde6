/**
 * Ids on a pipe that many clients share. Two clients may both use id 1, so every request gets a number of its own on the
 * way to the server, and its spelling back on the way from it. Everything else stays byte for byte. Pure functions.
 */
import { member, splice } from '#mcp/json.ts';
import type { JsonDocument, JsonEdit, JsonNode } from '#mcp/json.ts';

/** MCP 2026-07-28, Subscriptions: the id of the `subscriptions/listen` request a message belongs to. */
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

export const spelling = (doc: JsonDocument, node: JsonNode): string => doc.text.slice(node.start, node.end);

const replaced = (node: JsonNode | undefined, text: string): JsonEdit[] =>
  node === undefined ? [] : [{ start: node.start, end: node.end, text }];

const progressTokenOfRequest = (doc: JsonDocument): JsonNode | undefined =>
  member(member(member(doc.root, 'params'), '_meta'), 'progressToken');

/** A request under its wire id, which also stands in for its progress token. */
export const requestUnder = (doc: JsonDocument, wireId: string): Buffer =>
  splice(doc, [...replaced(member(doc.root, 'id'), wireId), ...replaced(progressTokenOfRequest(doc), wireId)]);

/** `notifications/cancelled` about the request that has this wire id. */
export const cancellationUnder = (doc: JsonDocument, wireId: string): Buffer =>
  splice(doc, replaced(member(member(doc.root, 'params'), 'requestId'), wireId));

/** What a message of the server says it belongs to, as spelled on the wire. */
export function wireIdOfNotification(doc: JsonDocument): string | undefined {
  const params = member(doc.root, 'params');
  const node = member(params, 'progressToken') ?? member(member(params, '_meta'), SUBSCRIPTION_ID);
  return node === undefined ? undefined : spelling(doc, node);
}

/** How the client spelled what it sent. */
export type ClientIds = { readonly idText: string; readonly progressTokenText: string | undefined };

/** A response, or a notification found by `wireIdOfNotification`, as the client may see it. */
export function restored(doc: JsonDocument, wireId: string, client: ClientIds): Buffer {
  const params = member(doc.root, 'params');
  const result = member(doc.root, 'result');
  const candidates: readonly (readonly [JsonNode | undefined, string])[] = [
    [member(doc.root, 'method') === undefined ? member(doc.root, 'id') : undefined, client.idText],
    [member(params, 'progressToken'), client.progressTokenText ?? client.idText],
    [member(member(params, '_meta'), SUBSCRIPTION_ID), client.idText],
    [member(member(result, '_meta'), SUBSCRIPTION_ID), client.idText],
  ];
  return splice(
    doc,
    candidates.flatMap(([node, text]) =>
      node !== undefined && spelling(doc, node) === wireId ? replaced(node, text) : [],
    ),
  );
}
