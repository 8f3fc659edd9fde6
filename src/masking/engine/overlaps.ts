/** One answer for every character: of hits that overlap, the better one stays. */
import type { Hit } from '#masking/engine/hit.ts';

/** Secrets first: whatever else a part of one looks like. */
const rank = (hit: Hit): number => (hit.isValidated ? 2 : 0) + (hit.type === 'SECRET' ? 1 : 0);

/** Validated before guessed, secrets before others, longer before shorter, surer before less sure, earlier before later. */
const better = (a: Hit, b: Hit): number =>
  rank(b) - rank(a) ||
  b.end - b.start - (a.end - a.start) ||
  b.score - a.score ||
  a.start - b.start ||
  (a.rule < b.rule ? -1 : Number(a.rule > b.rule));

/** Of a value that overlaps a better one, what stands beside that: it is not left as it came. */
const BESIDE_CHARS_MIN = 4;

function beside(hit: Hit, kept: readonly Hit[]): readonly Hit[] {
  if (!hit.isValidated) return [];
  const pieces: Hit[] = [];
  let at = lowerBound(kept, hit.start);
  for (let start = Math.max(hit.start, kept[at - 1]?.end ?? 0); start < hit.end; at++) {
    const end = Math.min(hit.end, kept[at]?.start ?? hit.end);
    if (end - start >= BESIDE_CHARS_MIN) pieces.push({ ...hit, start, end });
    start = kept[at]?.end ?? hit.end;
  }
  return pieces;
}

/** Ascending, not overlapping; the same for the same hits in any order. */
export function resolveOverlaps(hits: readonly Hit[]): readonly Hit[] {
  if (hits.length <= 1) return hits;
  const byStart = [...hits].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Hit[] = [];
  // hits that touch each other, directly or through others, are settled among themselves
  for (let from = 0; from < byStart.length;) {
    let end = byStart[from]?.end ?? 0;
    let to = from + 1;
    for (; to < byStart.length && (byStart[to]?.start ?? 0) < end; to++) end = Math.max(end, byStart[to]?.end ?? 0);
    if (to - from === 1) kept.push(...byStart.slice(from, to));
    else kept.push(...settle(byStart.slice(from, to)));
    from = to;
  }
  return kept;
}

function settle(group: readonly Hit[]): Hit[] {
  const kept: Hit[] = [];
  const lost: Hit[] = [];
  for (const hit of [...group].sort(better)) {
    const at = lowerBound(kept, hit.start);
    const before = kept[at - 1];
    const after = kept[at];
    const overlaps = (before !== undefined && before.end > hit.start) || (after !== undefined && after.start < hit.end);
    if (overlaps) lost.push(hit);
    else kept.splice(at, 0, hit);
  }
  for (const hit of lost) for (const piece of beside(hit, kept)) kept.splice(lowerBound(kept, piece.start), 0, piece);
  return kept;
}

/** How many of the hits, ascending, begin at or before `start`. */
function lowerBound(hits: readonly Hit[], start: number): number {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hits[middle]?.start ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low;
}
