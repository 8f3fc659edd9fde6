/**
 * What a server gives out in the answer to one call and expects back in a later one: the id of a task (2025-11-25 and the
 * tasks extension) and a `requestState` (2026-07-28, Multi Round-Trip Requests). Where it stands in a message, no more.
 */
import { member, stringMember } from '#mcp/json.ts';
import type { JsonNode } from '#mcp/json.ts';
import type { Message, RequestMessage, ResponseMessage } from '#mcp/jsonrpc.ts';
import { isAboutTask } from '#mcp/methods.ts';

export type MadeId =
  /** `ttlMs`: how long the server promises to keep it; undefined for no end or none said. */
  | { readonly kind: 'task'; readonly id: string; readonly ttlMs: number | undefined }
  | { readonly kind: 'state'; readonly id: string };

function ttlOf(node: JsonNode | undefined): number | undefined {
  const ttlMs = node?.kind === 'number' ? Number(node.text) : Number.NaN;
  return Number.isFinite(ttlMs) && ttlMs >= 0 ? ttlMs : undefined;
}

function taskIn(task: JsonNode | undefined, ttlKey: 'ttl' | 'ttlMs'): MadeId | undefined {
  const id = stringMember(task, 'taskId');
  return id === undefined ? undefined : { kind: 'task', id, ttlMs: ttlOf(member(task, ttlKey)) };
}

/**
 * What this answer makes: a flat task under `resultType: "task"`, one under `task`, as 2025-11-25 has it, or the state of
 * a request that wants input. Whoever asked does not count: a server may make a task that nobody asked for.
 */
export function madeBy(asked: RequestMessage, answer: ResponseMessage): MadeId | undefined {
  if (answer.outcome.type !== 'result' || isAboutTask(asked.method)) return undefined;
  const { node } = answer.outcome;
  const type = stringMember(node, 'resultType');
  if (type === 'task') return taskIn(node, 'ttlMs');
  if (type === 'input_required') {
    const state = stringMember(node, 'requestState');
    return state === undefined ? undefined : { kind: 'state', id: state };
  }
  return taskIn(member(node, 'task'), 'ttl');
}

/** The wish that the answer be fetched as a task (MCP 2025-11-25, Tasks), which says nothing else. */
export const isTaskWish = (task: JsonNode | undefined): boolean =>
  task?.kind === 'object' &&
  task.members.every(({ key, value }) => key === 'ttl' && ['number', 'null'].includes(value.kind));

/** The state a request brings back. */
export const requestStateOf = (message: RequestMessage): string | undefined =>
  stringMember(message.params, 'requestState');

/** It brings what another request of its server asked for (MCP 2026-07-28, Multi Round-Trip Requests). */
export const isFurtherRound = ({ params }: RequestMessage): boolean =>
  member(params, 'requestState') !== undefined || member(params, 'inputResponses') !== undefined;

const TASK_NEWS: ReadonlySet<string> = new Set(['notifications/tasks/status', 'notifications/tasks']);
const RELATED_TASK = 'io.modelcontextprotocol/related-task';

/** The task a notification or request of the server is about: the one it tells the state of, or its `related-task`. */
export function taskOfServerMessage(message: Message): { readonly id: string; readonly isNews: boolean } | undefined {
  if (message.kind === 'response') return undefined;
  const isNews = TASK_NEWS.has(message.method);
  const id = isNews
    ? (stringMember(message.params, 'taskId') ?? '')
    : stringMember(member(member(message.params, '_meta'), RELATED_TASK), 'taskId');
  return id === undefined ? undefined : { id, isNews };
}
