/**
 * What makes a message the message it is: JSON-RPC 2.0 section 4, and what a call or an answer is found by. It goes its way as it
 * came, whatever it looks like; in the record it is masked like all else. What no method asks for is a value like any other.
 */
import type { PathPart } from '#masking/finding-notes.ts';
import type { Direction } from '#masking/plan-rule.ts';

const ENVELOPE: ReadonlySet<PathPart> = new Set(['jsonrpc', 'id', 'method']);
/** By method, the member of `params` without which it does nothing. */
const OF_CLIENT: ReadonlyMap<string, PathPart> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['initialize', 'protocolVersion'],
]);
/** Either side cancels what it asked for. */
const OF_BOTH: ReadonlyMap<string, PathPart> = new Map([['notifications/cancelled', 'requestId']]);

export type MessageSender = 'client' | 'server';
export const senderOf = (direction: Direction): MessageSender => (direction === 'request' ? 'client' : 'server');

/** `path`: from the root of a message. */
export function isEnvelopePlace(path: readonly PathPart[], method: string, from: MessageSender): boolean {
  if (path.length > 2) return false;
  const [first = '', second = ''] = path;
  if (path.length === 1) return ENVELOPE.has(first);
  if (path.length !== 2 || first !== 'params') return false;
  return OF_BOTH.get(method) === second || (from === 'client' && OF_CLIENT.get(method) === second);
}
