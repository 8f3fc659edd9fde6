/** Read your writes from another process than the one that indexes: waits until the index files are as far as the ledger was. */
import type { IndexReader } from '#events/index-reader.ts';

const POLL_MS = 20;

/** Gives how far the index is: at least `size`, or what it was when `timeoutMs` were over. */
export async function waitForIndex(
  index: Pick<IndexReader, 'indexedThrough'>,
  size: number,
  timeoutMs: number,
  sleep: (ms: number) => Promise<void>,
): Promise<number> {
  let indexedThrough = index.indexedThrough();
  for (let waited = 0; indexedThrough < size && waited < timeoutMs; waited += POLL_MS) {
    await sleep(POLL_MS);
    indexedThrough = index.indexedThrough();
  }
  return indexedThrough;
}
