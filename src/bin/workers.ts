/**
 * `server.workers` above 1: this process listens to signals and scrapers only and keeps the worker processes running, which
 * share the address and do everything else. A worker that dies is started again; one whose ledger stopped stops all, since
 * a supervisor must hear of it.
 */
import cluster from 'node:cluster';
import type { Worker as ClusterWorker } from 'node:cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from '#bin/compose-options.ts';
import { EXIT_LEDGER, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE } from '#cli/exit-codes.ts';
import type { ExitCode } from '#cli/exit-codes.ts';
import type { LoadedConfig } from '#config/load.ts';
import type { Log } from '#gateway/gateway.ts';
import { mergeMetrics } from '#metrics/exposition.ts';
import type { MetricsJson } from '#metrics/exposition.ts';
import { createRestartPace } from '#upstream/restart-pace.ts';

/** How a worker process is told which one it is. */
const NUMBER = 'GATEBOOK_WORKER';
const SOCKETS = 'GATEBOOK_WORKER_SOCKETS';

/** A worker's own words for why it ended; anything else is a death. */
const EXIT_CODES: readonly ExitCode[] = [EXIT_USAGE, EXIT_UNAVAILABLE, EXIT_LEDGER];

type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'metrics'; readonly id: number; readonly metrics: MetricsJson };
type ToWorker = { readonly type: 'metrics'; readonly id: number } | { readonly type: 'hurry' };

/** Which worker this process is; undefined when it is none. */
export function workerOf(
  { config }: LoadedConfig,
  env: Readonly<Record<string, string | undefined>>,
): Worker | undefined {
  const socketFolder = env[SOCKETS];
  if (!cluster.isWorker || socketFolder === undefined) return undefined;
  return { own: Number(env[NUMBER]), count: config.server.workers, socketFolder };
}

/** In a worker: says that it serves, answers for its metrics, and stops when whoever started it is gone. */
export function reportToPrimary(metrics: () => Promise<MetricsJson>, stop: (why: string) => void): void {
  const send = (message: FromWorker): void => void process.send?.(message);
  process.on('message', (message: ToWorker) => {
    if (message.type === 'hurry') return stop('asked to stop again');
    metrics().then(
      (json) => send({ type: 'metrics', id: message.id, metrics: json }),
      // The primary says that this worker did not answer.
      () => undefined,
    );
  });
  process.on('disconnect', () => stop('the process that started this worker is gone'));
  send({ type: 'ready' });
}

type Slot = { readonly number: number; worker: ClusterWorker | undefined; startedMs: number };

export type Workers = {
  /** Resolves once every worker serves, or with the exit code of the first that could not. */
  start(): Promise<ExitCode>;
  signal(signal: 'SIGTERM' | 'SIGHUP'): void;
  /** Resolves with the exit code when every worker has ended. */
  ended: Promise<ExitCode>;
  /** OpenMetrics of all workers together. Rejects when one of them does not answer. */
  metrics(): Promise<string>;
};

export function createWorkers(loaded: LoadedConfig, log: Log): Workers {
  const { limits, config } = loaded;
  const socketFolder = mkdtempSync(join(tmpdir(), 'gatebook-'));
  const pace = createRestartPace({
    stdioRestartMs: limits.workerRestartMs,
    stdioRestartMsMax: limits.workerRestartMsMax,
    stdioStableMs: limits.workerStableMs,
  });
  const slots: Slot[] = Array.from({ length: config.server.workers }, (_, at) => ({
    number: at + 1,
    worker: undefined,
    startedMs: 0,
  }));
  const ended = Promise.withResolvers<ExitCode>();
  const asked = new Map<number, { readonly left: Set<number>; readonly got: MetricsJson[]; done(): void }>();
  let question = 0;
  let exit: ExitCode = EXIT_OK;
  let isStopping = false;

  const finishWhenAlone = (): void => {
    if (!isStopping || slots.some(({ worker }) => worker !== undefined)) return;
    rmSync(socketFolder, { recursive: true, force: true });
    ended.resolve(exit);
  };
  const stopAll = (code: ExitCode): void => {
    if (code !== EXIT_OK && exit === EXIT_OK) exit = code;
    isStopping = true;
    for (const { worker } of slots) worker?.process.kill('SIGTERM');
    finishWhenAlone();
  };

  /** Not by a signal: whoever signals this process may have signalled the workers as well. */
  const hurryAll = (): void => {
    for (const { worker } of slots)
      if (worker?.isConnected() === true) worker.send({ type: 'hurry' } satisfies ToWorker);
  };

  const take = (slot: Slot, message: FromWorker, ready: () => void): void => {
    if (message.type === 'ready') return ready();
    const open = asked.get(message.id);
    if (open?.left.delete(slot.number) !== true) return;
    open.got.push(message.metrics);
    if (open.left.size === 0) open.done();
  };

  /** Resolves when the worker serves, or with its exit code when it ended first. */
  const launch = (slot: Slot): Promise<ExitCode> =>
    new Promise((resolve) => {
      const worker = cluster.fork({ [NUMBER]: String(slot.number), [SOCKETS]: socketFolder });
      slot.worker = worker;
      slot.startedMs = performance.now();
      let isReady = false;
      worker.on('message', (message: FromWorker) =>
        take(slot, message, () => {
          isReady = true;
          resolve(EXIT_OK);
        }),
      );
      worker.once('exit', (code, signal) => {
        slot.worker = undefined;
        const known = EXIT_CODES.find((one) => one === code);
        if (isReady) over(slot, known, signal ?? String(code));
        else resolve(known ?? EXIT_UNAVAILABLE);
        finishWhenAlone();
      });
    });

  /** A worker that served has ended. */
  const over = (slot: Slot, code: ExitCode | undefined, why: string): void => {
    if (isStopping) {
      if (code !== undefined && exit === EXIT_OK) exit = code;
      return;
    }
    if (code === EXIT_LEDGER) {
      log.error({ worker: slot.number }, 'the ledger of a worker stopped, so all stop');
      return stopAll(code);
    }
    log.error({ worker: slot.number, why }, 'a worker died and is started again');
    again(slot);
  };

  const restart = async (slot: Slot): Promise<void> => {
    const code = await launch(slot);
    if (code === EXIT_OK || isStopping) return;
    if (code === EXIT_LEDGER) return stopAll(code);
    log.error({ worker: slot.number, code }, 'a worker could not start again');
    again(slot);
  };

  const again = (slot: Slot): void => {
    const owner = String(slot.number);
    pace.died(owner, slot.startedMs, performance.now());
    setTimeout(
      () => {
        if (isStopping) return finishWhenAlone();
        void restart(slot);
      },
      pace.waitMs(owner, performance.now()),
    );
  };

  return {
    async start() {
      const [first, ...others] = slots;
      if (first === undefined) return EXIT_USAGE;
      // Alone, since it makes the master key, the state and the first shard, which the others find there.
      const begun = await launch(first);
      const codes = begun === EXIT_OK && !isStopping ? await Promise.all(others.map(launch)) : [];
      const refused = [begun, ...codes].find((code) => code !== EXIT_OK);
      if (refused !== undefined) stopAll(refused);
      return refused ?? EXIT_OK;
    },
    signal(signal) {
      if (signal === 'SIGTERM') return isStopping ? hurryAll() : stopAll(EXIT_OK);
      for (const { worker } of slots) worker?.process.kill(signal);
    },
    ended: ended.promise,
    metrics: () =>
      new Promise((resolve, reject) => {
        const id = (question += 1);
        const running = slots.flatMap(({ number, worker }) => (worker === undefined ? [] : [{ number, worker }]));
        const got: MetricsJson[] = [];
        const settle = (run: () => void): void => {
          clearTimeout(timer);
          asked.delete(id);
          run();
        };
        const timer = setTimeout(
          () => settle(() => reject(new Error('a worker did not answer for its metrics'))),
          limits.workerMetricsMs,
        );
        asked.set(id, {
          left: new Set(running.map(({ number }) => number)),
          got,
          done: () => settle(() => resolve(mergeMetrics(got))),
        });
        for (const { worker } of running)
          if (worker.isConnected()) worker.send({ type: 'metrics', id } satisfies ToWorker);
      }),
  };
}
