/**
 * What a JSON text says as a JSON-RPC 2.0 message of MCP: request, notification or response, and the few parts every
 * later step needs. Anything two readers could take differently is refused. It copies nothing it does not name and
 * knows neither transport nor policy.
 */
import { hasCaseTwin, keySet } from '#mcp/case-twins.ts';
import { encodeJsonString, member, stringMember } from '#mcp/json.ts';
import type { JsonDocument, JsonNode, JsonObject } from '#mcp/json.ts';
import { COMPLETION_REFS, isNotificationMethod, METHODS } from '#mcp/methods.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

/** Self-reported, unverified, cut to `clientInfoChars`. */
export type ClientInfo = { readonly name?: string; readonly version?: string };

export type RequestMessage = {
  readonly kind: 'request';
  readonly doc: JsonDocument;
  /** The id as spelled: `1`, `"a"`. */
  readonly idText: string;
  /** The id in its one canonical spelling: equal exactly for equal ids. */
  readonly idKey: string;
  readonly method: string;
  /** Tool, prompt or resource URI as the method table says; '' when the method has none. */
  readonly name: string;
  /** The method whose permission decides: `method`, but for a completion that of what it completes. */
  readonly governedBy: string;
  /** Resource URIs a `subscriptions/listen` asks to watch; each must be permitted as `resources/read`. */
  readonly subscribedUris: readonly string[];
  /** Tasks whose state a `subscriptions/listen` asks to be told (tasks extension). */
  readonly subscribedTasks: readonly string[];
  readonly params: JsonObject | undefined;
  readonly progressTokenText?: string;
  /** Modern only: `params._meta["io.modelcontextprotocol/protocolVersion"]`. */
  readonly protocolVersion?: string;
  /** From `_meta` (modern) or from `initialize` (legacy). */
  readonly clientInfo?: ClientInfo;
};

export type NotificationMessage = {
  readonly kind: 'notification';
  readonly doc: JsonDocument;
  readonly method: string;
  readonly name: '';
  readonly params: JsonObject | undefined;
  readonly protocolVersion?: string;
  /** `notifications/cancelled`: canonical spelling of the id of the request it cancels. */
  readonly cancels?: string;
};

export type ResponseMessage = {
  readonly kind: 'response';
  readonly doc: JsonDocument;
  /** Undefined only for an error about a message whose id could not be read. */
  readonly idText: string | undefined;
  readonly idKey: string | undefined;
  readonly outcome:
    | { readonly type: 'result'; readonly node: JsonNode }
    | { readonly type: 'error'; readonly node: JsonObject };
  /** The result of a tool call that says `isError: true`. */
  readonly isToolError: boolean;
};

export type Message = RequestMessage | NotificationMessage | ResponseMessage;

export type MessageFault = {
  readonly code: 'batch' | 'invalid_request';
  /** Fixed words, free of content. */
  readonly reason: string;
  /** The id to answer with, when one could be read. */
  readonly idText: string | undefined;
};

export const META_PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion';
export const META_CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
export const META_CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';

const ENVELOPE_KEYS = keySet(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);
const PARAMS_KEYS = keySet([
  '_meta',
  'name',
  'uri',
  'ref',
  'arguments',
  'notifications',
  'inputResponses',
  'requestState',
  'taskId',
]);
const META_KEYS = keySet(['progressToken', META_PROTOCOL_VERSION, META_CLIENT_INFO]);
const REF_KEYS = keySet(['type', 'name', 'uri']);
const FILTER_KEYS = keySet(['resourceSubscriptions', 'taskIds']);

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const INTEGER = /^-?\d+$/;

type Id = { readonly text: string; readonly key: string };

const isBounded = (value: string, charsMax: number): boolean => value.length > 0 && value.length <= charsMax;

/** A string or an integer (spec: "the ID MUST NOT be null"; JSON-RPC: "SHOULD NOT contain fractional parts"). */
function readId(doc: JsonDocument, node: JsonNode): Id | undefined {
  const text = doc.text.slice(node.start, node.end);
  if (text.length > LIMITS.idChars) return undefined;
  if (node.kind === 'string') return { text, key: encodeJsonString(node.value) };
  if (node.kind !== 'number') return undefined;
  if (INTEGER.test(text)) return { text, key: String(BigInt(text)) };
  // 1.0 and 1e2 are integers too; some languages write every number so
  const value = Number(text);
  return Number.isSafeInteger(value) ? { text, key: String(BigInt(value)) } : undefined;
}

/**
 * Reads a parsed document as one message.
 * Errors: `batch` (an array; MCP has none since 2025-06-18), `invalid_request` for every other shape.
 */
export function readMessage(doc: JsonDocument): Result<Message, MessageFault> {
  const { root } = doc;
  if (root.kind === 'array') return err({ code: 'batch', reason: 'a batch', idText: undefined });
  if (root.kind !== 'object') return err({ code: 'invalid_request', reason: 'not an object', idText: undefined });

  const idNode = member(root, 'id');
  const id = idNode === undefined ? undefined : readId(doc, idNode);
  const invalid = (reason: string): Result<never, MessageFault> =>
    err({ code: 'invalid_request', reason, idText: id?.text });

  if (stringMember(root, 'jsonrpc') !== '2.0') return invalid('jsonrpc is not "2.0"');
  if (hasCaseTwin(root, ENVELOPE_KEYS)) return invalid('a key differs from one of JSON-RPC only in case');

  const method = member(root, 'method');
  const reading =
    method === undefined ? readResponse(doc, root, idNode, id) : readCall(doc, root, method, idNode !== undefined, id);
  return typeof reading === 'string' ? invalid(reading) : ok(reading);
}

/** A response, or why it is none. */
function readResponse(
  doc: JsonDocument,
  root: JsonObject,
  idNode: JsonNode | undefined,
  id: Id | undefined,
): ResponseMessage | string {
  const result = member(root, 'result');
  const error = member(root, 'error');
  if (member(root, 'params') !== undefined) return 'params without a method';
  if (result === undefined && error === undefined) return 'no method, result or error';
  if (result !== undefined && error !== undefined) return 'both a result and an error';
  const response = { kind: 'response', doc, idText: id?.text, idKey: id?.key } as const;
  if (result !== undefined) {
    if (id === undefined) return 'a result without a string or integer id';
    const isToolError = member(result, 'isError')?.kind === 'true';
    return { ...response, outcome: { type: 'result', node: result }, isToolError };
  }
  if (id === undefined && idNode !== undefined && idNode.kind !== 'null') return 'id is not a string or integer';
  if (error?.kind !== 'object') return 'error is not an object';
  return { ...response, outcome: { type: 'error', node: error }, isToolError: false };
}

/** A request or notification, or why it is none. */
function readCall(
  doc: JsonDocument,
  root: JsonObject,
  methodNode: JsonNode,
  hasId: boolean,
  id: Id | undefined,
): RequestMessage | NotificationMessage | string {
  if (methodNode.kind !== 'string') return 'method is not a string';
  const method = methodNode.value;
  if (!isBounded(method, LIMITS.methodChars) || !VISIBLE_ASCII.test(method)) return 'method is not a method name';
  if (member(root, 'result') !== undefined || member(root, 'error') !== undefined) return 'a method beside an outcome';
  if (hasId && id === undefined) return 'id is not a string or integer, or too long';
  // A tools/call without an id might be run by a lenient server and is no notification to any strict one.
  if (id === undefined && METHODS.has(method)) return 'a request without an id';
  if (id !== undefined && isNotificationMethod(method)) return 'a notification with an id';

  const params = member(root, 'params');
  if (params !== undefined && params.kind !== 'object') return 'params is not an object';
  if (hasCaseTwin(params, PARAMS_KEYS)) return 'a key of params differs from a known one only in case';
  const meta = readMeta(doc, params);
  if (typeof meta === 'string') return meta;
  const { protocolVersion, clientInfo: metaClientInfo, progressTokenText } = meta;
  const version = protocolVersion === undefined ? {} : { protocolVersion };

  if (id === undefined) {
    const cancelled = method === 'notifications/cancelled' ? member(params, 'requestId') : undefined;
    const cancels = cancelled === undefined ? undefined : readId(doc, cancelled)?.key;
    return {
      kind: 'notification',
      doc,
      method,
      name: '',
      params,
      ...version,
      ...(cancels === undefined ? {} : { cancels }),
    };
  }

  const naming = readName(method, params, protocolVersion !== undefined);
  if (typeof naming === 'string') return naming;
  const subscribed = method === 'subscriptions/listen' ? readSubscribed(params) : NOTHING_SUBSCRIBED;
  if (typeof subscribed === 'string') return subscribed;
  const clientInfo =
    metaClientInfo ?? (method === 'initialize' ? readClientInfo(member(params, 'clientInfo')) : undefined);
  return {
    kind: 'request',
    doc,
    idText: id.text,
    idKey: id.key,
    method,
    name: naming.name,
    governedBy: naming.governedBy,
    subscribedUris: subscribed.uris,
    subscribedTasks: subscribed.tasks,
    params,
    ...version,
    ...(progressTokenText === undefined ? {} : { progressTokenText }),
    ...(clientInfo === undefined ? {} : { clientInfo }),
  };
}

type Meta = Pick<RequestMessage, 'progressTokenText' | 'protocolVersion' | 'clientInfo'>;

function readMeta(doc: JsonDocument, params: JsonObject | undefined): Meta | string {
  const meta = member(params, '_meta');
  if (meta === undefined) return {};
  if (meta.kind !== 'object') return '_meta is not an object';
  if (hasCaseTwin(meta, META_KEYS)) return 'a key of _meta differs from a known one only in case';
  const version = member(meta, META_PROTOCOL_VERSION);
  if (version !== undefined && version.kind !== 'string') return 'the protocol version is not a string';
  const token = member(meta, 'progressToken');
  const isToken = token?.kind === 'string' || token?.kind === 'number';
  if (token !== undefined && (!isToken || token.end - token.start > LIMITS.idChars)) {
    return 'progressToken is not a string or number, or too long';
  }
  const clientInfo = readClientInfo(member(meta, META_CLIENT_INFO));
  return {
    ...(version === undefined ? {} : { protocolVersion: version.value }),
    ...(token === undefined ? {} : { progressTokenText: doc.text.slice(token.start, token.end) }),
    ...(clientInfo === undefined ? {} : { clientInfo }),
  };
}

/** Cut and copied: it outlives its message in the session, and a slice would keep the whole message's text alive. */
const bounded = (value: string): string => Buffer.from(value.slice(0, LIMITS.clientInfoChars), 'utf8').toString('utf8');

function readClientInfo(node: JsonNode | undefined): ClientInfo | undefined {
  if (node?.kind !== 'object') return undefined;
  const name = stringMember(node, 'name');
  const version = stringMember(node, 'version');
  return {
    ...(name === undefined ? {} : { name: bounded(name) }),
    ...(version === undefined ? {} : { version: bounded(version) }),
  };
}

/** `isModern`: the message says that it is of a revision without sessions. */
function readName(
  method: string,
  params: JsonObject | undefined,
  isModern: boolean,
): { readonly name: string; readonly governedBy: string } | string {
  const entry = METHODS.get(method);
  const place = entry?.name;
  if (place === undefined) return { name: '', governedBy: method };
  if (place.at === 'params') {
    // A method that its revision no longer has is the server's to refuse, with -32601, whatever it lacks.
    const isGone = isModern && entry?.eras.includes('modern') === false;
    if (isGone && member(params, place.member) === undefined) return { name: '', governedBy: method };
    const name = stringMember(params, place.member);
    return name !== undefined && isBounded(name, LIMITS.nameChars)
      ? { name, governedBy: method }
      : `params.${place.member} is not a string of acceptable length`;
  }
  const ref = member(params, 'ref');
  if (hasCaseTwin(ref, REF_KEYS)) return 'a key of ref differs from a known one only in case';
  const kind = COMPLETION_REFS.get(stringMember(ref, 'type') ?? '');
  if (kind === undefined) return 'ref is of no known type';
  const name = stringMember(ref, kind.member);
  return name !== undefined && isBounded(name, LIMITS.nameChars)
    ? { name, governedBy: kind.governedBy }
    : 'ref has no name of acceptable length';
}

type Subscribed = { readonly uris: readonly string[]; readonly tasks: readonly string[] };
const NOTHING_SUBSCRIBED: Subscribed = { uris: [], tasks: [] };

function readSubscribed(params: JsonObject | undefined): Subscribed | string {
  const filter = member(params, 'notifications');
  if (hasCaseTwin(filter, FILTER_KEYS)) return 'a key of the filter differs from a known one only in case';
  const uris = readNames(member(filter, 'resourceSubscriptions'), LIMITS.subscribedUris);
  if (typeof uris === 'string') return uris;
  const tasks = readNames(member(filter, 'taskIds'), LIMITS.subscribedTasks);
  return typeof tasks === 'string' ? tasks : { uris, tasks };
}

function readNames(list: JsonNode | undefined, countMax: number): readonly string[] | string {
  if (list === undefined) return [];
  if (list.kind !== 'array') return 'a part of the filter is not an array';
  if (list.items.length > countMax) return 'too many subscriptions';
  let chars = 0;
  const names: string[] = [];
  for (const item of list.items) {
    if (item.kind !== 'string' || !isBounded(item.value, LIMITS.nameChars)) return 'a subscription is not a name';
    chars += item.value.length;
    if (chars > LIMITS.subscribedUriChars) return 'too many subscriptions';
    names.push(item.value);
  }
  return names;
}
