/**
 * The verification keys of one issuer over time: discovery, refresh in the background, rotation, outage, restart.
 * Refuses to know tokens; it is asked for a `kid` and answers with a key or a reason.
 *
 * Fresh keys are fetched every `issuerKeysFreshMs`, after a failure every `issuerRefetchCooldownMs`. An unknown `kid`
 * fetches at once, but at most once per cooldown and one at a time, so that invented kids cannot make the gateway
 * flood the issuer. When fetching fails the old keys stay until `issuerKeysStaleMs`.
 */
import type { IdentityClock } from '#identity/clock.ts';
import type { IssuerSettings } from '#identity/issuer.ts';
import type { FetchFault, FetchPorts, IssuerFetch } from '#identity/issuer-fetch.ts';
import { fetchIssuerDocument, TIMED_OUT } from '#identity/issuer-fetch.ts';
import { discoveryUrls, isTrustworthyJwksUri } from '#identity/issuer-url.ts';
import type { IssuerKey, KeySet, KeySetFault } from '#identity/jwks.ts';
import { parseIssuerDocument, readKeySet } from '#identity/jwks.ts';
import type { KeyCache } from '#identity/key-cache.ts';
import { decodeCachedKeys, encodeCachedKeys } from '#identity/key-cache.ts';
import type { Limits } from '#limits.ts';
import type { Result } from '#result.ts';
import { err, ok } from '#result.ts';

export type IdentityLog = {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
};

export type RefreshFault =
  | FetchFault
  | { readonly reason: KeySetFault | 'metadata_not_json' | 'metadata_issuer_differs' | 'jwks_uri_refused' };

export type IssuerKeysOptions = {
  readonly settings: IssuerSettings;
  readonly fetch: IssuerFetch;
  readonly clock: IdentityClock;
  readonly keyCache: KeyCache;
  readonly limits: Limits;
  readonly log: IdentityLog;
};

export type IssuerKeys = {
  /** Reads the persisted copy, asks the issuer once, at most `issuerFetchMs` long, and goes on refreshing. */
  start(): Promise<void>;
  find(kid: string): IssuerKey | undefined;
  /** Fetches unless that was done within the cooldown; false when it was. Concurrent callers share one fetch, up to `issuerKeyWaiters`. */
  refetch(): Promise<boolean>;
  /** Whether `refetch` would ask the issuer or wait for an answer under way. */
  mayRefetch(): boolean;
  /** Whether as many as may wait for the issuer's answer already do: then an unknown `kid` says nothing about the token. */
  isCrowded(): boolean;
  /**
   * Number of the current set of keys; changes when any key is added, removed or replaced, and is 0 while no usable
   * keys are there. What was verified under another generation has to be verified again.
   */
  generation(): number;
  /** Undefined when usable, otherwise why not. */
  problem(): string | undefined;
  /** Milliseconds since the keys in use were fetched; undefined without keys. */
  ageMs(): number | undefined;
  /** Attempts to fetch them that failed since the start. */
  failedRefreshes(): number;
  /** Stops refreshing; resolves when nothing is being written any more. */
  close(): Promise<void>;
};

export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { settings, clock, keyCache, limits, log } = options;
  const stop = new AbortController();

  let current: KeySet | undefined;
  let fetchedAtMs = 0;
  let generation = 0;
  let lastAttemptMs = Number.NEGATIVE_INFINITY;
  let lastFault: RefreshFault | undefined;
  let failedRefreshes = 0;
  let underWay: Promise<void> | undefined;
  let waiting = 0;
  let cancelNext = (): void => {};
  let stored: Promise<void> = Promise.resolve();

  const isUsable = (): boolean => current !== undefined && clock.nowMs() - fetchedAtMs <= limits.issuerKeysStaleMs;
  const coolingDown = (): boolean => {
    const sinceMs = clock.nowMs() - lastAttemptMs;
    // A clock that went back must not stretch the cooldown to the length of the jump.
    return sinceMs >= 0 && sinceMs < limits.issuerRefetchCooldownMs;
  };

  const isCrowded = (): boolean => underWay !== undefined && waiting >= limits.issuerKeyWaiters;

  const adopt = (keySet: KeySet, atMs: number): void => {
    if (keySet.fingerprint !== current?.fingerprint) generation += 1;
    current = keySet;
    fetchedAtMs = atMs;
  };

  const store = async (jwks: Buffer, atMs: number): Promise<void> => {
    try {
      await keyCache.write(settings.namespace, encodeCachedKeys(settings, jwks, atMs));
    } catch (error) {
      // Costs readiness after a restart while the issuer is down, nothing now.
      log.warn({ issuer: settings.namespace, code: errorCode(error) }, 'issuer keys could not be stored');
    }
  };

  const attempt = async (): Promise<void> => {
    const startedMs = clock.nowMs();
    lastAttemptMs = startedMs;
    const deadline = new AbortController();
    const cancelDeadline = clock.after(limits.issuerFetchMs, () => {
      deadline.abort(TIMED_OUT);
    });
    const signal = AbortSignal.any([deadline.signal, stop.signal]);
    const fetched = await fetchKeySet(settings, { fetch: options.fetch, limits, signal });
    cancelDeadline();
    if (stop.signal.aborted) return;
    if (!fetched.ok) {
      lastFault = fetched.error;
      failedRefreshes += 1;
      const ageMs = current === undefined ? null : clock.nowMs() - fetchedAtMs;
      log.warn({ issuer: settings.namespace, ...fetched.error, keysAgeMs: ageMs }, 'refreshing issuer keys failed');
      return;
    }
    lastFault = undefined;
    adopt(fetched.value.keySet, startedMs);
    log.info({ issuer: settings.namespace, keys: fetched.value.keySet.keys.size }, 'issuer keys refreshed');
    // Behind one another and not waited for: a slow disk must not keep callers from the new key.
    stored = stored.then(() => store(fetched.value.jwks, startedMs));
  };

  /** Single flight; schedules its own successor. */
  const refresh = (): Promise<void> => {
    underWay ??= attempt().finally(() => {
      underWay = undefined;
      cancelNext();
      if (stop.signal.aborted) return;
      const delayMs = lastFault === undefined ? limits.issuerKeysFreshMs : limits.issuerRefetchCooldownMs;
      cancelNext = clock.after(delayMs, () => void refresh());
    });
    return underWay;
  };

  return {
    async start() {
      const text = await keyCache.read(settings.namespace);
      const cached = text === null ? undefined : decodeCachedKeys(text, settings, clock.nowMs(), limits);
      if (cached !== undefined) adopt(cached.keySet, cached.fetchedAtMs);
      // Also with a stored copy: a key that the issuer withdrew meanwhile must not count for another moment.
      await refresh();
    },
    find: (kid) => (isUsable() ? current?.keys.get(kid) : undefined),
    mayRefetch: () => !stop.signal.aborted && !isCrowded() && (underWay !== undefined || !coolingDown()),
    isCrowded,
    async refetch() {
      if (isCrowded() || (underWay === undefined && (coolingDown() || stop.signal.aborted))) return false;
      waiting += 1;
      try {
        await refresh();
      } finally {
        waiting -= 1;
      }
      return true;
    },
    generation: () => (isUsable() ? generation : 0),
    problem() {
      if (isUsable()) return undefined;
      const why = lastFault === undefined ? 'not fetched yet' : describeFault(lastFault);
      return current === undefined ? `no keys: ${why}` : `keys are stale: ${why}`;
    },
    ageMs: () => (current === undefined ? undefined : clock.nowMs() - fetchedAtMs),
    failedRefreshes: () => failedRefreshes,
    async close() {
      stop.abort('stopped');
      cancelNext();
      await underWay;
      await stored;
    },
  };
}

type KeyPorts = FetchPorts & { readonly limits: Limits };
type Fetched = { readonly keySet: KeySet; readonly jwks: Buffer };

async function fetchKeySet(settings: IssuerSettings, ports: KeyPorts): Promise<Result<Fetched, RefreshFault>> {
  const jwksUri = settings.jwksUri === undefined ? await discover(settings, ports) : ok(settings.jwksUri);
  if (!jwksUri.ok) return jwksUri;
  const jwks = await fetchIssuerDocument(jwksUri.value, ports);
  if (!jwks.ok) return jwks;
  const keySet = readKeySet(jwks.value, ports.limits);
  return keySet.ok ? ok({ keySet: keySet.value, jwks: jwks.value }) : err({ reason: keySet.error });
}

/** The second address is asked only when the first one says it has no such document. */
async function discover(settings: IssuerSettings, ports: KeyPorts): Promise<Result<string, RefreshFault>> {
  let fault: RefreshFault = { reason: 'unreachable' };
  for (const url of discoveryUrls(settings.issuer)) {
    const fetched = await fetchIssuerDocument(url, ports);
    if (!fetched.ok) {
      fault = fetched.error;
      if (fault.reason === 'status' && fault.status === 404) continue;
      return err(fault);
    }
    const metadata = parseIssuerDocument(fetched.value, ports.limits);
    if (metadata === undefined) return err({ reason: 'metadata_not_json' });
    // RFC 8414 section 3.3: otherwise one tenant of a shared host could speak for another (mix-up).
    if (metadata['issuer'] !== settings.issuer) return err({ reason: 'metadata_issuer_differs' });
    const jwksUri = metadata['jwks_uri'];
    if (typeof jwksUri !== 'string' || !isTrustworthyJwksUri(jwksUri, settings.issuer)) {
      return err({ reason: 'jwks_uri_refused' });
    }
    return ok(jwksUri);
  }
  return err(fault);
}

const describeFault = (fault: RefreshFault): string =>
  'status' in fault ? `HTTP status ${fault.status}` : fault.reason.replaceAll('_', ' ');

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
