/**
 * Where a value may go away with its member or its place in a list: inside what servers and clients make up themselves.
 * What MCP asks for stays, and is empty.
 */
import type { PathPart } from '#masking/finding-notes.ts';

const FREE_BELOW: ReadonlySet<PathPart> = new Set(['arguments', 'structuredContent', '_meta', 'data']);

/** `path`: from the root of a message. */
export function isFreePlace(path: readonly PathPart[]): boolean {
  const last = path.length - 1;
  for (let at = 0; at < last; at++) {
    const part = path[at];
    if (part !== undefined && FREE_BELOW.has(part)) return true;
    // what a person filled in; a list of contents is MCP's
    if (part === 'content' && typeof path[at + 1] === 'string') return true;
  }
  // of lists of plain values, such as those of a completion
  return typeof path[last] === 'number';
}
