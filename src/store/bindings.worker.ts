/** The thread that writes which call made an id, so that no call but the one that made it waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads';
import { openBindingTable } from '#store/binding-table.ts';
import type { BindingTable } from '#store/binding-table.ts';
import type { FromBindings, ToBindings, WriterSettings } from '#store/binding-messages.ts';

const port = parentPort;
if (port === null) throw new Error('bindings.worker.ts runs as a worker thread only');

const { path, limits } = workerData as WriterSettings;
const send = (message: FromBindings): void => port.postMessage(message);
let table: BindingTable | undefined;

port.on('message', ({ writes }: ToBindings) => {
  try {
    table ??= openBindingTable(path, limits);
    send({ outcomes: table.write(writes) });
  } catch (error) {
    send({ failed: error instanceof Error ? error.message : String(error) });
  }
});
