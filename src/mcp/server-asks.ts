/**
 * What a server asks of a client, in all forms that MCP has for it: a request of its own (legacy), `inputRequests` of a result
 * or of a task (2026-07-28, Multi Round-Trip Requests; tasks extension), the elicitations of a -32042 error (2025-11-25).
 */
import { hasCaseTwin, keySet } from '#mcp/case-twins.ts';
import { member, stringMember } from '#mcp/json.ts';
import type { JsonNode, JsonString } from '#mcp/json.ts';
import type { Message } from '#mcp/jsonrpc.ts';

export const ASK_KINDS = ['sampling', 'elicitation', 'roots', 'other'] as const;
export type AskKind = (typeof ASK_KINDS)[number];

export type ServerAsk = {
  readonly kind: AskKind;
  /** An elicitation's words to the person. */
  readonly message: JsonString | undefined;
};

export type ServerAsks = {
  /** `request`: the server waits for a response of its own; `inputs`: for the client to come back. */
  readonly form: 'request' | 'inputs';
  readonly asks: readonly ServerAsk[];
  /** A key that a reader who ignores case takes for one that was read here. */
  readonly hasTwin: boolean;
};

const KINDS: ReadonlyMap<string, AskKind> = new Map([
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
  ['roots/list', 'roots'],
]);
const PLACE_KEYS = keySet(['inputRequests', 'task']);
const TASK_KEYS = keySet(['inputRequests']);
const ERROR_KEYS = keySet(['data']);
const DATA_KEYS = keySet(['elicitations']);
const ASK_KEYS = keySet(['method', 'params']);
const MESSAGE_KEYS = keySet(['message']);

const kindOf = (method: string | undefined): AskKind => KINDS.get(method ?? '') ?? 'other';
const stringOf = (node: JsonNode | undefined): JsonString | undefined => (node?.kind === 'string' ? node : undefined);

function elicited(params: JsonNode | undefined): {
  readonly message: JsonString | undefined;
  readonly hasTwin: boolean;
} {
  return { message: stringOf(member(params, 'message')), hasTwin: hasCaseTwin(params, MESSAGE_KEYS) };
}

type Found = ServerAsk & { readonly hasTwin: boolean };

function readAsk(node: JsonNode): Found {
  const kind = kindOf(stringMember(node, 'method'));
  const { message, hasTwin } = kind === 'elicitation' ? elicited(member(node, 'params')) : NOTHING_SAID;
  return { kind, message, hasTwin: hasTwin || hasCaseTwin(node, ASK_KEYS) };
}

const NOTHING_SAID = { message: undefined, hasTwin: false };

/** A map of them; whatever else stands in its place asks for something nobody knows. */
function readInputs(node: JsonNode | undefined): readonly Found[] {
  if (node === undefined || node.kind === 'null') return [];
  if (node.kind !== 'object') return [{ kind: 'other', ...NOTHING_SAID }];
  return node.members.map(({ value }) => readAsk(value));
}

function readElicitations(data: JsonNode | undefined): readonly Found[] {
  const elicitations = member(data, 'elicitations');
  if (elicitations?.kind !== 'array') return [];
  return elicitations.items.map((item) => ({ kind: 'elicitation' as const, ...elicited(item) }));
}

/** Undefined where nothing is asked, which is nearly every message; a `ping` asks for nothing but a sign of life. */
export function serverAsks(message: Message): ServerAsks | undefined {
  if (message.kind === 'request') {
    if (message.method === 'ping') return undefined;
    const kind = kindOf(message.method);
    const { message: words, hasTwin } = kind === 'elicitation' ? elicited(message.params) : NOTHING_SAID;
    return { form: 'request', asks: [{ kind, message: words }], hasTwin };
  }
  if (message.kind === 'notification') return inputsIn(message.params);
  return message.outcome.type === 'error' ? elicitationsIn(message.outcome.node) : inputsIn(message.outcome.node);
}

function inputs(found: readonly Found[], hasTwin: boolean): ServerAsks | undefined {
  if (found.length === 0 && !hasTwin) return undefined;
  return { form: 'inputs', asks: found, hasTwin: hasTwin || found.some((ask) => ask.hasTwin) };
}

function inputsIn(place: JsonNode | undefined): ServerAsks | undefined {
  const task = member(place, 'task');
  const found = [...readInputs(member(place, 'inputRequests')), ...readInputs(member(task, 'inputRequests'))];
  return inputs(found, hasCaseTwin(place, PLACE_KEYS) || hasCaseTwin(task, TASK_KEYS));
}

function elicitationsIn(error: JsonNode): ServerAsks | undefined {
  const data = member(error, 'data');
  return inputs(readElicitations(data), hasCaseTwin(error, ERROR_KEYS) || hasCaseTwin(data, DATA_KEYS));
}
