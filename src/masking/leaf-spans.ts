/** Turns hits in a text of a walk into spans of the document: also those inside JSON that stands in a string. */
import type { Hit } from '#masking/engine/hit.ts';
import type { PathPart } from '#masking/finding-notes.ts';
import { spelledOffsets, type SpanNotes } from '#masking/span-notes.ts';
import type { JsonNode } from '#mcp/json.ts';

type Offset = (at: number) => number;

/** A text: the leaf it is in, and its offsets as offsets of that leaf. */
export class LeafPlace {
  readonly #notes: SpanNotes;
  readonly #path: readonly PathPart[];
  readonly #offset: Offset;

  constructor(notes: SpanNotes, path: readonly PathPart[], offset: Offset = (at) => at) {
    this.#notes = notes;
    this.#path = path;
    this.#offset = offset;
  }

  /** A text in this one. */
  within(offset: Offset): LeafPlace {
    return new LeafPlace(this.#notes, this.#path, (at) => this.#offset(offset(at)));
  }

  report() {
    return (hits: readonly Hit[]): void => {
      for (const hit of hits) this.add(hit.start, hit.end, hit);
    };
  }

  reportWhole(length: number, rule: string, type: string): void {
    if (length > 0) this.add(0, length, { type, rule, score: 1, reasons: ['name of the field'] });
  }

  /** For a walk over JSON in the text. */
  inside(): LeafSpans {
    return LeafSpans.in(this.#notes, this);
  }

  /** Where a node of JSON in the text stands. */
  of(text: string, node: JsonNode): LeafPlace {
    if (node.kind !== 'string') return this.within((at) => node.start + at);
    const spelled = spelledOffsets(text.slice(node.start, node.end));
    return this.within((at) => node.start + spelled(at));
  }

  add(
    start: number,
    end: number,
    { type, rule, score, reasons }: Pick<Hit, 'type' | 'rule' | 'score' | 'reasons'>,
    isKey = false,
  ): void {
    const span = { isKey, start: this.#offset(start), end: this.#offset(end), type, rule, score, reasons };
    this.#notes.add(this.#path, span);
  }
}

export class LeafSpans {
  readonly #notes: SpanNotes;
  /** For a walk over a string's text. */
  readonly #base: LeafPlace | undefined;

  private constructor(notes: SpanNotes, base?: LeafPlace) {
    this.#notes = notes;
    this.#base = base;
  }

  static of(notes: SpanNotes): LeafSpans {
    return new LeafSpans(notes);
  }

  static in(notes: SpanNotes, base: LeafPlace): LeafSpans {
    return new LeafSpans(notes, base);
  }

  at(path: readonly PathPart[], text: string, node: JsonNode): LeafPlace {
    return this.#base?.of(text, node) ?? new LeafPlace(this.#notes, [...path]);
  }

  /** `path`: with the key as its last part. */
  reportKey(path: readonly PathPart[]) {
    // a key of embedded JSON is not a leaf; where its member is has to do
    const leaf = this.#base === undefined ? new LeafPlace(this.#notes, [...path]) : undefined;
    return (hits: readonly Hit[]): void => {
      for (const hit of hits) leaf?.add(hit.start, hit.end, hit, true);
    };
  }

  /** Every scalar of a value that is replaced as a whole. */
  addField(path: readonly PathPart[], text: string, node: JsonNode, rule: string, type: string): void {
    if (node.kind === 'array') {
      for (const [index, item] of node.items.entries()) this.addField([...path, index], text, item, rule, type);
    } else if (node.kind === 'object') {
      for (const { key, value } of node.members) this.addField([...path, key], text, value, rule, type);
    } else if (node.kind === 'string' || node.kind === 'number') {
      const length = node.kind === 'string' ? node.value.length : node.text.length;
      this.at(path, text, node).reportWhole(length, rule, type);
    }
  }
}
