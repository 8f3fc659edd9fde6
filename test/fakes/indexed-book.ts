/** A book with a few calls in it and its index, as a stopped gateway leaves them. */
import type { TestContext } from 'node:test';
import { indexDirectory } from '#events/index-files.ts';
import { IndexLoop } from '#events/index-loop.ts';
import { openLedgerSource } from '#events/ledger-source.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { LIMITS } from '#limits.ts';
import { type Book, openBook } from './book.ts';

/** Brings the index of a book up to its ledger, in this thread. */
export async function indexBook(data: string, shard = 'a'): Promise<void> {
  const origin = `acme/${shard}`;
  const source = await openLedgerSource({ disk: nodeDisk, dataDirectory: data, origin, shard, firstShard: 'a' });
  if (!source.ok) throw new Error(source.error);
  const loop = new IndexLoop({
    source: source.value,
    store: { directory: indexDirectory(data, shard), origin, indexedTextBytes: LIMITS.indexedTextBytes },
    limits: LIMITS,
    onProgress: () => undefined,
    onRebuild: () => undefined,
    onUnmatched: () => undefined,
    isStopping: () => false,
  });
  await loop.catchUp();
  loop.close();
}

export type IndexedBook = Book & { readonly first: number; readonly second: number; readonly open: number };

/** Calls: `find` (Ada → Lovelace), `delete` (7 → gone) and `slow`, which has no result yet. */
export async function indexedBook(t: TestContext): Promise<IndexedBook> {
  const book = await openBook(t);
  const first = await book.call('find', { customer: 'Ada' }, 'Lovelace');
  const second = await book.call('delete', { id: 12345678901 }, 'gone');
  const open = await book.begin('slow', {});
  await indexBook(book.data);
  return { ...book, first, second, open };
}
