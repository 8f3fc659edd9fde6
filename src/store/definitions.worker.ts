/** The thread that writes definitions, so that no call but the one that shows new ones waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads';
import type {
  DefinitionWrite,
  DefinitionWriterSettings,
  FromDefinitions,
  ToDefinitions,
} from '#store/definition-messages.ts';
import { openDefinitionsDb } from '#store/definitions-db.ts';

const port = parentPort;
if (port === null) throw new Error('definitions.worker.ts runs as a worker thread only');

const store = openDefinitionsDb(workerData as DefinitionWriterSettings);
const send = (message: FromDefinitions): void => port.postMessage(message);
const write = async (one: DefinitionWrite): Promise<FromDefinitions> => {
  const changed = await ('sighting' in one ? store.note(one.sighting) : store.accept(one.acceptances, one.by));
  return { outcomes: [{ changed }] };
};

port.on('message', ({ writes }: ToDefinitions) => {
  // They come one at a time: each is a transaction of its own.
  const [one] = writes;
  if (one === undefined) return;
  write(one).then(send, (error: unknown) => send({ failed: error instanceof Error ? error.message : String(error) }));
});
