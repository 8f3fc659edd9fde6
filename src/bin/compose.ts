/**
 * Puts one gateway together: the only place, with connections.ts and serve.ts, that makes I/O and hands it to the parts.
 * What can fail at a start is a refusal with an exit code; nothing of a half-made gateway stays open.
 */
import type { Server } from 'node:http';
import { join } from 'node:path';
import { openBindings } from '#bin/bindings.ts';
import { openApiReads } from '#bin/api-reads.ts';
import { followCertificate } from '#bin/certificate.ts';
import type { Certificate } from '#bin/certificate.ts';
import { followDefinitions } from '#bin/definitions.ts';
import { callMetricsOf, watchState } from '#bin/metrics.ts';
import { makeGeneration } from '#bin/generation.ts';
import type { Generation, Lasting, StartRefusal } from '#bin/generation.ts';
import { createRevocations, openSharedState } from '#bin/revocations.ts';
import { stopCalls } from '#bin/stop.ts';
import { createReloader } from '#bin/reload.ts';
import type { ReadConfig, ReloadOutcome } from '#bin/reload.ts';
import { version } from '#bin/version.ts';
import { createBindingKeys } from '#bindings/binding-keys.ts';
import type { BindingStore } from '#bindings/binding.ts';
import { createBindings } from '#bindings/bindings.ts';
import { EXIT_LEDGER, EXIT_UNAVAILABLE } from '#cli/exit-codes.ts';
import type { LoadedConfig } from '#config/load.ts';
import { createAdmission } from '#gateway/admission.ts';
import { createAskedIds } from '#gateway/asked-ids.ts';
import { createEventIds } from '#gateway/event-ids.ts';
import { createResumableCalls } from '#gateway/resumable-calls.ts';
import { strangerEntry, throttledEntry } from '#gateway/entries.ts';
import { createIndexer } from '#events/indexer.ts';
import type { Indexer } from '#events/indexer.ts';
import type { Gateway, Log } from '#gateway/gateway.ts';
import { ALONE, sessionPrefix } from '#gateway/fleet.ts';
import type { Fleet } from '#gateway/fleet.ts';
import { createHops, createHopServer } from '#gateway/hop.ts';
import { createInForce } from '#gateway/in-force.ts';
import type { InForce } from '#gateway/in-force.ts';
import { createOwnAnswers } from '#gateway/own-answers.ts';
import { createQuotas } from '#gateway/quotas.ts';
import type { RevokeParts } from '#gateway/revoke.ts';
import { createOpenExchanges } from '#gateway/open-exchanges.ts';
import { createRefusalBook } from '#gateway/refusal-book.ts';
import { createFleetListener, createGatewayServer, createListener } from '#gateway/server.ts';
import type { Listener } from '#gateway/server.ts';
import { bindingText } from '#gateway/session-binding.ts';
import { createSessions } from '#gateway/sessions.ts';
import { createThrottleBook } from '#gateway/throttle-book.ts';
import { createTracing } from '#gateway/tracing.ts';
import { systemIdentityClock } from '#identity/clock.ts';
import type { IdentityClock } from '#identity/clock.ts';
import { createEpochs } from '#identity/epochs.ts';
import { systemClock } from '#ledger/clock.ts';
import { readSmallFile } from '#ledger/disk.ts';
import type { Disk } from '#ledger/disk.ts';
import type { Keyring } from '#ledger/keyring.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { openKeys } from '#ledger/open-keys.ts';
import { openLedger } from '#ledger/open-ledger.ts';
import { controlEntry } from '#ledger/own-records.ts';
import { keysDirectory, ledgerDirectory, masterKeyDirectory, shardOfWorker } from '#ledger/places.ts';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import type { Masker } from '#masking/masker.ts';
import { createSecretSets } from '#masking/secret-set.ts';
import { createExposition, createRegistry } from '#metrics/exposition.ts';
import type { Exposition } from '#metrics/exposition.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { createPlaceBudget } from '#upstream/place-budget.ts';

export type ComposeOptions = {
  readonly loaded: LoadedConfig;
  readonly disk: Disk;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Time as tokens and keys see it; the system's unless given. */
  readonly identityClock?: IdentityClock;
  /** This process among several on one data directory; alone without it. */
  readonly worker?: Worker;
};

export type Worker = Fleet & {
  /** Folder of the workers' sockets, for this user only. */
  readonly socketFolder: string;
};

export type ComposedGateway = {
  /** The one in force. */
  readonly gateway: Gateway;
  readonly server: Server;
  /** Where other workers bring what belongs to this one; undefined when there are none. */
  readonly hops: { readonly server: Server; readonly path: string } | undefined;
  /** What `/metrics` says of this process. */
  readonly metrics: Exposition;
  readonly ledger: Ledger;
  readonly indexer: Indexer;
  readonly revocations: RevokeParts;
  /** Puts what `read` gives in force, or says why not; never throws. */
  reload(read: ReadConfig): Promise<ReloadOutcome>;
  /**
   * Stops taking calls, waits for those on their way up to `drainMs`, writes what is pending, closes everything. Called
   * again meanwhile, it waits for calls no longer.
   */
  stop(): Promise<void>;
};

const REFUSAL_FLUSH_MS = 5_000;
const MASTER_KEY_BYTES_MAX = 4_096;

export const dataPlaces = (
  loaded: LoadedConfig,
  worker = 1,
): {
  readonly shard: string;
  readonly masterKey: string;
  readonly ledger: string;
  readonly keys: string;
  readonly origin: string;
} => {
  const { data, deployment, shard: firstShard } = loaded.config;
  const shard = shardOfWorker(firstShard, worker);
  return {
    shard,
    masterKey: join(masterKeyDirectory(data), 'master.key'),
    ledger: ledgerDirectory(data, shard),
    keys: keysDirectory(data, shard, firstShard),
    origin: `${deployment}/${shard}`,
  };
};

/** The configured master key; for a further shard the one the first shard made, which is there before it starts. */
async function masterKeyOf({
  loaded,
  disk,
  worker,
}: ComposeOptions): Promise<Result<string | undefined, StartRefusal>> {
  const configured = loaded.secrets.masterKey?.reveal();
  if (configured !== undefined || worker === undefined || worker.own === 1) return ok(configured);
  const { masterKey } = dataPlaces(loaded);
  const text = await readSmallFile(disk, masterKey, MASTER_KEY_BYTES_MAX);
  if (text !== undefined) return ok(text.toString('latin1').trim());
  return err({ exit: EXIT_LEDGER, message: `${masterKey} is missing: restore it from its backup` });
}

type OpenBook = { readonly ledger: Ledger; readonly keyring: Keyring; readonly maskingKey: Buffer };

async function openBook(options: ComposeOptions): Promise<Result<OpenBook, StartRefusal>> {
  const { loaded, disk, log, worker } = options;
  const places = dataPlaces(loaded, worker?.own);
  const master = await masterKeyOf(options);
  if (!master.ok) return master;
  const masterKey = master.value;
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
  const { data, shard: firstShard } = loaded.config;
  const masterKey = loaded.secrets.masterKey?.reveal();
  const indexer = createIndexer({
    dataDirectory: data,
    origin: ledger.origin,
    shard: ledger.shard,
    firstShard,
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

/** What lasts from the start to the stop, whatever is reloaded in between. */
function lastingOf(
  { loaded, disk, log, env, worker, identityClock = systemIdentityClock }: ComposeOptions,
  { ledger, maskingKey }: OpenBook,
  bindingStore: BindingStore,
  state: Pick<Lasting, 'currentMasker' | 'leaving' | 'draining' | 'metrics' | 'stopping'>,
): Omit<Lasting, 'revocations' | 'definitions'> {
  const random = pooledRandom(systemRandom);
  const newId = (): string => callId(random);
  const clock = (): number => Date.now();
  const monotonic = (): number => performance.now();
  const { limits } = loaded;
  const resumables = createResumableCalls(limits);
  return {
    ...state,
    clock,
    monotonic,
    newId,
    ledger,
    maskingKey,
    sessions: createSessions({
      limits,
      clock,
      newId,
      prefix: sessionPrefix(worker ?? ALONE),
      ended: (owner, wireId) => resumables.endOf(bindingText(owner, wireId)),
    }),
    eventIds: createEventIds({ key: random(32), prefix: sessionPrefix(worker ?? ALONE), limits }),
    resumables,
    asked: createAskedIds(limits),
    ownAnswers: createOwnAnswers(limits),
    bindings: createBindings({
      store: bindingStore,
      keys: createBindingKeys(maskingKey, random),
      limits,
      clock,
    }),
    admission: createAdmission(limits),
    apiAdmission: createAdmission({
      callsInFlight: limits.apiRequestsInFlight,
      callsInFlightPerCaller: limits.apiRequestsPerCaller,
      streamsPerCaller: limits.apiRequestsPerCaller,
    }),
    quotas: createQuotas(limits),
    apiReads: openApiReads({ loaded, disk, ledger, maskingKey, clock, monotonic, log }),
    refusals: createRefusalBook({
      limits,
      clock,
      entry: (refusal, count, windowMs) => strangerEntry(state.currentMasker, newId(), refusal, count, windowMs),
      append: (entry) => ledger.appendUnwaited(entry),
    }),
    throttles: createThrottleBook({
      limits,
      clock,
      entry: (refusal, count, windowMs) => throttledEntry(state.currentMasker, newId(), refusal, count, windowMs),
      append: (entry) => ledger.appendUnwaited(entry),
    }),
    tracing: createTracing(version()),
    budget: createPlaceBudget({ total: limits.stdioProcesses, perOwner: limits.stdioProcessesPerCaller }),
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

/** The ways between this worker and the others. */
function fleetOf({ loaded: { limits }, worker }: ComposeOptions, here: Listener, inForce: InForce) {
  if (worker === undefined || worker.count === 1) return undefined;
  const socketOf = (number: number): string => join(worker.socketFolder, `${number}.sock`);
  const hops = createHops(socketOf, limits);
  const server = createHopServer(here, limits);
  return {
    listener: createFleetListener(here, inForce, worker, hops),
    hops: { server, path: socketOf(worker.own) },
    close(): void {
      hops.close();
      server.closeAllConnections();
    },
  };
}

export async function composeGateway(options: ComposeOptions): Promise<Result<ComposedGateway, StartRefusal>> {
  const { loaded, log } = options;
  const shared = await openSharedState(loaded, log);
  if (!shared.ok) return shared;
  const bindingStore = openBindings(loaded);
  if (!bindingStore.ok) {
    await shared.value.state.close();
    return bindingStore;
  }
  const closeState = async (): Promise<void> => {
    await bindingStore.value.close();
    await shared.value.state.close();
  };
  const book = await openBook(options);
  if (!book.ok) {
    await closeState();
    return book;
  }
  const { ledger, keyring } = book.value;
  const indexer = indexerOf(options, ledger);
  const closeBook = async (): Promise<void> => {
    await ledger.close();
    await indexer.close();
    await keyring.close();
  };

  const stopping = new AbortController();
  const hurry = new AbortController();
  let isLeaving = false;
  let isDraining = false;
  let current: () => Pick<Generation, 'gateway' | 'loaded'> = () => {
    throw new Error('no call is served before the start');
  };
  const registry = createRegistry();
  const common = lastingOf(options, book.value, bindingStore.value, {
    currentMasker: followingMasker(() => current().gateway.masker),
    metrics: callMetricsOf(registry, loaded.limits, () => current().loaded.config),
    leaving: () => isLeaving,
    draining: () => isDraining,
    stopping: stopping.signal,
  });
  const revocations = createRevocations(shared.value, { ...common, limits: loaded.limits }, () => current().gateway);
  const followed = followDefinitions(loaded, log);
  const lasting: Lasting = { ...common, revocations: revocations.parts, definitions: followed.definitions };
  const first = await makeGeneration(loaded, lasting);
  if (!first.ok) {
    followed.stop();
    await closeState();
    await lasting.apiReads.close();
    await closeBook();
    return first;
  }
  const inForce = createInForce(first.value.gateway);
  let certificate: Certificate | undefined;
  const reloader = createReloader(first.value, lasting, inForce, (next) => certificate?.use(next.loaded));
  current = () => reloader.current();
  watchState(registry, {
    gateway: () => inForce.current(),
    ledger,
    indexer,
    budget: lasting.budget,
    certificate: () => certificate,
  });
  const listener = createListener(inForce, {
    owns: (path) => reloader.current().api.owns(path),
    listener: (request, response) => reloader.current().api.listener(request, response),
  });
  const fleet = fleetOf(options, listener, inForce);
  const exchanges = createOpenExchanges(fleet?.listener ?? listener);
  const { server, secure, closeAll } = createGatewayServer(inForce, exchanges.listener, loaded.tls.server);
  if (secure !== undefined && loaded.tls.server !== undefined)
    certificate = followCertificate(secure, loaded, loaded.tls.server, lasting);
  const flushing = setInterval(() => {
    lasting.refusals.flush();
    lasting.throttles.flush();
  }, REFUSAL_FLUSH_MS);
  flushing.unref();

  const endAll = async (): Promise<void> => {
    clearInterval(flushing);
    certificate?.close();
    await stopCalls({
      server,
      inFlight: () => lasting.admission.inFlight() + lasting.resumables.ending() + exchanges.count(),
      monotonic: lasting.monotonic,
      limits: inForce.current().limits,
      leave: () => {
        isLeaving = true;
        exchanges.leave();
      },
      refuse: () => {
        isDraining = true;
        lasting.admission.cutLasting();
      },
      cut: () => {
        stopping.abort();
        lasting.admission.cutAll();
        lasting.resumables.endAll();
        lasting.apiAdmission.cutAll();
      },
      closeAll: () => {
        closeAll();
        fleet?.close();
      },
      hurry: hurry.signal,
    });
    fleet?.hops.server.close();
    await lasting.apiReads.close();
    await reloader.close();
    followed.stop();
    await revocations.stop();
    await bindingStore.value.close();
    lasting.refusals.flush(true);
    lasting.throttles.flush(true);
    await closeBook();
  };
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    if (stopped !== undefined) hurry.abort();
    return (stopped ??= endAll());
  };
  const known = await followed.start();
  if (!known.ok) {
    await stop();
    return known;
  }
  const following = await revocations.start(() => {
    lasting.admission.endOver();
    lasting.apiAdmission.endOver();
  });
  if (!following.ok) {
    await stop();
    return following;
  }
  const { policyVersion, configVersion } = loaded;
  const recorded = await ledger.append(
    controlEntry(lasting.newId(), 'policy', { policy: policyVersion, config: configVersion }, policyVersion),
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
    hops: fleet?.hops,
    metrics: createExposition(registry, { monotonicMs: lasting.monotonic, freshMs: loaded.limits.metricsFreshMs }),
    ledger,
    indexer,
    revocations: revocations.parts,
    reload: (read) => reloader.reload(read),
    stop,
  });
}
