/** The way back from offsets of an edited text to those of the text before. */
import type { JsonEdit } from '#mcp/json.ts';

export type Told = (at: number) => number;

/** What an edit put in counts as where it was put. */
export function toldOffset(edits: readonly JsonEdit[]): Told {
  if (edits.length === 0) return (at) => at;
  const sorted = [...edits].sort((a, b) => a.start - b.start);
  return (at) => {
    let shift = 0;
    for (const { start, end, text } of sorted) {
      if (at + shift < start) break;
      const after = start - shift + text.length;
      if (at < after) return start;
      shift += end - start - text.length;
    }
    return at + shift;
  };
}
