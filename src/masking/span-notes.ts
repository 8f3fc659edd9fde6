/** Where in a document what was found stands: for people who want to see it, never for the record. */
import { toPointer, type Done, type PathPart } from '#masking/finding-notes.ts';
import type { MessagePlan, Verdict } from '#masking/plan-message.ts';
import { LIMITS } from '#limits.ts';

/** What the plan does with a value. */
export type Planned = Pick<Verdict, 'storeBy' | 'inlineBy'> & Done;

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
  readonly plan: Planned;
};

export class SpanNotes {
  readonly spans: FoundSpan[] = [];
  isTruncated = false;
  readonly #plan: MessagePlan;

  constructor(plan: MessagePlan) {
    this.#plan = plan;
  }

  add(path: readonly PathPart[], span: Omit<FoundSpan, 'path' | 'plan'>): void {
    if (this.spans.length >= LIMITS.maskSpans) {
      this.isTruncated = true;
      return;
    }
    const { store, inline, storeBy, inlineBy } = this.#plan.decide(span.type, path);
    const plan = {
      ...(store === undefined ? {} : { store: store.name }),
      ...(inline === undefined ? {} : { inline: inline.name }),
      storeBy,
      inlineBy,
    };
    this.spans.push({ path: toPointer(path), ...span, plan });
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
