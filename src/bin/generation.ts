/**
 * What one configuration makes of a gateway: policy, masking, identity, connections, API. The start makes the first
 * generation, each reload another, which takes over what is configured the same. What lasts longer than a configuration
 * (ledger, sessions, places, refusals) comes in.
 */
import { createApi } from '#api/app.ts';
import type { Api } from '#api/app.ts';
import type { ApiParts } from '#api/parts.ts';
import { ROUTES } from '#api/routes.ts';
import type { OpenApiKeys } from '#bin/api-keys.ts';
import type { ApiReads } from '#bin/api-reads.ts';
import { openConnections } from '#bin/connections.ts';
import type { ConnectionParts, OpenConnection } from '#bin/connections.ts';
import { openIssuers } from '#bin/issuers.ts';
import type { IssuerParts, OpenIssuers } from '#bin/issuers.ts';
import type { OpenNotices } from '#bin/notices.ts';
import type { OpenSignIn } from '#bin/sign-in.ts';
import type { SignInLasting } from '#bin/sign-in-lasting.ts';
import { version } from '#bin/version.ts';
import { EXIT_UNAVAILABLE, EXIT_USAGE } from '#cli/exit-codes.ts';
import type { ExitCode } from '#cli/exit-codes.ts';
import { holdSettings } from '#config/hold-settings.ts';
import type { LoadedConfig } from '#config/load.ts';
import { furtherKeysOf, maskingSettings } from '#config/masking-settings.ts';
import { isLoopbackHost, parseListen } from '#config/network-rules.ts';
import { policySettings } from '#config/policy-settings.ts';
import type { Admission } from '#gateway/admission.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { RevokeParts } from '#gateway/revoke.ts';
import { allowedHostsOf } from '#gateway/host.ts';
import type { Mounted } from '#gateway/server.ts';
import { createTrustedProxies } from '#gateway/source.ts';
import { createNamedGrants } from '#oauth/named-grants.ts';
import type { MaskThreads } from '#mask-threads/mask-threads.ts';
import { createMasker } from '#masking/masker.ts';
import type { Masker, PlainMaskerSettings } from '#masking/masker.ts';
import { createGivenGrants } from '#oauth/given-grants.ts';
import { createPolicy } from '#policy/policy.ts';
import type { Policy } from '#policy/policy.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type StartRefusal = { readonly exit: ExitCode; readonly message: string };

/** Shared by all generations. */
export type Lasting = Pick<
  Gateway,
  | 'inForce'
  | 'clock'
  | 'monotonic'
  | 'newId'
  | 'ledger'
  | 'sessions'
  | 'bindings'
  | 'definitions'
  | 'eventIds'
  | 'resumables'
  | 'asked'
  | 'approvals'
  | 'heldCalls'
  | 'fingerprints'
  | 'holdStates'
  | 'ownQuestions'
  | 'ownAnswers'
  | 'admission'
  | 'quotas'
  | 'recentCalls'
  | 'refusals'
  | 'throttles'
  | 'metrics'
  | 'tracing'
  | 'log'
  | 'leaving'
  | 'draining'
  | 'stopping'
> &
  Pick<ConnectionParts, 'env' | 'atExit' | 'budget'> &
  IssuerParts &
  SignInLasting & {
    readonly apiReads: ApiReads;
    readonly apiKeys: OpenApiKeys;
    readonly notices: OpenNotices;
    readonly revocations: RevokeParts;
    readonly apiAdmission: Admission;
    readonly brokenGlass: ApiParts['brokenGlass'] & { readonly broken: () => number };
    readonly maskingKey: Buffer;
    readonly maskThreads: MaskThreads;
    /** The configuration in force at each use, as read. */
    readonly currentConfig: () => LoadedConfig;
    /** The masker in force at each use: what outlives a reload must not go on with an earlier one. */
    readonly currentMasker: Masker;
  };

export type Generation = {
  /** Counts from 0, the start. */
  readonly number: number;
  readonly loaded: LoadedConfig;
  readonly gateway: Gateway;
  readonly api: Api;
  /** Undefined: nobody signs in here, all tokens are issuers'. */
  readonly signIn: Mounted | undefined;
  readonly issuers: OpenIssuers;
  readonly connections: ReadonlyMap<string, OpenConnection>;
};

function maskerOf(
  { config, secrets, limits }: LoadedConfig,
  lasting: Pick<Lasting, 'maskingKey' | 'maskThreads'>,
): Masker {
  const settings: PlainMaskerSettings = {
    // a copy: a small buffer is a view of what others keep theirs in, and all of that would go along
    key: new Uint8Array(lasting.maskingKey),
    furtherKeys: furtherKeysOf(secrets),
    ...maskingSettings(config),
    work: limits.maskingWork,
  };
  return createMasker(settings, {
    hereBytes: limits.maskHereBytes,
    mask: (bytes, context, owner, unwanted) =>
      lasting.maskThreads.mask(settings, bytes, context, { owner, ...(unwanted === undefined ? {} : { unwanted }) }),
  });
}

function policyOf(loaded: LoadedConfig): Result<Policy, StartRefusal> {
  const policy = createPolicy(policySettings(loaded));
  if (policy.ok) return policy;
  return err({
    exit: EXIT_USAGE,
    message: policy.error.map((problem) => `${problem.path.join('.')}: ${problem.message}`).join('\n'),
  });
}

const peopleOf = ({ signIns, webSessions, oauth }: Lasting): NonNullable<ApiParts['people']> => ({
  signIns,
  sessions: webSessions,
  grants: createGivenGrants(oauth.rows, oauth.keys),
});

function apiOf({ config }: LoadedConfig, gateway: Gateway, lasting: Lasting, signIn: OpenSignIn | undefined): Api {
  const { apiAdmission, apiKeys, apiReads, brokenGlass, epochs, revocations } = lasting;
  const apiIssuers = gateway.signsIn
    ? [gateway.publicUrl]
    : Object.values(config.issuers)
        .filter(({ apiAudience }) => apiAudience !== undefined)
        .map(({ issuer }) => issuer);
  return createApi(
    {
      ...gateway,
      apiAdmission,
      roles: config.roles,
      noticesOf: (approval) => lasting.notices.of(approval),
      web: signIn === undefined ? undefined : { ...lasting.webSessions, check: signIn.checkBrowser },
      people: gateway.signsIn ? peopleOf(lasting) : undefined,
      brokenGlass,
      epochs,
      apiIssuers,
      ...apiReads,
      revocations,
      grants: createNamedGrants(lasting.oauth.rows, lasting.oauth.keys),
      keys: apiKeys.parts,
      clients: config.signIn === undefined ? undefined : { store: lasting.clientStore, policy: config.signIn.clients },
      version: version(),
    },
    ROUTES,
  );
}

/** Waits for the keys of issuers that are new; those taken over are the same as before, usable or not. */
async function startIssuers(issuers: OpenIssuers, before: OpenIssuers | undefined): Promise<string | undefined> {
  await issuers.identity.start();
  const known = new Set([...(before?.keys.values() ?? [])].filter((keys) => keys.problem() !== undefined));
  const isNew = [...issuers.keys.values()].some((keys) => keys.problem() !== undefined && !known.has(keys));
  if (!isNew) return undefined;
  const unusable = issuers.identity.ready().filter((issuer) => !issuer.usable);
  const named = unusable.map((issuer) => `${issuer.issuer} (${issuer.reason ?? 'no keys'})`).join(', ');
  return `no usable keys of issuer ${named}; once fetched they are kept and survive an outage`;
}

/** A refused generation leaves nothing of its own open. */
export async function makeGeneration(
  loaded: LoadedConfig,
  lasting: Lasting,
  before?: Generation,
): Promise<Result<Generation, StartRefusal>> {
  const policy = policyOf(loaded);
  if (!policy.ok) return policy;
  const number = before === undefined ? 0 : before.number + 1;
  const issuers = openIssuers(loaded, lasting, before?.issuers);
  const unusable = await startIssuers(issuers, before?.issuers);
  if (unusable !== undefined) {
    await closeUnshared({ issuers, connections: new Map() }, before);
    return err({ exit: EXIT_UNAVAILABLE, message: unusable });
  }
  const suffix = number === 0 ? '' : `#${number}`;
  const connections = openConnections(
    { ...lasting, masker: lasting.currentMasker, loaded, suffix },
    before?.connections,
  );
  const { server } = loaded.config;
  const listenHost = parseListen(server.listen)?.host ?? '';
  const gateway: Gateway = {
    inForce: lasting.inForce,
    clock: lasting.clock,
    monotonic: lasting.monotonic,
    newId: lasting.newId,
    publicUrl: loaded.publicUrl,
    signsIn: loaded.config.signIn !== undefined,
    allowedOrigins: new Set([
      loaded.publicUrl,
      ...(server.allowedOrigins ?? []).map((origin) => new URL(origin).origin),
    ]),
    allowedHosts: allowedHostsOf({
      isLoopback: isLoopbackHost(listenHost),
      listenHost,
      publicUrl: loaded.publicUrl,
      listed: server.allowedHosts,
    }),
    proxies: createTrustedProxies(server.trustedProxies ?? []),
    identity: issuers.identity,
    policy: policy.value,
    masker: maskerOf(loaded, lasting),
    ledger: lasting.ledger,
    connections: new Map([...connections].map(([name, { runtime }]) => [name, runtime])),
    sessions: lasting.sessions,
    bindings: lasting.bindings,
    definitions: lasting.definitions,
    eventIds: lasting.eventIds,
    resumables: lasting.resumables,
    asked: lasting.asked,
    approvals: lasting.approvals,
    heldCalls: lasting.heldCalls,
    fingerprints: lasting.fingerprints,
    holdStates: lasting.holdStates,
    ownQuestions: lasting.ownQuestions,
    holds: holdSettings(loaded.config, loaded.publicUrl),
    ownAnswers: lasting.ownAnswers,
    admission: lasting.admission,
    quotas: lasting.quotas,
    recentCalls: lasting.recentCalls,
    refusals: lasting.refusals,
    throttles: lasting.throttles,
    metrics: lasting.metrics,
    tracing: lasting.tracing,
    limits: loaded.limits,
    log: lasting.log,
    leaving: lasting.leaving,
    draining: lasting.draining,
    stopping: lasting.stopping,
  };
  // Forty modules that most gateways never need.
  const signIn = gateway.signsIn ? (await import('#bin/sign-in.ts')).openSignIn(loaded, gateway, lasting) : undefined;
  const api = apiOf(loaded, gateway, lasting, signIn);
  return ok({ number, loaded, gateway, api, signIn, issuers, connections });
}

/** Closes what `generation` has and `other` has not. */
export async function closeUnshared(
  generation: Pick<Generation, 'issuers' | 'connections'>,
  other: Pick<Generation, 'issuers' | 'connections'> | undefined,
): Promise<void> {
  const keptKeys = new Set(other?.issuers.keys.values());
  const kept = new Set([...(other?.connections.values() ?? [])].map(({ runtime }) => runtime.upstream));
  await Promise.all([
    ...[...generation.issuers.keys.values()].filter((keys) => !keptKeys.has(keys)).map((keys) => keys.close()),
    ...[...generation.connections.values()]
      .filter(({ runtime }) => !kept.has(runtime.upstream))
      .map(({ runtime }) => runtime.upstream.close()),
  ]);
}
