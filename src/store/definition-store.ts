/** Definitions in `state.db` for a gateway that runs: read here, written by a thread of their own. */
import { Worker } from 'node:worker_threads';
import type { DefinitionStore } from '#definitions/definition-store.ts';
import type { Limits } from '#limits.ts';
import type { DefinitionsWritten, DefinitionWrite, DefinitionWriterSettings } from '#store/definition-messages.ts';
import { openDefinitionsDb } from '#store/definitions-db.ts';
import type { DefinitionsDbOptions } from '#store/definitions-db.ts';
import { WriterThread } from '#store/writer-thread.ts';

export type DefinitionStoreOptions = {
  readonly path: string;
  readonly limits: DefinitionsDbOptions['limits'] & Pick<Limits, 'definitionWritesWaiting' | 'definitionWriteMs'>;
  /** For tests: another thread that speaks as definitions.worker.ts does. */
  readonly startThread?: (settings: DefinitionWriterSettings) => Worker;
};

const writerThread = (settings: DefinitionWriterSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#store/definitions.worker.ts')), { workerData: settings });

export function openDefinitionStore(options: DefinitionStoreOptions): DefinitionStore {
  const { path, limits, startThread = writerThread } = options;
  const reads = openDefinitionsDb({ path, limits });
  const writer = new WriterThread<DefinitionWrite, DefinitionsWritten>({
    start: () => startThread({ path, limits }),
    waiting: limits.definitionWritesWaiting,
    together: 1,
    writeMs: limits.definitionWriteMs,
  });
  return {
    after: (revision) => reads.after(revision),
    texts: (connection, key) => reads.texts(connection, key),
    note: async (sighting) => (await writer.write({ sighting })).changed,
    accept: async (acceptances, by) => (await writer.write({ acceptances, by })).changed,
    async close() {
      await Promise.all([reads.close(), writer.close()]);
    },
  };
}
