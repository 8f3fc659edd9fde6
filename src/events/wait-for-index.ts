/** Read your writes from another process than the one that indexes: waits until the index files are as far as the ledger was. */
import type { IndexedThrough } from '#events/book-index.ts';

const POLL_MS = 20;

export const hasReached = (indexed: IndexedThrough, sizes: Readonly<Record<string, number>>): boolean =>
  Object.entries(sizes).every(([shard, size]) => (indexed[shard] ?? 0) >= size);

/** Gives how far the index is: at least `sizes`, or what it was when `timeoutMs` were over. */
export async function waitForIndex(
  index: { readonly indexedThrough: () => IndexedThrough | Promise<IndexedThrough> },
  sizes: Readonly<Record<string, number>>,
  timeoutMs: number,
  sleep: (ms: number) => Promise<void>,
): Promise<IndexedThrough> {
  let indexed = await index.indexedThrough();
  for (let waited = 0; !hasReached(indexed, sizes) && waited < timeoutMs; waited += POLL_MS) {
    await sleep(POLL_MS);
    indexed = await index.indexedThrough();
  }
  return indexed;
}
