/** Where in a document what was found stands: for people who want to see it, never for the record. */
import { toPointer, type PathPart } from '#masking/finding-notes.ts';
import { LIMITS } from '#limits.ts';

export type FoundSpan = {
  /** JSON Pointer of the leaf; of the member, when the key itself was found. */
  readonly path: string;
  readonly isKey: boolean;
  /** UTF-16 offsets in the leaf's text, unescaped; of numbers in their spelling. */
  readonly start: number;
  readonly end: number;
  readonly type: string;
  readonly rule: string;
  readonly score: number;
  readonly reasons: readonly string[];
};

export class SpanNotes {
  readonly spans: FoundSpan[] = [];
  isTruncated = false;

  add(path: readonly PathPart[], span: Omit<FoundSpan, 'path'>): void {
    if (this.spans.length >= LIMITS.maskSpans) this.isTruncated = true;
    else this.spans.push({ path: toPointer(path), ...span });
  }
}

/** Offsets in an unescaped JSON string as offsets in its spelling: [at] of the character, counted from the opening quote. */
export function spelledOffsets(spelling: string): (offset: number) => number {
  if (!spelling.includes('\\')) return (offset) => offset + 1;
  const starts: number[] = [];
  for (let at = 1; at < spelling.length - 1;) {
    starts.push(at);
    if (spelling[at] !== '\\') at += 1;
    else at += spelling[at + 1] === 'u' ? 6 : 2;
  }
  starts.push(spelling.length - 1);
  return (offset) => starts[offset] ?? spelling.length - 1;
}
