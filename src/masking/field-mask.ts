/** Replaces values as a whole: what stands under the name of a secret, what nobody can look into, what is no text. */
import type { MediaKind } from '#masking/carriers/media.ts';
import type { Copies, LeafMask, Texts } from '#masking/leaf-mask.ts';
import type { LeafPlace } from '#masking/leaf-spans.ts';
import { isPlaceholder } from '#masking/operators.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';

export const FIELD_NAME_RULE = 'field-name';
export const UNREADABLE_RULE = 'unreadable';
export const MEDIA_RULE = 'media';
const SECRET = 'SECRET';
const MEDIA = 'MEDIA';

export class FieldMask {
  readonly #rules: WalkRules;
  readonly #notes: WalkNotes;
  readonly #leaf: LeafMask;
  readonly #pointer: () => string;
  readonly areFieldsInline: boolean;

  constructor(rules: WalkRules, notes: WalkNotes, leaf: LeafMask, pointer: () => string) {
    this.#rules = rules;
    this.#notes = notes;
    this.#leaf = leaf;
    this.#pointer = pointer;
    this.areFieldsInline = rules.inline.types.has(SECRET);
  }

  /** A text under the name of a secret. */
  field(value: string, copies: Copies, where: LeafPlace | undefined): Texts {
    if (value === '' || isPlaceholder(value)) return { stored: value, sent: value };
    if (copies.stored) where?.reportWhole(value.length, FIELD_NAME_RULE, SECRET);
    return this.#whole(value, copies, FIELD_NAME_RULE, this.areFieldsInline);
  }

  unreadable(value: string, copies: Copies): Texts {
    this.#notes.isOverBudget = true;
    return this.#whole(value, copies, UNREADABLE_RULE, this.#rules.inline.types.size > 0);
  }

  /** Exact secrets in it are still replaced. */
  media({ kind, bytes }: { readonly kind: MediaKind; readonly bytes: number }, value: string, copies: Copies): Texts {
    const { send, store } = this.#rules.media;
    this.noteMedia(kind, copies);
    const exact = this.#leaf.maskExact({ stored: value, sent: value }, { ...copies, stored: false });
    const put = (rule: 'allow' | 'drop' | 'hash', asIs: string): string => {
      if (rule === 'allow') return asIs;
      return rule === 'drop' ? '' : this.#rules.digests.media(kind, value, bytes);
    };
    return {
      stored: copies.stored ? put(store[kind], exact.sent) : value,
      sent: copies.inlineRules ? put(send[kind], exact.sent) : exact.sent,
    };
  }

  noteMedia(kind: MediaKind, copies: Copies): void {
    const { send, store } = this.#rules.media;
    if (copies.stored && store[kind] !== 'allow') this.#notes.stored.add(MEDIA_RULE, MEDIA, this.#pointer);
    if (copies.inlineRules && send[kind] !== 'allow') this.#notes.inline.add(MEDIA_RULE, MEDIA, this.#pointer);
  }

  #whole(value: string, copies: Copies, rule: string, isWanted: boolean): Texts {
    const isInline = copies.inlineRules && isWanted;
    if (copies.stored) this.#notes.stored.add(rule, SECRET, this.#pointer);
    if (isInline) this.#notes.inline.add(rule, SECRET, this.#pointer);
    return {
      stored: copies.stored ? this.#leaf.put(this.#rules.store, SECRET, value) : value,
      sent: isInline ? this.#leaf.put(this.#rules.inline.operator, SECRET, value) : value,
    };
  }
}
