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
  for (const hit of [...group].sort(better)) {
    const at = lowerBound(kept, hit.start);
    const before = kept[at - 1];
    const after = kept[at];
    if (before !== undefined && before.end > hit.start) continue;
    if (after !== undefined && after.start < hit.end) continue;
    kept.splice(at, 0, hit);
  }
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
