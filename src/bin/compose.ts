/**
 * Puts one gateway together: the only place, with connections.ts and serve.ts, that makes I/O and hands it to the parts.
 * What can fail at a start is a refusal with an exit code; nothing of a half-made gateway stays open.
 */
import type { Server } from 'node:http';
import { join } from 'node:path';
import { Agent } from 'undici';
import { callMetricsOf, watchState } from '#bin/metrics.ts';
import { makeGeneration } from '#bin/generation.ts';
import type { Generation, Lasting, StartRefusal } from '#bin/generation.ts';
import { followRevocations, openSharedState } from '#bin/revocations.ts';
import { configEntry, createReloader } from '#bin/reload.ts';
import type { ReadConfig, ReloadOutcome } from '#bin/reload.ts';
import { version } from '#bin/version.ts';
import { EXIT_LEDGER, EXIT_UNAVAILABLE } from '#cli/exit-codes.ts';
import type { LoadedConfig } from '#config/load.ts';
import { createAdmission } from '#gateway/admission.ts';
import { strangerEntry } from '#gateway/entries.ts';
import { createIndexer } from '#events/indexer.ts';
import type { Indexer } from '#events/indexer.ts';
import type { Gateway, Log } from '#gateway/gateway.ts';
import { createInForce } from '#gateway/in-force.ts';
import { createQuotas } from '#gateway/quotas.ts';
import type { RevokeParts } from '#gateway/revoke.ts';
import { createRefusalBook } from '#gateway/refusal-book.ts';
import { createCheckpoints } from '#api/checkpoints.ts';
import { createGatewayServer } from '#gateway/server.ts';
import { createSessions } from '#gateway/sessions.ts';
import { createTracing } from '#gateway/tracing.ts';
import { systemIdentityClock } from '#identity/clock.ts';
import type { IdentityClock } from '#identity/clock.ts';
import { createEpochs } from '#identity/epochs.ts';
import { systemClock } from '#ledger/clock.ts';
import type { Disk } from '#ledger/disk.ts';
import type { Keyring } from '#ledger/keyring.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { openKeys } from '#ledger/open-keys.ts';
import { openLedger } from '#ledger/open-ledger.ts';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import type { Masker } from '#masking/masker.ts';
import { createSecretSets } from '#masking/secret-set.ts';
import { createExposition, createRegistry } from '#metrics/exposition.ts';
import type { Exposition } from '#metrics/exposition.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { createProcessBudget } from '#upstream/process-budget.ts';

export type ComposeOptions = {
  readonly loaded: LoadedConfig;
  readonly disk: Disk;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Time as tokens and keys see it; the system's unless given. */
  readonly identityClock?: IdentityClock;
};

export type ComposedGateway = {
  /** The one in force. */
  readonly gateway: Gateway;
  readonly server: Server;
  /** What `/metrics` says of this process. */
  readonly metrics: Exposition;
  readonly ledger: Ledger;
  readonly indexer: Indexer;
  readonly revocations: RevokeParts;
  /** Puts what `read` gives in force, or says why not; never throws. */
  reload(read: ReadConfig): Promise<ReloadOutcome>;
  /** Stops taking calls, waits for those on their way up to `drainMs`, writes what is pending, closes everything. */
  stop(): Promise<void>;
};

const REFUSAL_FLUSH_MS = 5_000;

export const dataPlaces = (
  loaded: LoadedConfig,
): { readonly ledger: string; readonly keys: string; readonly index: string; readonly origin: string } => {
  const { data, deployment, shard } = loaded.config;
  return {
    ledger: join(data, 'ledger', shard),
    keys: join(data, 'keys'),
    index: join(data, 'index'),
    origin: `${deployment}/${shard}`,
  };
};

type OpenBook = { readonly ledger: Ledger; readonly keyring: Keyring; readonly maskingKey: Buffer };

async function openBook({ loaded, disk, log }: ComposeOptions): Promise<Result<OpenBook, StartRefusal>> {
  const places = dataPlaces(loaded);
  const masterKey = loaded.secrets.masterKey?.reveal();
  const keys = await openKeys({
    disk,
    dir: places.keys,
    bookDir: places.ledger,
    origin: places.origin,
    random: systemRandom,
    ...(masterKey === undefined ? {} : { masterKey }),
  });
  if (!keys.ok)
    return err({ exit: keys.error.reason === 'locked' ? EXIT_UNAVAILABLE : EXIT_LEDGER, message: keys.error.message });
  const { keyring, signer, maskingKey } = keys.value;
  const ledger = await openLedger({
    dir: places.ledger,
    keysDir: places.keys,
    signer,
    keyring,
    disk,
    clock: systemClock,
    random: systemRandom,
    limits: loaded.limits,
    log: (level, message, facts) => log[level](facts ?? {}, message),
  });
  if (ledger.ok) return ok({ ledger: ledger.value, keyring, maskingKey });
  await keyring.close();
  return err({
    exit: ledger.error.reason === 'locked' ? EXIT_UNAVAILABLE : EXIT_LEDGER,
    message: ledger.error.message,
  });
}

/** The search index follows the ledger from a worker; what goes wrong there never touches a call. */
function indexerOf({ loaded, log }: ComposeOptions, ledger: Ledger): Indexer {
  const { data, shard } = loaded.config;
  const masterKey = loaded.secrets.masterKey?.reveal();
  const indexer = createIndexer({
    dataDirectory: data,
    origin: ledger.origin,
    shard,
    limits: loaded.limits,
    ...(masterKey === undefined ? {} : { masterKey }),
    onEvent: (event) => log.warn(event, 'search index'),
  });
  ledger.onCommit((mark) => indexer.notify(mark));
  indexer.notify(ledger.watermark());
  return indexer;
}

/** Masks with whatever generation is in force at each use. */
const followingMasker = (current: () => Masker): Masker => ({
  secretsOf: createSecretSets(),
  maskMessage: (doc, context) => current().maskMessage(doc, context),
  maskHeader: (header, secrets) => current().maskHeader(header, secrets),
  maskText: (text, secrets) => current().maskText(text, secrets),
});

/** Waits for the calls on their way, but no longer than a supervisor would. */
async function drain(gateway: Gateway): Promise<void> {
  const deadline = gateway.monotonic() + gateway.limits.drainMs;
  while (gateway.admission.inFlight() > 0 && gateway.monotonic() < deadline) {
    await new Promise((wake) => {
      setTimeout(wake, 20);
    });
  }
}

/** What lasts from the start to the stop, whatever is reloaded in between. */
function lastingOf(
  { loaded, log, env, identityClock = systemIdentityClock }: ComposeOptions,
  { ledger, maskingKey }: OpenBook,
  agent: Agent,
  state: Pick<Lasting, 'currentMasker' | 'draining' | 'metrics' | 'stopping'>,
): Lasting {
  const random = pooledRandom(systemRandom);
  const newId = (): string => callId(random);
  const clock = (): number => Date.now();
  const monotonic = (): number => performance.now();
  const { limits } = loaded;
  return {
    ...state,
    clock,
    monotonic,
    newId,
    ledger,
    maskingKey,
    sessions: createSessions({ limits, clock, newId }),
    admission: createAdmission(limits),
    quotas: createQuotas(limits),
    checkpoints: createCheckpoints({
      dataDirectory: loaded.config.data,
      ledger,
      monotonic,
      freshMs: limits.apiCheckpointFreshMs,
    }),
    refusals: createRefusalBook({
      limits,
      clock,
      entry: (refusal, count, windowMs) => strangerEntry(state.currentMasker, newId(), refusal, count, windowMs),
      append: (entry) => ledger.appendUnwaited(entry),
    }),
    tracing: createTracing(version()),
    budget: createProcessBudget(limits),
    dispatcher: agent,
    identityClock,
    epochs: createEpochs(limits),
    log,
    env,
    atExit: (run) => {
      process.once('exit', run);
      return () => process.off('exit', run);
    },
  };
}

export async function composeGateway(options: ComposeOptions): Promise<Result<ComposedGateway, StartRefusal>> {
  const { loaded, log } = options;
  const shared = await openSharedState(loaded, log);
  if (!shared.ok) return shared;
  const closeState = (): Promise<void> => shared.value.state.close();
  const book = await openBook(options);
  if (!book.ok) {
    await closeState();
    return book;
  }
  const { ledger, keyring } = book.value;
  const indexer = indexerOf(options, ledger);
  const agent = new Agent({ connect: { timeout: loaded.limits.issuerFetchMs } });
  const closeBook = async (): Promise<void> => {
    await agent.destroy();
    await ledger.close();
    await indexer.close();
    await keyring.close();
  };

  const stopping = new AbortController();
  let isDraining = false;
  let current: () => Pick<Generation, 'gateway' | 'loaded'> = () => {
    throw new Error('no call is served before the start');
  };
  const registry = createRegistry();
  const lasting = lastingOf(options, book.value, agent, {
    currentMasker: followingMasker(() => current().gateway.masker),
    metrics: callMetricsOf(registry, loaded.limits, () => current().loaded.config),
    draining: () => isDraining,
    stopping: stopping.signal,
  });
  const first = await makeGeneration(loaded, lasting);
  if (!first.ok) {
    await closeState();
    await closeBook();
    return first;
  }
  const inForce = createInForce(first.value.gateway);
  const reloader = createReloader(first.value, lasting, inForce);
  current = () => reloader.current();
  watchState(registry, { gateway: () => inForce.current(), ledger, indexer, budget: lasting.budget });
  const revocations = await followRevocations(
    shared.value,
    lasting,
    () => inForce.current(),
    () => {
      lasting.admission.endOver();
      reloader.current().api.endOver();
    },
  );
  const server = createGatewayServer(inForce, {
    owns: (path) => reloader.current().api.owns(path),
    listener: (request, response) => reloader.current().api.listener(request, response),
  });
  const flushing = setInterval(() => lasting.refusals.flush(), REFUSAL_FLUSH_MS);
  flushing.unref();

  const stop = async (): Promise<void> => {
    isDraining = true;
    clearInterval(flushing);
    server.close();
    server.closeIdleConnections();
    await drain(inForce.current());
    stopping.abort();
    lasting.admission.cutAll();
    reloader.current().api.stop();
    server.closeAllConnections();
    await drain(inForce.current());
    await agent.destroy();
    await reloader.close();
    await (revocations.ok ? revocations.value.stop() : closeState());
    lasting.refusals.flush(true);
    await closeBook();
  };
  if (!revocations.ok) {
    await stop();
    return revocations;
  }
  const { policyVersion, configVersion } = loaded;
  const recorded = await ledger.append(
    configEntry(lasting.newId(), 'policy', policyVersion, { policy: policyVersion, config: configVersion }),
  );
  if (!recorded.ok) {
    await stop();
    return err({ exit: EXIT_LEDGER, message: `the ledger takes no records: ${recorded.error.reason}` });
  }
  return ok({
    get gateway() {
      return inForce.current();
    },
    server,
    metrics: createExposition(registry, { monotonicMs: lasting.monotonic, freshMs: loaded.limits.metricsFreshMs }),
    ledger,
    indexer,
    revocations: revocations.value.parts,
    reload: (read) => reloader.reload(read),
    stop,
  });
}
