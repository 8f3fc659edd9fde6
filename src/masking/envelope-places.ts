/**
 * What makes a message the message it is: JSON-RPC 2.0 section 4, and what a call or an answer is found by. It goes its way as it
 * came, whatever it looks like; in the record it is masked like all else.
 */
import type { PathPart } from '#masking/finding-notes.ts';

const ENVELOPE: ReadonlySet<PathPart> = new Set(['jsonrpc', 'id', 'method']);
const OF_PARAMS: ReadonlySet<PathPart> = new Set(['name', 'protocolVersion', 'requestId', 'subscriptionId']);

/** Of a path from the root of a message. */
export function isEnvelopePlace(path: readonly PathPart[]): boolean {
  if (path.length > 2) return false;
  const [first = '', second = ''] = path;
  return path.length === 1 ? ENVELOPE.has(first) : path.length === 2 && first === 'params' && OF_PARAMS.has(second);
}
