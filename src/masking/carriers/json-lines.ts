/** JSON in a text: at its start, and at the start of any later line, as JSON lines are and what Markdown fences in. */
import { readEmbedded, type JsonFault, type JsonLimits, type JsonNode } from '#mcp/json.ts';
import { err, ok, type Result } from '#result.ts';

/** Offsets of roots are those of the text. */
export type JsonRun = { readonly start: number; readonly end: number; readonly roots: readonly JsonNode[] };

/** Cheap: most strings are no JSON. `opensJson` decides. */
const AT_START = /^\s*[[{"]/;
/** What may follow an opening bracket: not `[INFO]`, not a link of Markdown. */
const LINE_START = /\n[ \t]*(?=\{[ \t\r]*["\n}]|\[[ \t\r]*[-\n[{"\]0-9tfn])/g;
/** Text read for nothing, in lengths of the text: what is read again and again would cost its square. */
const FAILED_LENGTHS_MAX = 8;

const TOO_MANY: JsonFault = { code: 'too_many', offset: 0, message: 'too much that begins like JSON and is none' };

export function mayHoldJson(text: string): boolean {
  const first = text.charCodeAt(0);
  const isLetter = (first >= 0x61 && first <= 0x7a) || (first >= 0x41 && first <= 0x5a);
  return (!isLetter && AT_START.test(text)) || text.includes('\n');
}

/** Runs in their order; what does not parse is text. Errors: `too_deep`, `too_many`. */
export function jsonRuns(text: string, { depth, nodes }: JsonLimits): Result<readonly JsonRun[], JsonFault> {
  const runs: JsonRun[] = [];
  let nodesLeft = nodes;
  let failedLeft = text.length * FAILED_LENGTHS_MAX;
  let at = AT_START.test(text) ? 0 : nextStart(text, 0);
  while (at !== -1) {
    const read = readEmbedded(text, at, { depth, nodes: nodesLeft });
    if (!read.ok) return read;
    const { roots, readTo } = read.value;
    const last = roots.at(-1);
    if (last === undefined) {
      failedLeft -= readTo - at;
      if (failedLeft < 0) return err(TOO_MANY);
      at = nextStart(text, at);
    } else {
      runs.push({ start: at, end: last.end, roots });
      failedLeft -= readTo - last.end;
      if (failedLeft < 0) return err(TOO_MANY);
      ({ nodesLeft } = read.value);
      at = nextStart(text, last.end);
    }
  }
  return ok(runs);
}

function nextStart(text: string, from: number): number {
  LINE_START.lastIndex = from;
  const match = LINE_START.exec(text);
  return match === null ? -1 : match.index + match[0].length;
}
