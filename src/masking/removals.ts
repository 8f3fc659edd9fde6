/** Cuts members out of an object, or items out of an array, so that no comma is left over. */
import type { JsonEdit } from '#mcp/json.ts';

export type Extent = { readonly start: number; readonly end: number };

/** `parts`: of one container, in order. */
export function removals(parts: readonly Extent[], removed: ReadonlySet<number>): JsonEdit[] {
  const edits: JsonEdit[] = [];
  let isAnyKept = false;
  for (const [index, part] of parts.entries()) {
    if (!removed.has(index)) {
      isAnyKept = true;
      continue;
    }
    const before = parts[index - 1];
    // behind one that stays it goes with the comma in front; else with everything up to the next
    if (isAnyKept && before !== undefined) edits.push({ start: before.end, end: part.end, text: '' });
    else edits.push({ start: part.start, end: parts[index + 1]?.start ?? part.end, text: '' });
  }
  return edits;
}
