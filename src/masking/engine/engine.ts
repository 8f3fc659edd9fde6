/**
 * Finds what is sensitive in one text. Each detector is asked only when its gate lets the text through; what they
 * propose is settled so that no two hits overlap. The same text under the same key gives the same hits, always.
 */
import { builtInDetectors } from '#masking/detectors/built-in.ts';
import { OVER_BUDGET, ScanBudget, type ScanFault } from '#masking/engine/budget.ts';
import type { Detector } from '#masking/engine/detector.ts';
import type { Hit } from '#masking/engine/hit.ts';
import { Gates } from '#masking/engine/gates.ts';
import { resolveOverlaps } from '#masking/engine/overlaps.ts';
import { NO_PLACE, type Place } from '#masking/engine/place.ts';
import { Scan } from '#masking/engine/scan.ts';
import { decodedView, edgeOf, needsView, viewWindows, type View, type Window } from '#masking/engine/views.ts';
import { PLACEHOLDERS, type Placeholders } from '#masking/operators/placeholders.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

export type Engine = {
  /** Hits in order, none overlapping. A fault means that the text was not looked at to its end: then nothing of it may pass. */
  scan(text: string, place: Place, budget: ScanBudget): Result<readonly Hit[], ScanFault>;
};

export type EngineSettings = {
  /** What is looked for. */
  readonly types: ReadonlySet<string>;
  /** Besides the built-in ones: locale packs, patterns of the operator. */
  readonly detectors?: readonly Detector[];
  /** What stands in the place of a value already. */
  readonly placeholders?: Placeholders;
  /** Longer texts are looked at again only around what a decoder would read otherwise. */
  readonly windowsFrom?: number;
};

const WINDOWS_FROM = 8_192;

/** Shorter texts hold nothing that any detector looks for, but a name. */
const CHARS_MIN = 2;
/** A view costs as much as a few texts of its length. */
const VIEW_COST = 4;
const ROUNDS_MAX = 4;
const NOTHING: Result<readonly Hit[], ScanFault> = ok([]);

export function createEngine({
  types,
  detectors = [],
  placeholders: masked = PLACEHOLDERS,
  windowsFrom = WINDOWS_FROM,
}: EngineSettings): Engine {
  const active = [...builtInDetectors(), ...detectors].filter((detector) =>
    detector.types.some((type) => types.has(type)),
  );
  const gates = new Gates(active);
  const scan = new Scan(new ScanBudget());
  /** Whether further detectors would change nothing. */
  const isEnough = (detector: Detector): boolean => {
    detector.find(scan);
    return scan.budget.isExhausted || scan.isFull;
  };
  // others than the built-in ones may find something in anything
  const isNothing =
    detectors.length > 0
      ? (text: string): boolean => text === ''
      : (text: string, place: Place): boolean =>
          text.length < CHARS_MIN || (text.length <= STAMP_CHARS_MAX && isStamp(text, place));

  const ask = (text: string, place: Place, budget: ScanBudget): void => {
    scan.begin(text, place, budget);
    const { profile } = scan;
    profile.read(text);
    gates.each(profile, isEnough);
  };

  /** As a decoder would read it. */
  const decoded = (text: string, place: Place, budget: ScanBudget): readonly Hit[] | undefined => {
    if (!budget.spend(text.length * VIEW_COST)) return [];
    const view = decodedView(text);
    if (view === undefined) return [];
    ask(view.text, place, budget);
    return scan.isFull ? undefined : scan.hits.map((hit) => mappedBack(hit, view));
  };

  /** In parts of it alone: elsewhere it says what it says. */
  const decodedIn = (
    windows: readonly Window[],
    text: string,
    place: Place,
    budget: ScanBudget,
  ): readonly Hit[] | undefined => {
    const seen: Hit[] = [];
    for (const window of windows) {
      const hits = decoded(text.slice(window.start, window.end), place, budget);
      if (hits === undefined) return undefined;
      for (const hit of hits) {
        const where = edgeOf(window, text.length, hit);
        // longer than the part
        if (where === 'cut') return decoded(text, place, budget);
        if (where === 'inside') seen.push({ ...hit, start: hit.start + window.start, end: hit.end + window.start });
      }
    }
    return seen;
  };

  /** What is found in the text as it is, and as a decoder would read it; undefined when that is too much to tell apart. */
  const find = (text: string, place: Place, budget: ScanBudget): readonly Hit[] | undefined => {
    if (!budget.spend(text.length)) return [];
    ask(text, place, budget);
    const { hits } = scan;
    if (scan.isFull) return undefined;
    if (!needsView(text, scan.profile)) return hits;
    const windows = detectors.length === 0 && text.length > windowsFrom ? viewWindows(text) : undefined;
    const seen = windows === undefined ? decoded(text, place, budget) : decodedIn(windows, text, place, budget);
    if (seen === undefined || seen.length + hits.length > 2 * LIMITS.maskingCandidates) return undefined;
    return seen.length === 0 ? hits : [...hits, ...seen];
  };

  return {
    scan(text, place, budget) {
      if (isNothing(text, place)) return NOTHING;
      const placeholders = masked.spans(text);
      let seen = blanked(text, placeholders);
      let found: readonly Hit[] = [];
      // what was beside a value, or in it, may look different once that is masked
      for (let round = 0; ; round++) {
        const seenHits = find(seen, place, budget);
        if (seenHits === undefined) return err(OVER_BUDGET);
        const hits =
          seenHits.length === 0
            ? seenHits
            : resolveOverlaps(besides([...placeholders, ...found].sort(byStart), seenHits));
        if (hits.length === 0) break;
        // peeled one by one for ever: nobody writes so, and nothing of it passes
        if (round === ROUNDS_MAX) return err(OVER_BUDGET);
        found = found.length === 0 ? hits : [...found, ...hits].sort(byStart);
        const [only] = found;
        if (found.length === 1 && only?.start === 0 && only.end === text.length) break;
        seen = blanked(seen, hits);
      }
      scan.begin('', NO_PLACE, budget);
      if (budget.isExhausted) return err(OVER_BUDGET);
      return found.length === 0 ? NOTHING : ok(found);
    },
  };
}

/** The longest RFC 3339 timestamp that anybody writes, and a UUID (RFC 9562), are no longer. */
const STAMP_CHARS_MAX = 36;
const TIMESTAMP = /^[12]\d{3}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A moment or a drawn id and nothing else: every other field of many documents, and nothing that any detector looks for where the key says nothing. */
function isStamp(text: string, place: Place): boolean {
  if (place.types.length > 0 || place.isSecret || text.length < 10) return false;
  if (text[4] === '-') return TIMESTAMP.test(text);
  return text.length === STAMP_CHARS_MAX && text[8] === '-' && UUID.test(text);
}

type Span = { readonly start: number; readonly end: number };

/** The text with other text of the same length in the place of spans: it has no words that say anything, and no digits. */
function blanked(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    pieces.push(text.slice(at, start), `[${'~'.repeat(Math.max(0, end - start - 2))}]`.slice(0, end - start));
    at = end;
  }
  return pieces.join('') + text.slice(at);
}

const mappedBack = (hit: Hit, view: View): Hit => ({
  ...hit,
  start: view.startOf(hit.start),
  end: view.endOf(hit.end - 1),
});

const byStart = (a: Span, b: Span): number => a.start - b.start;

/** The index of the first span that ends behind `at`; they are in order and do not overlap. */
function firstBehind(spans: readonly Span[], at: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.end ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Less of a value is not worth a token of its own. */
const PIECE_CHARS_MIN = 4;

/** What stands in the place of a value is masked already; what a hit has on either side of it is not. */
function besides(masked: readonly Span[], hits: readonly Hit[]): readonly Hit[] {
  if (masked.length === 0 || hits.length === 0) return hits;
  return hits.flatMap((hit) => {
    const inside: Span[] = [];
    for (let at = firstBehind(masked, hit.start); at < masked.length; at++) {
      const span = masked[at];
      if (span === undefined || span.start >= hit.end) break;
      inside.push(span);
    }
    const pieces: Hit[] = [];
    let at = hit.start;
    for (const { start, end } of [...inside, { start: hit.end, end: hit.end }]) {
      if (inside.length === 0 || start - at >= PIECE_CHARS_MIN) pieces.push({ ...hit, start: at, end: start });
      at = Math.max(at, end);
    }
    return pieces;
  });
}
