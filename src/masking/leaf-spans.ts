/** Turns hits in a text of a walk into spans of the document: also those inside JSON that stands in a string. */
import type { Hit } from '#masking/engine/hit.ts';
import type { PathPart } from '#masking/finding-notes.ts';
import { spelledOffsets, type SpanNotes } from '#masking/span-notes.ts';
import type { JsonNode } from '#mcp/json.ts';

type Base = { readonly path: readonly PathPart[]; readonly offset: (at: number) => number };

export class LeafSpans {
  readonly #notes: SpanNotes;
  /** For a walk over a string's text: the string's leaf, and offsets of the text as offsets of the leaf. */
  readonly #base: Base | undefined;

  private constructor(notes: SpanNotes, base?: Base) {
    this.#notes = notes;
    this.#base = base;
  }

  static of(notes: SpanNotes): LeafSpans {
    return new LeafSpans(notes);
  }

  /** For the JSON in the string `node`. */
  inside(path: readonly PathPart[], text: string, node: JsonNode): LeafSpans {
    return new LeafSpans(this.#notes, this.#leafOf(path, text, node));
  }

  #leafOf(path: readonly PathPart[], text: string, node: JsonNode): Base {
    const base = this.#base;
    if (base === undefined) return { path: [...path], offset: (at) => at };
    if (node.kind !== 'string') return { path: base.path, offset: (at) => base.offset(node.start + at) };
    const spelled = spelledOffsets(text.slice(node.start, node.end));
    return { path: base.path, offset: (at) => base.offset(node.start + spelled(at)) };
  }

  /** `lengthBefore`: of the text when what stands at its start may have been replaced already; its end is as it was. */
  report(path: readonly PathPart[], text: string, node: JsonNode, lengthBefore?: number) {
    const leaf = this.#leafOf(path, text, node);
    return (hits: readonly Hit[], lengthNow?: number): void => {
      const shift = lengthBefore === undefined || lengthNow === undefined ? 0 : lengthBefore - lengthNow;
      for (const hit of hits) this.#add(leaf, hit.start + shift, hit.end + shift, hit);
    };
  }

  /** `path`: with the key as its last part. */
  reportKey(path: readonly PathPart[]) {
    const leaf = this.#base ?? { path: [...path], offset: (at: number) => at };
    // a key of embedded JSON is not a leaf; where its member is has to do
    return (hits: readonly Hit[]): void => {
      if (this.#base !== undefined) return;
      for (const hit of hits) this.#add(leaf, hit.start, hit.end, hit, true);
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
      const hit = { type, rule, score: 1, reasons: ['name of the field'] };
      if (length > 0) this.#add(this.#leafOf(path, text, node), 0, length, hit);
    }
  }

  #add(
    { path, offset }: Base,
    start: number,
    end: number,
    { type, rule, score, reasons }: Pick<Hit, 'type' | 'rule' | 'score' | 'reasons'>,
    isKey = false,
  ): void {
    this.#notes.add(path, { isKey, start: offset(start), end: offset(end), type, rule, score, reasons });
  }
}
