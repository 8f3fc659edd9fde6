/** API keys in `state.db`: read here, written by a thread of their own. */
import { Worker } from 'node:worker_threads';
import type { ApiKeyOutcome, ApiKeyStore, ApiKeyWrite } from '#accounts/api-key.ts';
import { openApiKeyTable } from '#store/api-key-table.ts';
import type { ApiKeyTableLimits } from '#store/api-key-table.ts';
import { WriterThread } from '#store/writer-thread.ts';
import type { FromWriter, ToWriter } from '#store/writer-thread.ts';

export type ApiKeySettings = { readonly path: string; readonly limits: ApiKeyTableLimits };
export type ToApiKeys = ToWriter<ApiKeyWrite>;
export type FromApiKeys = FromWriter<ApiKeyOutcome>;

const writerThread = (settings: ApiKeySettings): Worker =>
  new Worker(new URL(import.meta.resolve('#store/api-keys.worker.ts')), { workerData: settings });

/** Throws when the file cannot be used. */
export function openApiKeyStore({ path, limits }: ApiKeySettings): ApiKeyStore {
  const table = openApiKeyTable(path, limits);
  const writer = new WriterThread<ApiKeyWrite, ApiKeyOutcome>({
    start: () => writerThread({ path, limits }),
    waiting: limits.apiKeyWritesWaiting,
    together: limits.apiKeyWritesWaiting,
    writeMs: limits.apiKeyWriteMs,
  });
  let isClosed = false;
  const open = (): typeof table => {
    if (isClosed) throw new Error('closed');
    return table;
  };
  return {
    version: () => open().version(),
    find: (digest) => open().find(digest),
    byId: (id) => open().byId(id),
    all: () => open().all(),
    write: (write) => writer.write(write),
    async close() {
      isClosed = true;
      table.close();
      await writer.close();
    },
  };
}
