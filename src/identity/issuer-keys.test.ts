import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { IssuerSettings } from '#identity/issuer.ts';
import type { IssuerKeys } from '#identity/issuer-keys.ts';
import { createIssuerKeys } from '#identity/issuer-keys.ts';
import { LIMITS } from '#limits.ts';
import { createListeningLog, createManualClock, createMemoryKeyCache } from '#test/fakes/identity.ts';
import { startFakeIssuer } from '#test/fakes/issuer.ts';
import type { FakeIssuer } from '#test/fakes/issuer.ts';

const START = 1_800_000_000_000;

describe('keys of an issuer', () => {
  let issuer: FakeIssuer;
  let keys: IssuerKeys;
  let clock = createManualClock(START);
  let keyCache = createMemoryKeyCache();
  let log = createListeningLog();

  const open = (more: Partial<IssuerSettings> = {}): IssuerKeys => {
    const settings: IssuerSettings = {
      namespace: 'idp',
      preset: 'generic',
      issuer: issuer.url,
      audiences: [],
      ...more,
    };
    keys = createIssuerKeys({ settings, fetch, clock, keyCache, limits: LIMITS, log });
    return keys;
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise(setImmediate);
  };
  const refreshed = (): number => log.lines.length;

  beforeEach(async () => {
    issuer = await startFakeIssuer({ algorithm: 'ES256' });
    clock = createManualClock(START);
    keyCache = createMemoryKeyCache();
    log = createListeningLog();
  });
  afterEach(async () => {
    await keys.close();
    await issuer.close();
  });

  it('are found by discovery and usable after start', async () => {
    open();
    assert.equal(keys.problem(), 'no keys: not fetched yet');
    assert.equal(keys.generation(), 0);
    await keys.start();
    assert.equal(keys.problem(), undefined);
    assert.equal(keys.find('key-1')?.usable, true);
    assert.equal(keys.find('other'), undefined);
    for (const kid of ['../key-1', 'key-1\u0000', '__proto__', 'constructor', 'toString'])
      assert.equal(keys.find(kid), undefined);
    assert.deepEqual(issuer.fetches, { metadata: 1, jwks: 1 });
  });

  it('are found under the RFC 8414 name when there is no OpenID Connect document', async () => {
    issuer.openidStatus = 404;
    await open().start();
    assert.equal(keys.problem(), undefined);
    assert.deepEqual(issuer.fetches, { metadata: 2, jwks: 1 });
  });

  it('come straight from jwksUri when it is set', async () => {
    await open({ jwksUri: issuer.jwksUri }).start();
    assert.equal(keys.problem(), undefined);
    assert.deepEqual(issuer.fetches, { metadata: 0, jwks: 1 });
  });

  it('are not taken from metadata of another issuer, not even one that differs by a slash', async () => {
    for (const other of [`${issuer.url}/`, 'https://other.example.com', undefined]) {
      issuer.metadata = { issuer: other };
      await open().start();
      assert.equal(keys.problem(), 'no keys: metadata issuer differs');
      await keys.close();
    }
    assert.equal(issuer.fetches.jwks, 0);
  });

  it('are not taken from an address that metadata may not lead to', async () => {
    for (const uri of ['http://keys.example.com/', 'file:///etc/passwd', 7]) {
      issuer.metadata = { jwks_uri: uri };
      await open().start();
      assert.equal(keys.problem(), 'no keys: jwks uri refused');
      await keys.close();
    }
  });

  it('of an issuer that answers with a redirect, 10 MB, an error or garbage are not there, and the reason is', async () => {
    for (const [mode, reason] of [
      ['redirect', 'redirected'],
      ['huge', 'too large'],
      ['error', 'HTTP status 500'],
      ['garbage', 'not json'],
    ] as const) {
      issuer.mode = mode;
      await open().start();
      assert.equal(keys.problem(), `no keys: ${reason}`);
      await keys.close();
    }
  });

  it('of a slow issuer are given up after issuerFetchMs, metadata and keys together', async () => {
    issuer.mode = 'slow';
    const started = open().start();
    await until(() => issuer.fetches.jwks === 1);
    clock.advance(LIMITS.issuerFetchMs - 1);
    await new Promise(setImmediate);
    assert.equal(refreshed(), 0);
    clock.advance(1);
    await started;
    assert.equal(keys.problem(), 'no keys: timed out');
  });

  it('follow a rotation at the next unknown kid, and get another generation', async () => {
    await open().start();
    const before = keys.generation();
    await issuer.rotate();
    clock.set(START + LIMITS.issuerRefetchCooldownMs);
    assert.equal(keys.mayRefetch(), true);
    assert.equal(await keys.refetch(), true);
    assert.equal(keys.find('key-2')?.usable, true);
    assert.equal(keys.find('key-1'), undefined);
    assert.equal(keys.generation(), before + 1);
  });

  it('are fetched once per cooldown however many unknown kids come, one at a time', async () => {
    await open().start();
    assert.equal(issuer.fetches.jwks, 1);
    clock.set(START + LIMITS.issuerRefetchCooldownMs - 1);
    assert.equal(keys.mayRefetch(), false);
    assert.equal(await keys.refetch(), false);
    assert.equal(issuer.fetches.jwks, 1);

    clock.set(START + LIMITS.issuerRefetchCooldownMs);
    const flood = Array.from({ length: 100 }, () => keys.refetch());
    assert.equal(keys.mayRefetch(), true);
    assert.deepEqual(new Set(await Promise.all(flood)), new Set([true]));
    assert.equal(issuer.fetches.jwks, 2);
    assert.equal(await keys.refetch(), false);
  });

  it('are waited for by so many and no more, and the rest can tell that from an unknown key', async () => {
    await open().start();
    issuer.mode = 'slow';
    clock.set(START + LIMITS.issuerRefetchCooldownMs);
    const waiting = Array.from({ length: LIMITS.issuerKeyWaiters }, () => keys.refetch());
    assert.equal(keys.isCrowded(), true);
    assert.equal(keys.mayRefetch(), false);
    assert.equal(await keys.refetch(), false);
    await until(() => issuer.fetches.jwks === 2);
    clock.advance(LIMITS.issuerFetchMs);
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set([true]));
    assert.equal(keys.isCrowded(), false);
  });

  it('that the issuer withdrew while the gateway was away are gone from the start', async () => {
    await open().start();
    await keys.close();
    await issuer.rotate();
    await open().start();
    assert.equal(keys.find('key-1'), undefined);
    assert.equal(keys.find('key-2')?.usable, true);
  });

  it('may be fetched again after the clock went back, without waiting out the jump', async () => {
    await open().start();
    clock.set(START - 3_600_000);
    assert.equal(keys.mayRefetch(), true);
  });

  it('are refreshed in the background when no longer fresh, and keep their generation when nothing changed', async () => {
    await open().start();
    const before = keys.generation();
    clock.advance(LIMITS.issuerKeysFreshMs - 1);
    assert.equal(issuer.fetches.jwks, 1);
    clock.advance(1);
    await until(() => refreshed() === 2);
    assert.equal(issuer.fetches.jwks, 2);
    assert.equal(keys.generation(), before);
  });

  it('that the issuer withdrew are gone after the background refresh, without any token asking', async () => {
    await open().start();
    await issuer.rotate();
    clock.advance(LIMITS.issuerKeysFreshMs);
    await until(() => refreshed() === 2);
    assert.equal(keys.find('key-1'), undefined);
    assert.equal(keys.generation(), 2);
  });

  it('stay through an outage until they are stale, are retried every cooldown, and come back', async () => {
    await open().start();
    issuer.mode = 'error';
    clock.advance(LIMITS.issuerKeysFreshMs);
    await until(() => refreshed() === 2);
    assert.equal(keys.find('key-1')?.usable, true);
    clock.advance(LIMITS.issuerRefetchCooldownMs);
    await until(() => refreshed() === 3);

    clock.set(START + LIMITS.issuerKeysStaleMs);
    assert.equal(keys.find('key-1')?.usable, true);
    clock.set(START + LIMITS.issuerKeysStaleMs + 1);
    assert.equal(keys.find('key-1'), undefined);
    assert.equal(keys.generation(), 0);
    assert.equal(keys.problem(), 'keys are stale: HTTP status 500');
    assert.equal(keys.ageMs(), LIMITS.issuerKeysStaleMs + 1);
    assert.equal(keys.failedRefreshes(), 2);

    issuer.mode = 'ok';
    clock.advance(0);
    await until(() => refreshed() === 4);
    assert.equal(keys.problem(), undefined);
  });

  it('are not replaced by a document that contradicts itself or is empty of usable keys', async () => {
    await open().start();
    const twin = { kty: 'oct', k: 'AAAA', kid: 'key-1' };
    issuer.extraKeys = [twin];
    clock.advance(LIMITS.issuerKeysFreshMs);
    await until(() => refreshed() === 2);
    assert.equal(log.lines[1]?.fields['reason'], 'duplicate_kid');
    assert.equal(keys.find('key-1')?.usable, true);
  });

  it('survive a restart while the issuer is down', async () => {
    await open().start();
    await keys.close();
    await issuer.close();
    clock.advance(LIMITS.issuerKeysStaleMs - 1);
    await open().start();
    assert.equal(keys.problem(), undefined);
    assert.equal(keys.find('key-1')?.usable, true);
    await until(() => refreshed() === 2);
    assert.equal(log.lines[1]?.fields['reason'], 'unreachable');
    clock.advance(2);
    assert.notEqual(keys.problem(), undefined);
  });

  it('are usable though they cannot be stored, and the log says so', async () => {
    keyCache.write = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    await open().start();
    assert.equal(keys.problem(), undefined);
    await until(() => refreshed() === 2);
    assert.deepEqual(log.lines[1]?.fields, { issuer: 'idp', code: 'ENOSPC' });
  });

  it('are no longer refreshed once closed, not even by a fetch under way', async () => {
    issuer.mode = 'slow';
    void open().start();
    await until(() => issuer.fetches.jwks === 1);
    await keys.close();
    assert.equal(clock.waiting, 0);
    assert.equal(keys.mayRefetch(), false);
    assert.equal(await keys.refetch(), false);
    assert.equal(log.lines.length, 0);
  });
});
