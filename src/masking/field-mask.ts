/** Replaces values as a whole: what stands under the name of a secret, what nobody can look into, what is no text. */
import type { MediaKind } from '#masking/carriers/media.ts';
import type { Copies, LeafMask, Texts } from '#masking/leaf-mask.ts';
import type { LeafPlace } from '#masking/leaf-spans.ts';
import type { Verdict } from '#masking/plan-message.ts';
import { SECRET } from '#masking/plan-rule.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';

export const FIELD_NAME_RULE = 'field-name';
export const UNREADABLE_RULE = 'unreadable';
export const MEDIA_RULE = 'media';
const MEDIA = 'MEDIA';
/** A digest stands for the same bytes everywhere, as a token does for a text. */
const MEDIA_OPERATORS = { drop: 'drop', hash: 'token' } as const;

export class FieldMask {
  readonly #rules: WalkRules;
  readonly #notes: WalkNotes;
  readonly #leaf: LeafMask;
  readonly #pointer: () => string;

  constructor(rules: WalkRules, notes: WalkNotes, leaf: LeafMask, pointer: () => string) {
    this.#rules = rules;
    this.#notes = notes;
    this.#leaf = leaf;
    this.#pointer = pointer;
  }

  /** A text under the name of a secret. */
  field(value: string, copies: Copies, where: LeafPlace | undefined): Texts {
    if (value === '' || this.#rules.placeholders.isWhole(value)) return { stored: value, sent: value };
    if (copies.stored) where?.reportWhole(value.length, FIELD_NAME_RULE, SECRET);
    return this.#whole(value, copies, FIELD_NAME_RULE, this.#leaf.secretVerdict());
  }

  unreadable(value: string, copies: Copies): Texts {
    this.#notes.isOverBudget = true;
    const verdict = this.#leaf.secretVerdict();
    const { plan, forSecrets } = this.#rules;
    const isHidden = verdict.inline === undefined && plan.masksInline;
    return this.#whole(value, copies, UNREADABLE_RULE, isHidden ? { ...verdict, inline: forSecrets } : verdict);
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
    this.#notes.findings.add(MEDIA_RULE, MEDIA, this.#pointer, {
      ...(copies.stored && store[kind] !== 'allow' ? { store: MEDIA_OPERATORS[store[kind]] } : {}),
      ...(copies.inlineRules && send[kind] !== 'allow' ? { inline: MEDIA_OPERATORS[send[kind]] } : {}),
    });
  }

  #whole(value: string, copies: Copies, rule: string, verdict: Verdict): Texts {
    this.#leaf.note(rule, SECRET, verdict, copies);
    const { stored, sent } = this.#leaf.output(verdict, SECRET, value, copies);
    return { stored: stored ?? value, sent: sent ?? value };
  }
}
