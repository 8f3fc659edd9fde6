/** Clients in `state.db` for a gateway that runs: read here, written by a thread of their own. */
import { Worker } from 'node:worker_threads';
import type { Limits } from '#limits.ts';
import type { ClientStore, Kept } from '#oauth/client-store.ts';
import type { ClientWrite, ClientsDbOptions, ClientWritten } from '#store/client-messages.ts';
import { ClientsDb } from '#store/clients-db.ts';
import { WriterThread } from '#store/writer-thread.ts';

export type ClientStoreOptions = {
  readonly path: string;
  readonly limits: ClientsDbOptions['limits'] & Pick<Limits, 'clientWritesWaiting' | 'clientWriteMs'>;
  /** For tests: another thread that speaks as clients.worker.ts does. */
  readonly startThread?: (settings: ClientsDbOptions) => Worker;
};

const WRITES_TOGETHER = 64;

const writerThread = (settings: ClientsDbOptions): Worker =>
  new Worker(new URL(import.meta.resolve('#store/clients.worker.ts')), { workerData: settings });

function keptOf(written: ClientWritten): Kept {
  if (written === 'done' || written === 'absent') throw new Error('a client was written as something else');
  return written;
}

/** Opened with the first use; each read throws when the file cannot be used. */
export function openClientStore(options: ClientStoreOptions): ClientStore {
  const { path, limits, startThread = writerThread } = options;
  let opened: ClientsDb | undefined;
  let isClosed = false;
  const reads = (): ClientsDb => {
    if (isClosed) throw new Error('closed');
    return (opened ??= new ClientsDb({ path, limits }));
  };
  const writer = new WriterThread<ClientWrite, ClientWritten>({
    start: () => startThread({ path, limits }),
    waiting: limits.clientWritesWaiting,
    together: WRITES_TOGETHER,
    writeMs: limits.clientWriteMs,
  });
  return {
    find: (id, nowMs) => reads().find(id, nowMs),
    byHandle: (handle, nowMs) => reads().byHandle(handle, nowMs),
    list: (query) => reads().list(query),
    keep: async (client) => keptOf(await writer.write({ act: 'keep', client })),
    used: async (id, atMs) => void (await writer.write({ act: 'used', id, atMs })),
    asked: async (id, atMs) => void (await writer.write({ act: 'asked', id, atMs })),
    decide: async (id, decision) => (await writer.write({ act: 'decide', id, decision })) === 'done',
    remove: async (id) => (await writer.write({ act: 'remove', id })) === 'done',
    async close() {
      isClosed = true;
      opened?.shut();
      await writer.close();
    },
  };
}
