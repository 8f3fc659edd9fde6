/** What an engine finds, short enough to be compared with what somebody wrote down. */
import { ScanBudget } from '#masking/engine/budget.ts';
import { createEngine } from '#masking/engine/engine.ts';
import { ENTITIES } from '#masking/engine/entities.ts';
import { createKeyMeanings, NO_PLACE, placeOf } from '#masking/engine/place.ts';

const engine = createEngine({ types: new Set(ENTITIES) });
const keys = createKeyMeanings();

/** The found texts of one type, in order. `key`: the field that the text stands in. */
export function found(type: string, text: string, key?: string): string[] {
  const place = key === undefined ? NO_PLACE : placeOf(keys(key), undefined, () => []);
  const hits = engine.scan(text, place, new ScanBudget());
  if (!hits.ok) throw new Error(hits.error.code);
  return hits.value.filter((hit) => hit.type === type).map(({ start, end }) => text.slice(start, end));
}

/** Every hit as `TYPE text`. */
export function allFound(text: string, key?: string): string[] {
  const place = key === undefined ? NO_PLACE : placeOf(keys(key), undefined, () => []);
  const hits = engine.scan(text, place, new ScanBudget());
  if (!hits.ok) throw new Error(hits.error.code);
  return hits.value.map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
}
