/** `gatebook serve`: one gateway process, from its configuration to its last record. */
import { mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { Option } from 'commander';
import type { Command } from 'commander';
import { composeGateway } from '#bin/compose.ts';
import type { ComposedGateway } from '#bin/compose.ts';
import { createLog, LOG_LEVELS } from '#bin/log.ts';
import { writePidFile } from '#bin/pid-file.ts';
import { createWorkers, reportToPrimary, workerOf } from '#bin/workers.ts';
import { readConfig } from '#bin/read-config.ts';
import { EXIT_LEDGER, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE } from '#cli/exit-codes.ts';
import type { ExitCode } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import type { LoadedConfig } from '#config/load.ts';
import type { ListenAddress } from '#config/network-rules.ts';
import { problemText } from '#config/problem.ts';
import type { Log } from '#gateway/gateway.ts';
import { faultFrames } from '#gateway/fault-frames.ts';
import { createMetricsListener } from '#gateway/metrics-listener.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { shardOfWorker, shardsIn } from '#ledger/places.ts';
import { keepFresh, OPENMETRICS_TYPE } from '#metrics/exposition.ts';
import type { Exposition } from '#metrics/exposition.ts';

function load(io: CliIo, path: string): LoadedConfig | undefined {
  const loaded = readConfig(io, path, false);
  if (loaded.ok) return loaded.value;
  for (const problem of loaded.error) io.stderr.write(`${problemText(problem)}\n`);
  return undefined;
}

function listen(server: Server, { host, port }: ListenAddress): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen(port, host, () => {
      server.off('error', resolve);
      resolve(undefined);
    });
  });
}

function metricsListenerOf(
  metrics: Pick<Exposition, 'text'>,
  { metricsListen, limits }: LoadedConfig,
  log: Log,
): { readonly server: Server; readonly address: ListenAddress } | undefined {
  if (metricsListen === undefined) return undefined;
  const { host } = metricsListen;
  const server = createMetricsListener({
    text: keepFresh(() => metrics.text(), {
      monotonicMs: () => performance.now(),
      freshMs: limits.metricsFreshMs,
    }),
    contentType: OPENMETRICS_TYPE,
    host,
    limits,
    log,
  });
  return { server, address: metricsListen };
}

/** Signals that came before the gateway was ready are acted on when it is. */
type Signals = { onStop(stop: (why: string) => void): void; onReload(reload: () => void): void };

function watchSignals(): Signals {
  const came: string[] = [];
  let stop = (why: string): void => void came.push(why);
  let reload = (): void => void came.push('SIGHUP');
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGHUP', () => reload());
  return {
    onStop(act) {
      stop = act;
      const early = came.find((why) => why !== 'SIGHUP');
      if (early !== undefined) act(early);
    },
    onReload(act) {
      reload = act;
      if (came.includes('SIGHUP')) act();
    },
  };
}

/** Longest time a stop may take beyond waiting for calls: a disk that never answers must not keep the process. */
function giveUpMs({ gateway: { limits } }: ComposedGateway): number {
  const { readyGraceMs, drainMs, stopSettleMs, stdioStopMs, ledgerSyncStallMs } = limits;
  return readyGraceMs + drainMs + 2 * stopSettleMs + 2 * stdioStopMs + ledgerSyncStallMs;
}

/** Runs until a signal or a latch; gives the exit code. */
function untilStopped(running: ComposedGateway, log: Log, signals: Signals, isWorker: boolean): Promise<ExitCode> {
  return new Promise((resolve) => {
    let code: ExitCode | undefined;
    const stop = (why: string, worst: ExitCode): void => {
      const isFirst = code === undefined;
      log.info({ why }, isFirst ? 'stopping' : 'stopping without waiting for calls');
      // A ledger that stops during a clean stop makes it no clean stop.
      code = code === EXIT_LEDGER ? EXIT_LEDGER : worst;
      const ended = running.stop();
      if (!isFirst) return;
      setTimeout(() => {
        log.error({}, 'the stop does not end: given up');
        resolve(EXIT_LEDGER);
      }, giveUpMs(running)).unref();
      ended.then(
        () => resolve(code ?? EXIT_OK),
        (error: unknown) => {
          log.error({ frames: faultFrames(error) }, 'the stop was not clean');
          resolve(EXIT_LEDGER);
        },
      );
    };
    signals.onStop((why) => {
      // A terminal or a supervisor may signal every process of a group besides the one that hands signals on.
      if (isWorker && code !== undefined) return log.info({ why }, 'already stopping');
      return stop(why, EXIT_OK);
    });
    if (isWorker)
      reportToPrimary(
        () => running.metrics.json(),
        (why) => stop(why, EXIT_OK),
      );
    running.ledger.onLatch(() => stop('the ledger stopped', EXIT_LEDGER));
  });
}

/** Listens where exchanges come in: from clients, and from other workers. The error says what cannot be listened on. */
async function listenForExchanges(
  { server, hops }: ComposedGateway,
  loaded: LoadedConfig,
): Promise<string | undefined> {
  if (hops !== undefined) {
    rmSync(hops.path, { force: true });
    const refused = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      hops.server.once('error', resolve);
      hops.server.listen({ path: hops.path, exclusive: true }, () => resolve(undefined));
    });
    if (refused !== undefined) return `${hops.path} (${refused.code ?? refused.message})`;
  }
  const refused = await listen(server, loaded.listen);
  return refused === undefined ? undefined : `${loaded.config.server.listen} (${refused.code ?? refused.message})`;
}

/** After a change to fewer workers a book stays behind: searched, but not written, so that what it left open stays open. */
async function warnOfIdleShards({ config }: LoadedConfig, log: Log): Promise<void> {
  const served = Array.from({ length: config.server.workers }, (_, at) => shardOfWorker(config.shard, at + 1));
  for (const shard of await shardsIn(nodeDisk, config.data))
    if (!served.includes(shard))
      log.warn({ shard }, 'no worker writes this shard any more; its events stay searchable');
}

/** Several processes: this one starts them, hands on signals and adds their metrics up. */
async function serveWorkers(io: CliIo, loaded: LoadedConfig, log: Log, signals: Signals): Promise<ExitCode> {
  if (process.platform === 'win32') {
    io.stderr.write(
      'gatebook: server.workers above 1 needs Unix sockets between the workers, which Windows does not have here\n',
    );
    return EXIT_USAGE;
  }
  const workers = createWorkers(loaded, log);
  signals.onStop((why) => {
    log.info({ why }, 'stopping');
    workers.signal('SIGTERM');
  });
  const started = await workers.start();
  if (started !== EXIT_OK) return workers.ended;
  const scrapers = metricsListenerOf({ text: () => workers.metrics() }, loaded, log);
  const unscraped = scrapers === undefined ? undefined : await listen(scrapers.server, scrapers.address);
  if (unscraped !== undefined) {
    io.stderr.write(`gatebook: cannot listen on ${loaded.config.server.metrics?.listen} (${unscraped.code})\n`);
    workers.signal('SIGTERM');
    await workers.ended;
    return EXIT_UNAVAILABLE;
  }
  const pid = writePidFile(loaded.config.data);
  log.info({ listen: loaded.config.server.listen, workers: loaded.config.server.workers }, 'every worker is ready');
  signals.onReload(() => workers.signal('SIGHUP'));
  const code = await workers.ended;
  scrapers?.server.close();
  scrapers?.server.closeAllConnections();
  pid.remove();
  return code;
}

async function serve(io: CliIo, configPath: string, level: string): Promise<ExitCode> {
  const signals = watchSignals();
  const loaded = load(io, configPath);
  if (loaded === undefined) return EXIT_USAGE;
  const worker = workerOf(loaded, io.env);
  const log = createLog(level, loaded.limits, worker?.own);
  // Said once, not by each worker.
  if (worker === undefined)
    for (const warning of loaded.warnings) log.warn({ path: warning.path }, problemText(warning));
  mkdirSync(loaded.config.data, { recursive: true, mode: 0o750 });
  if (worker === undefined) await warnOfIdleShards(loaded, log);
  if (worker === undefined && loaded.config.server.workers > 1) return serveWorkers(io, loaded, log, signals);
  const composed = await composeGateway({
    loaded,
    disk: nodeDisk,
    log,
    env: io.env,
    ...(worker === undefined ? {} : { worker }),
  });
  if (!composed.ok) {
    io.stderr.write(`gatebook: ${composed.error.message}\n`);
    return composed.error.exit;
  }
  const running = composed.value;
  const refused = await listenForExchanges(running, loaded);
  if (refused !== undefined) {
    await running.stop();
    io.stderr.write(`gatebook: cannot listen on ${refused}\n`);
    return EXIT_UNAVAILABLE;
  }
  const scrapers = worker === undefined ? metricsListenerOf(running.metrics, loaded, log) : undefined;
  const unscraped = scrapers === undefined ? undefined : await listen(scrapers.server, scrapers.address);
  if (unscraped !== undefined) {
    running.server.close();
    await running.stop();
    io.stderr.write(
      `gatebook: cannot listen on ${loaded.config.server.metrics?.listen} (${unscraped.code ?? unscraped.message})\n`,
    );
    return EXIT_UNAVAILABLE;
  }
  const pid = worker === undefined ? writePidFile(loaded.config.data) : undefined;
  log.info(
    {
      listen: loaded.config.server.listen,
      origin: running.ledger.origin,
      records: running.ledger.watermark().size,
      policy: loaded.policyVersion,
    },
    'ready',
  );
  signals.onReload(() => void running.reload(() => readConfig(io, configPath, true)));
  const code = await untilStopped(running, log, signals, worker !== undefined);
  scrapers?.server.close();
  scrapers?.server.closeAllConnections();
  pid?.remove();
  return code;
}

export function register(program: Command, io: CliIo): void {
  program
    .command('serve')
    .description(
      'Run the gateway. Exit codes: 0 clean stop, 2 invalid configuration, 3 port, lock or issuer, 4 the ledger refuses or stopped.',
    )
    .option('--config <file>', 'gatebook.yaml', './gatebook.yaml')
    .addOption(new Option('--log-level <level>', 'least level of the log').choices(LOG_LEVELS).default('info'))
    .action(async (options: { config: string; logLevel: string }) => {
      const code = await serve(io, options.config, options.logLevel);
      io.exit(code);
      // A disk that never answers leaves its operation pending for ever: the process must end all the same.
      if (code === EXIT_LEDGER) process.exit(code);
      // A worker's channel to the process that started it would keep it alive.
      process.disconnect?.();
    });
}
