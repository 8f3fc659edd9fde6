/** The thread that writes clients, so that nobody else waits for the disk or another process. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ClientsDbOptions, FromClients, ToClients } from '#store/client-messages.ts';
import { ClientsDb } from '#store/clients-db.ts';

const port = parentPort;
if (port === null) throw new Error('clients.worker.ts runs as a worker thread only');

const clients = new ClientsDb(workerData as ClientsDbOptions);
const send = (message: FromClients): void => port.postMessage(message);

port.on('message', ({ writes }: ToClients) => {
  try {
    send({ outcomes: clients.write(writes) });
  } catch (error) {
    send({ failed: error instanceof Error ? error.message : String(error) });
  }
});
