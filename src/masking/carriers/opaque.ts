/**
 * Values that one side made and the other hands back unread: where a message has them. What is sent keeps them as they are:
 * whoever made them would not know them again. Exact places only: what a tool calls `cursor` is a value like any other.
 */
import type { PathPart } from '#masking/finding-notes.ts';

/** `*` stands for one part. Cursors and progress: all revisions; tasks: 2025-11-25; `requestState`, subscriptions: 2026-07-28. */
const PLACES: readonly (readonly string[])[] = [
  'params cursor',
  'result nextCursor',
  'params progressToken',
  'params _meta progressToken',
  'params requestState',
  'result requestState',
  'params taskId',
  'result taskId',
  'result task taskId',
  'result tasks * taskId',
  'params _meta io.modelcontextprotocol/related-task taskId',
  'result _meta io.modelcontextprotocol/related-task taskId',
  'params notifications taskIds *',
].map((place) => place.split(' '));

const KEYS: ReadonlySet<string> = new Set(['cursor', 'nextCursor', 'progressToken', 'requestState', 'taskId']);

/** Whether a message's path leads to such a value, or to one of a list of them. */
export function isOpaquePlace(path: readonly PathPart[]): boolean {
  const last = path.at(-1);
  if (typeof last === 'string' ? !KEYS.has(last) : path.at(-2) !== 'taskIds') return false;
  return PLACES.some(
    (place) => place.length === path.length && place.every((part, at) => part === '*' || part === path[at]),
  );
}
