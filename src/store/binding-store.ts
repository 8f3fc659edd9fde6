/** Bindings in `state.db`: read here, written by a thread of their own. */
import { Worker } from 'node:worker_threads';
import type { BindingStore, BindingWrite, WriteOutcome } from '#bindings/binding.ts';
import type { WriterSettings } from '#store/binding-messages.ts';
import { openBindingTable } from '#store/binding-table.ts';
import { WriterThread } from '#store/writer-thread.ts';

export type BindingStoreOptions = WriterSettings & {
  /** For tests: another thread that speaks as bindings.worker.ts does. */
  readonly startThread?: (settings: WriterSettings) => Worker;
};

const writerThread = (settings: WriterSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#store/bindings.worker.ts')), { workerData: settings });

/** Throws when the file cannot be used. */
export function openBindingStore({ path, limits, startThread = writerThread }: BindingStoreOptions): BindingStore {
  const table = openBindingTable(path, limits);
  const writer = new WriterThread<BindingWrite, WriteOutcome>({
    start: () => startThread({ path, limits }),
    waiting: limits.bindingsWaiting,
    together: limits.bindingsWaiting,
    writeMs: limits.bindingWriteMs,
  });
  let isClosed = false;
  return {
    find(digest) {
      if (isClosed) throw new Error('closed');
      return table.find(digest);
    },
    write: (write) => writer.write(write),
    async close() {
      isClosed = true;
      table.close();
      await writer.close();
    },
  };
}
