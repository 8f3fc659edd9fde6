/**
 * Masks one text, in the copy that is stored and in the one that is sent: exact secrets first, then what detectors find. It knows
 * nothing of where the text stands but its place and its pointer.
 */
import type { Engine } from '#masking/engine/engine.ts';
import type { Hit } from '#masking/engine/hit.ts';
import { NO_PLACE, type Place } from '#masking/engine/place.ts';
import type { FindingNotes } from '#masking/finding-notes.ts';
import type { Operator } from '#masking/operators.ts';
import type { SecretSet } from '#masking/secret-set.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';
import { spliceText } from '#mcp/json.ts';

/** Which copies a value is still in: a value inside a replaced one is in the sent copy only. */
export type Copies = { readonly stored: boolean; readonly inlineRules: boolean };
export type Texts = { readonly stored: string; readonly sent: string };

export const EXACT_SECRET_RULE = 'exact-secret';
export const OVER_BUDGET_RULE = 'over-budget';
const SECRET = 'SECRET';

type Report = (hits: readonly Hit[], textLength: number) => void;

export class LeafMask {
  readonly #rules: WalkRules;
  readonly #notes: WalkNotes;
  readonly #present: SecretSet;
  readonly #pointer: () => string;

  constructor(rules: WalkRules, notes: WalkNotes, present: SecretSet, pointer: () => string) {
    this.#rules = rules;
    this.#notes = notes;
    this.#present = present;
    this.#pointer = pointer;
  }

  maskExact(texts: Texts, copies: Copies): Texts {
    const { stored, sent } = texts;
    if (this.#present.isEmpty) return texts;
    if (stored === sent) {
      const { text, count } = this.spliceSecrets(stored);
      this.noteExact(copies, count, count);
      return { stored: text, sent: text };
    }
    // the copies already differ by a field's name or a detector, so each is searched by itself
    const storedHits = copies.stored ? this.spliceSecrets(stored) : { text: stored, count: 0 };
    const sentHits = this.spliceSecrets(sent);
    this.noteExact(copies, storedHits.count, sentHits.count);
    return { stored: storedHits.text, sent: sentHits.text };
  }

  spliceSecrets(text: string): { readonly text: string; readonly count: number } {
    const edits = this.#present.find(text).map(({ start, end, secret }) => {
      return { start, end, text: this.secretToken(secret) };
    });
    return edits.length === 0 ? { text, count: 0 } : { text: spliceText(text, edits), count: edits.length };
  }

  noteExact(copies: Copies, storedCount: number, sentCount: number): void {
    const { stored, inline } = this.#notes;
    if (copies.stored && storedCount > 0) stored.add(EXACT_SECRET_RULE, SECRET, this.#pointer, storedCount);
    if (sentCount > 0) inline.add(EXACT_SECRET_RULE, SECRET, this.#pointer, sentCount);
  }

  /** `report` hears what was found in the text that is stored, before it is replaced. */
  maskDetected(texts: Texts, place: Place, copies: Copies, engine: Engine, report?: Report): Texts {
    const { stored, sent } = texts;
    const isInline = copies.inlineRules && this.#rules.inline.types.size > 0;
    if (stored === sent) {
      if (!copies.stored && !isInline) return texts;
      const scanned = engine.scan(stored, place, this.#notes.budget);
      if (!scanned.ok) return this.#overBudget({ stored, sent }, copies, isInline);
      const hits = scanned.value;
      if (hits.length === 0) return texts;
      report?.(hits, stored.length);
      return {
        stored: copies.stored ? this.#replaceStored(stored, hits) : stored,
        sent: isInline ? this.#replaceSent(sent, hits) : sent,
      };
    }
    const ofStored = copies.stored ? engine.scan(stored, place, this.#notes.budget) : undefined;
    const ofSent = isInline ? engine.scan(sent, place, this.#notes.budget) : undefined;
    if (ofStored?.ok === false || ofSent?.ok === false) return this.#overBudget({ stored, sent }, copies, isInline);
    report?.(ofStored?.value ?? [], stored.length);
    return {
      stored: ofStored === undefined ? stored : this.#replaceStored(stored, ofStored.value),
      sent: ofSent === undefined ? sent : this.#replaceSent(sent, ofSent.value),
    };
  }

  /** What was not looked at to its end does not pass. */
  #overBudget({ stored, sent }: Texts, copies: Copies, isInline: boolean): Texts {
    this.#noteOverBudget(isInline);
    if (copies.stored) this.#notes.stored.add(OVER_BUDGET_RULE, SECRET, this.#pointer);
    if (isInline) this.#notes.inline.add(OVER_BUDGET_RULE, SECRET, this.#pointer);
    return { stored: copies.stored ? `[${SECRET}]` : stored, sent: isInline ? `[${SECRET}]` : sent };
  }

  #noteOverBudget(isInline: boolean): void {
    this.#notes.isOverBudget = true;
    if (isInline) this.#notes.isSentOverBudget = true;
  }

  /** A key as it is stored and as it is sent. `note` is for when the path shows it masked: a pointer must not show what was found. */
  maskKey(
    key: string,
    copies: Copies,
    engine: Engine | undefined,
    report?: Report,
  ): Texts & { readonly note: () => void } {
    const { text, count } = this.spliceSecrets(key);
    const isInline = copies.inlineRules && this.#rules.inline.types.size > 0;
    const noteExact = (): void => this.noteExact(copies, count, count);
    const scanned = engine?.scan(text, NO_PLACE, this.#notes.budget);
    if (scanned?.ok === false) {
      this.#noteOverBudget(isInline);
      const hidden = `[${SECRET}]`;
      return { stored: hidden, sent: isInline ? hidden : text, note: noteExact };
    }
    const hits = scanned?.value ?? [];
    if (count === 0 && hits.length > 0) report?.(hits, key.length);
    const { stored, inline } = this.#notes;
    return {
      stored: copies.stored ? this.#splice(text, hits, this.#rules.storeTypes, this.#rules.store) : text,
      sent: isInline ? this.#splice(text, hits, this.#rules.inline.types, this.#rules.inline.operator) : text,
      note: () => {
        noteExact();
        if (copies.stored) this.#noteHits(hits, this.#rules.storeTypes, stored);
        if (isInline) this.#noteHits(hits, this.#rules.inline.types, inline);
      },
    };
  }

  #noteHits(hits: readonly Hit[], types: ReadonlySet<string>, notes: FindingNotes): void {
    for (const { rule, type } of hits) if (types.has(type)) notes.add(rule, type, this.#pointer);
  }

  #splice(text: string, hits: readonly Hit[], types: ReadonlySet<string>, operator: Operator): string {
    const wanted = hits.filter((hit) => types.has(hit.type));
    if (wanted.length === 0) return text;
    return spliceText(
      text,
      wanted.map(({ start, end, type }) => ({ start, end, text: this.put(operator, type, text.slice(start, end)) })),
    );
  }

  #replaceStored(text: string, hits: readonly Hit[]): string {
    return this.#replace(text, hits, this.#rules.storeTypes, this.#rules.store, this.#notes.stored);
  }

  #replaceSent(text: string, hits: readonly Hit[]): string {
    const { types, operator } = this.#rules.inline;
    return this.#replace(text, hits, types, operator, this.#notes.inline);
  }

  #replace(
    text: string,
    hits: readonly Hit[],
    types: ReadonlySet<string>,
    operator: Operator,
    notes: FindingNotes,
  ): string {
    this.#noteHits(hits, types, notes);
    return this.#splice(text, hits, types, operator);
  }

  put(operator: Operator, type: string, value: string): string {
    if (this.#notes.tokensLeft-- > 0) return operator(type, value);
    this.#notes.isOverBudget = true;
    return `[${type}]`;
  }

  /** The token of an exact secret: there are few, which may stand in many places. */
  secretToken(secret: string): string {
    const known = this.#notes.tokens.get(secret);
    if (known !== undefined) return known;
    const token = this.put(this.#rules.store, SECRET, secret);
    this.#notes.tokens.set(secret, token);
    return token;
  }
}
