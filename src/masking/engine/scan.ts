/**
 * One text while detectors look at it: the text, what it stands under, and the candidates. A detector proposes
 * with how sure its shape and checks make it; key and words around it are weighed here, the same for all.
 */
import type { ScanBudget } from '#masking/engine/budget.ts';
import { nearestWord, wordAfter } from '#masking/engine/context.ts';
import { mentionsIn } from '#masking/engine/mentions.ts';
import { LIMITS } from '#limits.ts';
import { SCORE_MIN, type Hit } from '#masking/engine/hit.ts';
import { NO_PLACE, type Place } from '#masking/engine/place.ts';
import { HAS, TextProfile } from '#masking/engine/text-profile.ts';
import { AFTER_WORDS, CONTEXT_WORDS, NEGATIVE_WORDS } from '#masking/words/context-words.ts';

export type Candidate = {
  readonly start: number;
  readonly end: number;
  readonly type: string;
  readonly rule: string;
  /** Before key and context. */
  readonly base: number;
  readonly isValidated?: boolean;
  /** What the checks said, for `reasons`. */
  readonly because?: string;
  /** Keys and words that speak against numbers do not speak against this one: its shape is no number's. */
  readonly isImmune?: boolean;
};

const KEY_BONUS = 0.45;
const WORD_BONUS = 0.4;
const MALUS = 0.5;
const UNKNOWN = -1;
const CANDIDATES_MAX = LIMITS.maskingCandidates;

export class Scan {
  text = '';
  place: Place = NO_PLACE;
  readonly profile = new TextProfile();
  budget: ScanBudget;
  hits: Hit[] = [];
  #mentions = UNKNOWN;
  /** More than `maskingCandidates` are not weighed, and then the text is not masked in parts. */
  proposals = 0;

  constructor(budget: ScanBudget) {
    this.budget = budget;
  }

  begin(text: string, place: Place, budget: ScanBudget): void {
    this.text = text;
    this.place = place;
    this.budget = budget;
    this.hits = [];
    this.proposals = 0;
    this.#mentions = UNKNOWN;
  }

  /** Bits of `MENTIONS`: looked for when the first detector asks. */
  get mentions(): number {
    if (this.#mentions === UNKNOWN) this.#mentions = mentionsIn(this.text, (this.profile.mask & HAS.nonAscii) !== 0);
    return this.#mentions;
  }

  /** Whether the key, or the label beside the value, names this type. */
  isKeyed(type: string): boolean {
    return this.place.types.includes(type);
  }

  /** The word of this type's context nearest before the place, unless one that speaks against it is nearer. */
  contextBefore(start: number, type: string): string | undefined {
    const words = CONTEXT_WORDS[type];
    if (words === undefined) return undefined;
    const nearest = nearestWord(this.text, start, words, NEGATIVE_WORDS);
    return nearest !== undefined && words.has(nearest) ? nearest : undefined;
  }

  /** Further candidates change nothing. */
  get isFull(): boolean {
    return this.proposals > CANDIDATES_MAX;
  }

  propose(candidate: Candidate): void {
    const { start, end, type, rule, base, isValidated = false, because, isImmune = false } = candidate;
    this.budget.spend(64);
    this.proposals++;
    if (this.isFull) return;
    const reasons: string[] = because === undefined ? [] : [because];
    let score = base;
    const words = CONTEXT_WORDS[type];
    if (this.isKeyed(type)) {
      score += KEY_BONUS;
      reasons.push(`key names ${type}`);
    } else if (words !== undefined || !isImmune) {
      const nearest = nearestWord(this.text, start, words, NEGATIVE_WORDS);
      if (nearest !== undefined && words?.has(nearest) === true) {
        score += WORD_BONUS;
        reasons.push(`word before: ${nearest}`);
      } else {
        const isAgainst = nearest !== undefined || this.place.against !== 'nothing';
        const after = isAgainst ? undefined : wordAfter(this.text, end, AFTER_WORDS[type]);
        if (after !== undefined) {
          score += WORD_BONUS;
          reasons.push(`word after: ${after}`);
        } else if (isAgainst && !isImmune) {
          score -= MALUS;
        }
      }
    }
    if (score < SCORE_MIN) return;
    this.hits.push({ start, end, type, rule, score: Math.min(1, score), isValidated, reasons });
  }
}
