/**
 * The thread that searches, since SQLite is synchronous: no call waits for a search. One at a time, each with its own
 * budget; whoever asks ends the thread when even that does not stop it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openBookIndex } from '#events/book-index.ts';
import { TooCostly } from '#events/index-queries.ts';
import {
  type FromSearchThread,
  runSearchJob,
  type SearchThreadSettings,
  type ToSearchThread,
} from '#events/search-jobs.ts';

const port = parentPort;
if (port === null) throw new Error('search.worker.ts runs as a worker thread only');

const { dataDirectory, limits } = workerData as SearchThreadSettings;
const monotonic = (): number => performance.now();

let overAt = Infinity;
const index = openBookIndex(dataDirectory, () => monotonic() > overAt);

function answer({ id, job, nowMs }: ToSearchThread): FromSearchThread {
  overAt = monotonic() + limits.searchMs;
  try {
    return { id, type: 'done', output: runSearchJob(index, job, { limits, nowMs, monotonic }) };
  } catch (error) {
    if (error instanceof TooCostly) return { id, type: 'too_costly' };
    // What was open may be what is wrong with it: a rebuilt index has other files.
    index.close();
    return { id, type: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (message: ToSearchThread) => port.postMessage(answer(message)));
