/**
 * The thread that writes the search index, so that no call waits for SQLite. Reads the ledger by itself; is only told when
 * there is something to read. Holds the index's writer lock for as long as it lives.
 */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { indexDirectory, makeIndexDirectory, writerLockPath } from '#events/index-files.ts';
import { IndexLoop } from '#events/index-loop.ts';
import type { FromWorker, IndexerSettings, ToWorker } from '#events/indexer-messages.ts';
import { openLedgerSource } from '#events/ledger-source.ts';
import { tryLock } from '#ledger/lock.ts';
import { nodeDisk } from '#ledger/node-disk.ts';

const port = parentPort;
if (port === null) throw new Error('indexer.worker.ts runs as a worker thread only');

const NICE = 10;
/**
 * Calls come before their index: on Linux a thread has a priority of its own, under its thread id. Where there is no such
 * thing the two share the processor as equals.
 */
function yieldToCalls(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Number(/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1]), NICE);
  } catch {
    // No /proc, or not permitted.
  }
}
yieldToCalls();

const settings = workerData as IndexerSettings;
const send = (message: FromWorker): void => port.postMessage(message);
const directory = indexDirectory(settings.dataDirectory, settings.shard);

let lock: ReturnType<typeof tryLock>;
let loop: IndexLoop | undefined;

async function openLoop(): Promise<IndexLoop> {
  makeIndexDirectory(directory);
  lock ??= tryLock(writerLockPath(directory));
  if (lock === undefined) throw new Error('another process writes this index');
  const source = await openLedgerSource({ disk: nodeDisk, ...settings });
  if (!source.ok) throw new Error(source.error);
  return new IndexLoop({
    source: source.value,
    store: { directory, origin: settings.origin, indexedTextBytes: settings.limits.indexedTextBytes },
    limits: settings.limits,
    onProgress: (progress) => send({ type: 'progress', progress }),
    onRebuild: (reason) => send({ type: 'rebuild', reason }),
    onUnmatched: (count) => send({ type: 'unmatched', count }),
    isStopping: () => isStopping,
  });
}

async function catchUp(): Promise<void> {
  try {
    loop ??= await openLoop();
    await loop.catchUp();
  } catch (error) {
    send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
  send({ type: 'idle' });
}

function stop(): void {
  loop?.close();
  lock?.release();
  send({ type: 'stopped' });
  port?.close();
}

// One after the other: a stop waits for the batch under way, not for all that is left.
let isStopping = false;
let queue = Promise.resolve();
port.on('message', (message: ToWorker) => {
  if (message.type === 'stop') isStopping = true;
  queue = queue.then(message.type === 'stop' ? stop : catchUp);
});
