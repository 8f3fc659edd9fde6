/**
 * Puts one gateway together: the only place, with connections.ts and serve.ts, that makes I/O and hands it to the parts.
 * What can fail at a start is a refusal with an exit code; nothing of a half-made gateway stays open.
 */
import type { Server } from 'node:http';
import { join } from 'node:path';
import { Agent, fetch as undiciFetch } from 'undici';
import { createConnections } from '#bin/connections.ts';
import { version } from '#bin/version.ts';
import { callMetricsOf, watchState } from '#bin/metrics.ts';
import { followRevocations, openSharedState } from '#bin/revocations.ts';
import { EXIT_LEDGER, EXIT_UNAVAILABLE, EXIT_USAGE } from '#cli/exit-codes.ts';
import type { ExitCode } from '#cli/exit-codes.ts';
import type { LoadedConfig } from '#config/load.ts';
import { createAdmission } from '#gateway/admission.ts';
import { strangerEntry } from '#gateway/entries.ts';
import { policySettings } from '#config/policy-settings.ts';
import { createIndexer } from '#events/indexer.ts';
import type { Indexer } from '#events/indexer.ts';
import type { Gateway, Log } from '#gateway/gateway.ts';
import { createQuotas } from '#gateway/quotas.ts';
import type { RevokeParts } from '#gateway/revoke.ts';
import { createRefusalBook } from '#gateway/refusal-book.ts';
import { createGatewayServer } from '#gateway/server.ts';
import { createApi } from '#api/app.ts';
import type { Api } from '#api/app.ts';
import { createCheckpoints } from '#api/checkpoints.ts';
import { ROUTES } from '#api/routes.ts';
import { createSessions } from '#gateway/sessions.ts';
import { createTrustedProxies } from '#gateway/source.ts';
import { createTracing } from '#gateway/tracing.ts';
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import { systemIdentityClock } from '#identity/clock.ts';
import type { IdentityClock } from '#identity/clock.ts';
import { createEpochs } from '#identity/epochs.ts';
import type { Epochs } from '#identity/epochs.ts';
import { createIdentity } from '#identity/identity.ts';
import type { Identity } from '#identity/identity.ts';
import type { IssuerFetch } from '#identity/issuer-fetch.ts';
import { createKeyCacheFiles } from '#identity/key-cache-files.ts';
import { systemClock } from '#ledger/clock.ts';
import type { Disk } from '#ledger/disk.ts';
import type { Keyring } from '#ledger/keyring.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { openKeys } from '#ledger/open-keys.ts';
import { openLedger } from '#ledger/open-ledger.ts';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import { createMasker } from '#masking/masker.ts';
import type { Masker } from '#masking/masker.ts';
import { ownHeader } from '#masking/own-words.ts';
import { createExposition, createRegistry } from '#metrics/exposition.ts';
import type { Exposition } from '#metrics/exposition.ts';
import { createPolicy } from '#policy/policy.ts';
import type { Policy } from '#policy/policy.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { createProcessBudget } from '#upstream/process-budget.ts';

export type StartRefusal = { readonly exit: ExitCode; readonly message: string };

export type ComposeOptions = {
  readonly loaded: LoadedConfig;
  readonly disk: Disk;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Time as tokens and keys see it; the system's unless given. */
  readonly identityClock?: IdentityClock;
};

export type ComposedGateway = {
  readonly gateway: Gateway;
  readonly server: Server;
  /** What `/metrics` says of this process. */
  readonly metrics: Exposition;
  readonly ledger: Ledger;
  readonly indexer: Indexer;
  readonly revocations: RevokeParts;
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

function identityOf(
  { loaded, log, identityClock = systemIdentityClock }: ComposeOptions,
  agent: Agent,
  epochs: Epochs,
): Identity {
  const issuers = Object.entries(loaded.config.issuers).map(
    ([namespace, { preset, issuer, audiences, groupsClaim, jwksUri, apiAudience }]) => ({
      namespace,
      preset,
      issuer,
      audiences,
      groupsClaim,
      ...(jwksUri === undefined ? {} : { jwksUri }),
      ...(apiAudience === undefined ? {} : { apiAudience }),
    }),
  );
  // undici's own fetch, so that issuers are reached through a dispatcher with our bounds instead of the global one.
  const fetch: IssuerFetch = (url, init) => undiciFetch(url, { ...init, dispatcher: agent });
  return createIdentity({
    issuers,
    fetch,
    clock: identityClock,
    keyCache: createKeyCacheFiles(join(loaded.config.data, 'keys', 'issuers'), loaded.limits.issuerDocumentBytes),
    epochs,
    limits: loaded.limits,
    log,
  });
}

function maskerOf(loaded: LoadedConfig, key: Buffer): Masker {
  const { store, inline } = loaded.config.masking;
  return createMasker({ key, store: { operator: store.operator, fields: store.fields }, inline });
}

function policyOf(loaded: LoadedConfig): Result<Policy, StartRefusal> {
  const policy = createPolicy(policySettings(loaded));
  if (policy.ok) return policy;
  return err({
    exit: EXIT_USAGE,
    message: policy.error.map((problem) => `${problem.path.join('.')}: ${problem.message}`).join('\n'),
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

function apiOf({ config, limits }: LoadedConfig, gateway: Gateway): Api {
  const { ledger, monotonic } = gateway;
  const parts = {
    ...gateway,
    roles: config.roles,
    apiIssuers: Object.values(config.issuers)
      .filter(({ apiAudience }) => apiAudience !== undefined)
      .map(({ issuer }) => issuer),
    checkpoints: createCheckpoints({
      dataDirectory: config.data,
      ledger,
      monotonic,
      freshMs: limits.apiCheckpointFreshMs,
    }),
    version: version(),
  };
  return createApi(parts, ROUTES);
}

/** Which policy decides from here on; every record of a call names its version. */
const policyEntry = (call: string, loaded: LoadedConfig): LedgerEntry => ({
  kind: 'control',
  call,
  ref: null,
  st: 'policy',
  header: ownHeader({ detail: { policy: loaded.policyVersion, config: loaded.configVersion } }),
  payload: null,
  mask: { n: 0 },
  pol: loaded.policyVersion,
  subject: callerKey(GATEWAY_CALLER),
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

export async function composeGateway(options: ComposeOptions): Promise<Result<ComposedGateway, StartRefusal>> {
  const { loaded, log, env } = options;
  const policy = policyOf(loaded);
  if (!policy.ok) return policy;
  const state = await openSharedState(loaded, log);
  if (!state.ok) return state;
  const book = await openBook(options);
  if (!book.ok) {
    await state.value.state.close();
    return book;
  }
  const { ledger, keyring, maskingKey } = book.value;

  const masker = maskerOf(loaded, maskingKey);
  const random = pooledRandom(systemRandom);
  const newId = (): string => callId(random);
  const clock = (): number => Date.now();
  const agent = new Agent({ connect: { timeout: loaded.limits.issuerFetchMs } });
  const epochs = createEpochs(loaded.limits);
  const identity = identityOf(options, agent, epochs);
  const atExit = (run: () => void): (() => void) => {
    process.once('exit', run);
    return () => process.off('exit', run);
  };
  const registry = createRegistry();
  const metrics = callMetricsOf(registry, loaded);
  const budget = createProcessBudget(loaded.limits);
  const connections = createConnections({ loaded, ledger, masker, newId, log, env, atExit, budget, metrics });
  const stopping = new AbortController();
  let isDraining = false;
  const refusals = createRefusalBook({
    limits: loaded.limits,
    clock,
    entry: (refusal, count, windowMs) => strangerEntry(masker, newId(), refusal, count, windowMs),
    append: (entry) => ledger.appendUnwaited(entry),
  });
  const gateway: Gateway = {
    clock,
    monotonic: () => performance.now(),
    newId,
    publicUrl: loaded.publicUrl,
    allowedOrigins: new Set([
      loaded.publicUrl,
      ...(loaded.config.server.allowedOrigins ?? []).map((origin) => new URL(origin).origin),
    ]),
    proxies: createTrustedProxies(loaded.config.server.trustedProxies ?? []),
    identity,
    policy: policy.value,
    masker,
    ledger,
    connections,
    sessions: createSessions({ limits: loaded.limits, clock, newId }),
    admission: createAdmission(loaded.limits),
    quotas: createQuotas(loaded.limits),
    refusals,
    metrics,
    tracing: createTracing(version()),
    limits: loaded.limits,
    log,
    draining: () => isDraining,
    stopping: stopping.signal,
  };
  const api = apiOf(loaded, gateway);
  const server = createGatewayServer(gateway, api);
  const flushing = setInterval(() => refusals.flush(), REFUSAL_FLUSH_MS);
  flushing.unref();

  const indexer = indexerOf(options, ledger);
  watchState(registry, { gateway, ledger, indexer, budget });
  const revocations = await followRevocations(state.value, epochs, gateway, () => {
    gateway.admission.endOver();
    api.endOver();
  });
  const stop = async (): Promise<void> => {
    isDraining = true;
    clearInterval(flushing);
    server.close();
    server.closeIdleConnections();
    await drain(gateway);
    stopping.abort();
    gateway.admission.cutAll();
    api.stop();
    server.closeAllConnections();
    await drain(gateway);
    await Promise.all([...connections.values()].map((connection) => connection.upstream.close()));
    if (revocations.ok) await revocations.value.stop();
    else await state.value.state.close();
    refusals.flush(true);
    await identity.close();
    await agent.close();
    await ledger.close();
    await indexer.close();
    await keyring.close();
  };
  if (!revocations.ok) {
    await stop();
    return revocations;
  }
  await identity.start();
  const unusable = identity.ready().filter((issuer) => !issuer.usable);
  if (unusable.length > 0) {
    await stop();
    const named = unusable.map((issuer) => `${issuer.issuer} (${issuer.reason ?? 'no keys'})`).join(', ');
    return err({
      exit: EXIT_UNAVAILABLE,
      message: `no usable keys of issuer ${named}; once fetched they are kept and survive an outage`,
    });
  }
  const recorded = await ledger.append(policyEntry(newId(), loaded));
  if (!recorded.ok) {
    await stop();
    return err({ exit: EXIT_LEDGER, message: `the ledger takes no records: ${recorded.error.reason}` });
  }
  const exposition = createExposition(registry, {
    monotonicMs: () => performance.now(),
    freshMs: loaded.limits.metricsFreshMs,
  });
  return ok({ gateway, server, metrics: exposition, ledger, indexer, revocations: revocations.value.parts, stop });
}
