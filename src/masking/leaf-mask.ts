/**
 * Masks one text, in the copy that is stored and in the one that is sent: exact secrets first, then what detectors find. It knows
 * nothing of where the text stands but its place, its path and its pointer. Which operator takes the place of what, the plan says.
 */
import { isWordChar } from '#masking/engine/detector.ts';
import type { Engine } from '#masking/engine/engine.ts';
import type { Hit } from '#masking/engine/hit.ts';
import { NO_PLACE, type Place } from '#masking/engine/place.ts';
import type { PathPart } from '#masking/finding-notes.ts';
import { isTooLooseForSecrets, type Operator } from '#masking/operators/operator.ts';
import { redacted } from '#masking/operators/redact.ts';
import type { Verdict } from '#masking/plan-message.ts';
import { SECRET } from '#masking/plan-rule.ts';
import type { SecretSet } from '#masking/secret-set.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';
import { spliceText, type JsonEdit } from '#mcp/json.ts';

/** Which copies a value is still in: a value inside a replaced one is in the sent copy only. */
export type Copies = { readonly stored: boolean; readonly inlineRules: boolean };
export type Texts = { readonly stored: string; readonly sent: string };

const isInsideWord = (text: string, { start, end }: Hit): boolean =>
  (isWordChar(text, start - 1) && isWordChar(text, start)) || (isWordChar(text, end - 1) && isWordChar(text, end));

const EXACT_SECRET_RULE = 'exact-secret';
const OVER_BUDGET_RULE = 'over-budget';

type Report = (hits: readonly Hit[], textLength: number) => void;
/** `path`: from the root of the message; inside a string, of that string. Both are of the moment. */
export type LeafPlace = { readonly pointer: () => string; readonly path: readonly PathPart[] };
/** What takes the place of one value in each copy; undefined where it stays as it is. */
type Output = { readonly stored: string | undefined; readonly sent: string | undefined };

export class LeafMask {
  /** Set when a text goes away as a whole; whoever asked takes them back. */
  #dropsStored = false;
  #dropsSent = false;
  readonly #rules: WalkRules;
  readonly #notes: WalkNotes;
  readonly #present: SecretSet;
  readonly #pointer: () => string;
  readonly #path: readonly PathPart[];

  constructor(rules: WalkRules, notes: WalkNotes, present: SecretSet, place: LeafPlace) {
    this.#rules = rules;
    this.#notes = notes;
    this.#present = present;
    this.#pointer = place.pointer;
    this.#path = place.path;
  }

  /** Whether what was masked since the last time goes away, in each copy. */
  takeDrops(): { readonly stored: boolean; readonly sent: boolean } {
    const drops = { stored: this.#dropsStored, sent: this.#dropsSent };
    this.#dropsStored = false;
    this.#dropsSent = false;
    return drops;
  }

  /** A part of a text that goes away takes the text with it. */
  addDrops({ stored, sent }: { readonly stored: boolean; readonly sent: boolean }): void {
    this.#dropsStored ||= stored;
    this.#dropsSent ||= sent;
  }

  maskExact(texts: Texts, copies: Copies): Texts {
    const { stored, sent } = texts;
    if (this.#present.isEmpty) return texts;
    if (stored === sent) {
      const { text, count } = this.spliceSecrets(stored);
      this.noteExact(copies.stored, true, count);
      return { stored: text, sent: text };
    }
    // the copies already differ by a field's name or a detector, so each is searched by itself
    const storedHits = copies.stored ? this.spliceSecrets(stored) : { text: stored, count: 0 };
    const sentHits = this.spliceSecrets(sent);
    this.noteExact(true, false, storedHits.count);
    this.noteExact(false, true, sentHits.count);
    return { stored: storedHits.text, sent: sentHits.text };
  }

  spliceSecrets(text: string): { readonly text: string; readonly count: number } {
    const edits = this.#present.find(text).map(({ start, end, secret }) => {
      return { start, end, text: this.secretToken(secret) };
    });
    return edits.length === 0 ? { text, count: 0 } : { text: spliceText(text, edits), count: edits.length };
  }

  noteExact(isStored: boolean, isSent: boolean, count: number): void {
    if (count === 0) return;
    const { name } = this.#rules.forSecrets;
    const done = { ...(isStored ? { store: name } : {}), ...(isSent ? { inline: name } : {}) };
    this.#notes.findings.add(EXACT_SECRET_RULE, SECRET, this.#pointer, done, count);
  }

  /** `report` hears what was found in the text that is stored, before it is replaced. */
  maskDetected(texts: Texts, place: Place, copies: Copies, engine: Engine, report?: Report): Texts {
    const { stored, sent } = texts;
    const isInline = copies.inlineRules && this.#rules.plan.masksInline;
    if (stored === sent) {
      if (!copies.stored && !isInline) return texts;
      const scanned = engine.scan(stored, place, this.#notes.budget);
      if (!scanned.ok) return this.#overBudget(texts, copies, isInline);
      const hits = scanned.value;
      if (hits.length === 0) return texts;
      report?.(hits, stored.length);
      return this.#replace(stored, hits, copies);
    }
    const ofStored = copies.stored ? engine.scan(stored, place, this.#notes.budget) : undefined;
    const ofSent = isInline ? engine.scan(sent, place, this.#notes.budget) : undefined;
    if (ofStored?.ok === false || ofSent?.ok === false) return this.#overBudget(texts, copies, isInline);
    report?.(ofStored?.value ?? [], stored.length);
    return {
      stored: this.#replace(stored, ofStored?.value ?? [], { stored: true, inlineRules: false }).stored,
      sent: this.#replace(sent, ofSent?.value ?? [], { stored: false, inlineRules: true }).sent,
    };
  }

  /** What was not looked at to its end does not pass. */
  #overBudget({ stored, sent }: Texts, copies: Copies, isInline: boolean): Texts {
    this.#noteOverBudget(isInline);
    this.#notes.findings.add(OVER_BUDGET_RULE, SECRET, this.#pointer, {
      ...(copies.stored ? { store: 'redact' } : {}),
      ...(isInline ? { inline: 'redact' } : {}),
    });
    return { stored: copies.stored ? redacted(SECRET) : stored, sent: isInline ? redacted(SECRET) : sent };
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
    const isInline = copies.inlineRules && this.#rules.plan.masksInline;
    const noteExact = (): void => this.noteExact(copies.stored, true, count);
    const scanned = engine?.scan(text, NO_PLACE, this.#notes.budget);
    if (scanned?.ok === false) {
      this.#noteOverBudget(isInline);
      const hidden = redacted(SECRET);
      return { stored: hidden, sent: isInline ? hidden : text, note: noteExact };
    }
    const hits = scanned?.value ?? [];
    if (count === 0 && hits.length > 0) report?.(hits, key.length);
    const verdicts = this.#verdicts(text, hits);
    return {
      ...(hits.length === 0 ? { stored: text, sent: text } : this.#splice(text, hits, verdicts, copies)),
      note: () => {
        noteExact();
        this.#noteHits(hits, verdicts, copies);
      },
    };
  }

  #verdicts(text: string, hits: readonly Hit[]): readonly Verdict[] {
    return hits.map((hit, at) => {
      const touches = hits[at - 1]?.end === hit.start || hits[at + 1]?.start === hit.end;
      const verdict = this.#rules.plan.decide(hit.type, this.#path);
      const isShown = isTooLooseForSecrets(verdict.store?.name) || isTooLooseForSecrets(verdict.inline?.name);
      return isShown && (touches || isInsideWord(text, hit)) ? this.#withoutForm(verdict) : verdict;
    });
  }

  /** Beside other letters, digits and forms nobody would know again where a form begins and ends. */
  #withoutForm(verdict: Verdict): Verdict {
    const { forSecrets } = this.#rules;
    const hidden = (operator: Operator | undefined): Operator | undefined =>
      isTooLooseForSecrets(operator?.name) ? forSecrets : operator;
    const [store, inline] = [hidden(verdict.store), hidden(verdict.inline)];
    const isLooser = (store?.strictness ?? 0) < (inline?.strictness ?? 0);
    return { ...verdict, store: isLooser ? inline : store, inline };
  }

  /** Something is always put in the place of a secret in the stored copy. */
  secretVerdict(): Verdict {
    const verdict = this.#rules.plan.decide(SECRET, this.#path);
    return verdict.store === undefined ? { ...verdict, store: this.#rules.forSecrets } : verdict;
  }

  #replace(text: string, hits: readonly Hit[], copies: Copies): Texts {
    const verdicts = this.#verdicts(text, hits);
    this.#noteHits(hits, verdicts, copies);
    return this.#splice(text, hits, verdicts, copies);
  }

  #noteHits(hits: readonly Hit[], verdicts: readonly Verdict[], copies: Copies): void {
    for (const [index, { rule, type }] of hits.entries()) this.note(rule, type, verdicts[index], copies);
  }

  note(rule: string, type: string, verdict: Verdict | undefined, copies: Copies): void {
    if (verdict === undefined) return;
    const { store, inline } = verdict;
    this.#notes.findings.add(rule, type, this.#pointer, {
      ...(copies.stored && store !== undefined ? { store: store.name } : {}),
      ...(copies.inlineRules && inline !== undefined ? { inline: inline.name } : {}),
    });
    if (verdict.isBlocked && copies.inlineRules) this.#notes.isBlocked = true;
  }

  #splice(text: string, hits: readonly Hit[], verdicts: readonly Verdict[], copies: Copies): Texts {
    const stored: JsonEdit[] = [];
    const sent: JsonEdit[] = [];
    for (const [index, { start, end, type }] of hits.entries()) {
      const verdict = verdicts[index];
      if (verdict === undefined) continue;
      const output = this.output(verdict, type, text.slice(start, end), copies);
      if (output.stored !== undefined) stored.push({ start, end, text: output.stored });
      if (output.sent !== undefined) sent.push({ start, end, text: output.sent });
    }
    return {
      stored: stored.length === 0 ? text : spliceText(text, stored),
      sent: sent.length === 0 ? text : spliceText(text, sent),
    };
  }

  /** One budget for both copies of a value, so that neither is the looser one. */
  output({ store, inline }: Pick<Verdict, 'store' | 'inline'>, type: string, value: string, copies: Copies): Output {
    const [one, other] = [copies.stored ? store : undefined, copies.inlineRules ? inline : undefined];
    if (one === undefined && other === undefined) return { stored: undefined, sent: undefined };
    this.addDrops({ stored: one?.name === 'drop', sent: other?.name === 'drop' });
    const isSpent = this.#notes.tokensLeft-- <= 0;
    if (isSpent) this.#notes.isOverBudget = true;
    const put = (operator: Operator): string => (isSpent ? redacted(type) : operator.put(type, value));
    const stored = one === undefined ? undefined : put(one);
    return { stored, sent: other === undefined ? undefined : other === one ? stored : put(other) };
  }

  /** The token of an exact secret: there are few, which may stand in many places. */
  secretToken(secret: string): string {
    const known = this.#notes.tokens.get(secret);
    if (known !== undefined) return known;
    const isSpent = this.#notes.tokensLeft-- <= 0;
    if (isSpent) this.#notes.isOverBudget = true;
    const token = isSpent ? redacted(SECRET) : this.#rules.forSecrets.put(SECRET, secret);
    this.#notes.tokens.set(secret, token);
    return token;
  }
}
