/**
 * Brings the index up to the ledger, batch after batch, and keeps doing so however often it is poked. An index that cannot
 * be right (damaged, or of another ledger) is built again; any other fault is reported and tried again at the next poke.
 * Runs in the index worker and in `ledger reindex`.
 */
import { dropIndexFiles, saysDamaged } from '#events/index-files.ts';
import { type IndexStore, type IndexStoreOptions, openIndexStore } from '#events/index-store.ts';
import type { RecordSource } from '#events/source.ts';
import type { Limits } from '#limits.ts';

export type IndexProgress = { readonly indexedThrough: number; readonly size: number };

export type IndexLoopOptions = {
  readonly source: RecordSource;
  readonly store: IndexStoreOptions;
  readonly limits: Pick<Limits, 'indexBatchRecords'>;
  readonly onProgress: (progress: IndexProgress) => void;
  /** The index was dropped and is built again; why. */
  readonly onRebuild: (reason: string) => void;
  /** Results without their intent: the ledger's grammar has none. How many since the start. */
  readonly onUnmatched: (count: number) => void;
  /** Asked between batches. */
  readonly isStopping: () => boolean;
};

export class IndexLoop {
  readonly #options: IndexLoopOptions;
  #store: IndexStore | undefined;
  #unmatched = 0;

  constructor(options: IndexLoopOptions) {
    this.#options = options;
  }

  /** Returns when the watermark at the time of the last look is reached. Throws what cannot be helped by rebuilding; call again later. */
  async catchUp(): Promise<void> {
    try {
      await this.#catchUp();
    } catch (error) {
      this.close();
      if (!saysDamaged(error)) throw error;
      dropIndexFiles(this.#options.store.directory);
      this.#options.onRebuild(error instanceof Error ? error.message : String(error));
      // Once: an index that is damaged again while it is made new says more about the disk than about the index.
      await this.#catchUp();
    }
  }

  close(): void {
    this.#store?.close();
    this.#store = undefined;
  }

  async #catchUp(): Promise<void> {
    const { source, limits, onProgress, isStopping } = this.#options;
    const store = (this.#store ??= await this.#open());
    while (!isStopping()) {
      const { size } = await source.watermark();
      if (store.position().n >= size) {
        onProgress({ indexedThrough: store.position().n, size });
        return;
      }
      const { records, next } = await source.read(store.position(), limits.indexBatchRecords);
      if (records.length === 0)
        throw new Error(`the ledger has ${size} records but gives none from ${store.position().n} on`);
      store.apply(records, next);
      if (store.unmatched() > this.#unmatched) {
        this.#unmatched = store.unmatched();
        this.#options.onUnmatched(this.#unmatched);
      }
      onProgress({ indexedThrough: next.n, size: Math.max(size, next.n) });
    }
  }

  async #open(): Promise<IndexStore> {
    const { store: options, onRebuild } = this.#options;
    const opened = openIndexStore(options);
    if (opened.dropped !== undefined) onRebuild(opened.dropped);
    if (await this.#continuesLedger(opened.store)) return opened.store;
    opened.store.close();
    dropIndexFiles(options.directory);
    onRebuild('the ledger is not the one indexed');
    return openIndexStore(options).store;
  }

  /** A restored or replaced ledger under the same origin has other records, or fewer: the salted commitment of the last tells. */
  async #continuesLedger(store: IndexStore): Promise<boolean> {
    const last = store.lastIndexed();
    if (last === undefined) return true;
    try {
      const { records } = await this.#options.source.read(last.position, 1);
      return records[0]?.leaf.n === last.position.n && records[0].leaf.hc === last.hc;
    } catch {
      // Nothing readable there: a damaged ledger says so again when the rebuild reads it from the start.
      return false;
    }
  }
}
