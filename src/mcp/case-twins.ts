/**
 * Keys that are not the one meant but that a careless reader takes for it. Go's `encoding/json`, and what copies it,
 * matches keys without regard to case and lets the last one win, so `{"method":"ping","Method":"tools/call"}` is two
 * different messages to two readers. Where a decision hangs on a key, its twins are refused.
 */
import type { JsonNode } from '#mcp/json.ts';

/** Upper, then lower case: unlike lower case alone this also folds ſ (U+017F) to s, as Unicode simple folding does. */
const fold = (key: string): string => key.toUpperCase().toLowerCase();

/** The keys a reader looks for, prepared for `hasCaseTwin`. */
export type KeySet = { readonly exact: ReadonlySet<string>; readonly folded: ReadonlySet<string> };

export const keySet = (keys: readonly string[]): KeySet => ({
  exact: new Set(keys),
  folded: new Set(keys.map(fold)),
});

/** Whether an object has a key that equals one of `keys` only when case is ignored. */
export function hasCaseTwin(node: JsonNode | undefined, keys: KeySet): boolean {
  if (node?.kind !== 'object') return false;
  for (const { key } of node.members) if (!keys.exact.has(key) && keys.folded.has(fold(key))) return true;
  return false;
}
