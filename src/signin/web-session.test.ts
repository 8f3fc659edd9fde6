import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Headers } from '#gateway/call.ts';
import { headersOf } from '#gateway/steps/receive.ts';
import { createEpochs } from '#identity/epochs.ts';
import { digestToken } from '#identity/token-cache.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { LIMITS } from '#limits.ts';
import { callerOf } from '#oauth/sign-in.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import type { CheckAgain } from '#signin/asked.ts';
import { createWebSessions, PresenceUnknown } from '#signin/web-session.ts';
import { createFakeWebSessionStore } from '#test/fakes/web-session-store.ts';

const START = 1_000_000_000;
const MINUTE = 60_000;
const ada: SignIn = {
  id: 'ada-1',
  issuer: 'https://acme.okta.com',
  namespace: 'okta',
  subject: '00u1',
  login: 'ada@example.com',
  groups: ['okta:all'],
  signedInAtMs: START,
  expiresAtMs: START + 12 * 60 * MINUTE,
  checkedAtMs: START,
  sealedRefresh: undefined,
  endedAtMs: undefined,
};

function arrange() {
  const store = createFakeWebSessionStore();
  const epochs = createEpochs(LIMITS);
  const signIns = new Map<string, SignIn>([[ada.id, ada]]);
  const trusted = new Set([ada.issuer]);
  let nowMs = START;
  let issuer: CheckAgain = 'holds';
  const asked: string[] = [];
  let ids = 0;
  const sessions = createWebSessions({
    store,
    signIns: { find: (id) => signIns.get(id) },
    accounts: {
      async findChecked(id) {
        asked.push(id);
        const signIn = signIns.get(id);
        if (signIn === undefined || issuer === 'unreachable') return 'unavailable';
        signIns.set(id, { ...signIn, ...(issuer === 'holds' ? { checkedAtMs: nowMs } : { endedAtMs: nowMs }) });
        return issuer === 'holds' ? signIn : 'none';
      },
    },
    epochs,
    trusts: (issuer) => trusted.has(issuer),
    secret: Buffer.alloc(32, 7),
    publicUrl: 'https://mcp.example.com',
    idleMinutes: 60,
    limits: LIMITS,
    random: (count) => randomBytes(count),
    newId: () => `session-${(ids += 1)}`,
    clock: () => nowMs,
    log: { warn: () => undefined },
  });
  const withCookie = (setCookie: string) => headersOf(['cookie', setCookie.split(';', 1)[0] ?? '']);
  const begin = async (signIn = ada, headers = headersOf([])) => {
    const begun = await sessions.begin({ signIn, headers, source: '192.0.2.77', freshAtMs: nowMs });
    return { ...begun, headers: withCookie(begun.setCookie) };
  };
  return {
    store,
    epochs,
    signIns,
    trusted,
    sessions,
    begin,
    asked,
    pass: (ms: number) => (nowMs += ms),
    says: (word: CheckAgain) => (issuer = word),
  };
}

test('the cookie of a sign-in names who sits there, and no other value does', async () => {
  const { sessions, begin } = arrange();
  const { headers } = await begin();
  assert.equal(sessions.find(headers)?.signIn.subject, '00u1');
  assert.equal(sessions.find(headersOf([])), undefined);
  assert.equal(sessions.find(headersOf(['cookie', `__Host-gatebook=${'A'.repeat(43)}`])), undefined);
});

test('the value of the cookie is in no row', async () => {
  const { store, begin } = arrange();
  const { setCookie } = await begin();
  const value = /=([\w-]{43});/.exec(setCookie)?.[1] ?? '';
  assert.equal(value.length, 43);
  const rows = JSON.stringify(
    store.rows().map((row) => ({ ...row, digest: Buffer.from(row.digest).toString('base64url') })),
  );
  assert.ok(!rows.includes(value));
  assert.ok(!rows.includes('192.0.2.77'));
});

test('whoever signs in gets a new value, and the one the browser came with is worth nothing afterwards', async () => {
  const { sessions, begin } = arrange();
  const planted = await begin();
  const own = await begin(ada, planted.headers);
  assert.notEqual(own.setCookie, planted.setCookie);
  assert.equal(sessions.find(planted.headers), undefined);
  assert.equal(sessions.find(own.headers)?.session.id, own.present.session.id);
});

test('a value that somebody planted does not become the session', async () => {
  const { sessions, begin } = arrange();
  const planted = headersOf(['cookie', `__Host-gatebook=${'E'.repeat(43)}`]);
  await begin(ada, planted);
  assert.equal(sessions.find(planted), undefined);
});

test('a session ends when nobody uses it, goes on while somebody does, and is over with its sign-in', async () => {
  const { sessions, begin, pass } = arrange();
  const { headers } = await begin();
  const left = await begin();
  for (let hour = 0; hour < 11; hour += 1) {
    pass(59 * MINUTE);
    assert.ok(await sessions.findChecked(headers), `${hour}`);
  }
  assert.equal(sessions.find(left.headers), undefined);
  pass(59 * MINUTE);
  assert.ok(await sessions.findChecked(headers));
  pass(12 * MINUTE);
  assert.equal(sessions.find(headers), undefined);
});

test('use is written now and then, not with every request', async () => {
  const { store, sessions, begin, pass } = arrange();
  const { headers } = await begin();
  const before = store.writes();
  sessions.find(headers);
  pass(30_000);
  sessions.find(headers);
  assert.equal(store.writes(), before);
  pass(30_000);
  sessions.find(headers);
  assert.equal(store.writes(), before + 1);
});

test('when the sign-in ends, is revoked or is gone, so is the session', async () => {
  const { sessions, begin, signIns, epochs, pass } = arrange();
  const { headers } = await begin();
  signIns.set(ada.id, { ...ada, endedAtMs: START });
  assert.equal(sessions.find(headers), undefined);
  signIns.set(ada.id, ada);
  signIns.delete(ada.id);
  assert.equal(sessions.find(headers), undefined);
  signIns.set(ada.id, ada);
  pass(1);
  epochs.revokeCaller(ada, START + 1 + LIMITS.tokenClockSkewMs);
  assert.equal(sessions.find(headers), undefined);
});

test('an issuer that is taken out of the configuration has nobody signed in any more', async () => {
  const { sessions, begin, trusted } = arrange();
  const { headers } = await begin();
  trusted.clear();
  assert.equal(sessions.find(headers), undefined);
});

test('while nobody can say what is revoked, nobody is let in and nobody is signed out', async () => {
  const { sessions, begin, epochs } = arrange();
  const { headers } = await begin();
  epochs.setKnown(false);
  assert.throws(() => sessions.find(headers), /cannot be told/);
  epochs.setKnown(true);
  assert.ok(sessions.find(headers));
});

test('a proof is fresh for five minutes, and a clock of the issuer that is ahead makes it no fresher', async () => {
  const { sessions, pass } = arrange();
  const { present } = await sessions.begin({
    signIn: ada,
    headers: headersOf([]),
    source: '',
    freshAtMs: START + 10 * MINUTE,
  });
  assert.equal(sessions.isFresh(present), true);
  pass(5 * MINUTE - 1);
  assert.equal(sessions.isFresh(present), true);
  pass(1);
  assert.equal(sessions.isFresh(present), false);
});

test('the token of one session is none of another', async () => {
  const { sessions, begin } = arrange();
  const [a, b] = [await begin(), await begin()];
  assert.equal(sessions.isToken(a.present, a.present.csrf), true);
  assert.equal(sessions.isToken(a.present, b.present.csrf), false);
  assert.equal(sessions.isToken(a.present, ''), false);
  assert.equal(sessions.find(a.headers)?.csrf, a.present.csrf);
});

test('those of a person are listed as long as they live, and end one by one or together', async () => {
  const { sessions, begin, pass } = arrange();
  const a = await begin();
  pass(1);
  const b = await begin();
  pass(1);
  const c = await begin();
  const ids = () => sessions.of([ada]).map(({ id }) => id);
  assert.deepEqual(
    ids(),
    [c, b, a].map(({ present }) => present.session.id),
  );
  await sessions.end([b.present.session.id]);
  assert.equal(sessions.find(b.headers), undefined);
  assert.equal(ids().length, 2);
  await sessions.endOf([ada.id]);
  assert.equal(sessions.find(a.headers), undefined);
  assert.deepEqual(ids(), []);
});

test('the API knows the person by the value of the cookie, until the session ends', async () => {
  const { sessions, begin } = arrange();
  const { headers, present } = await begin();
  const value = sessions.value(headers) ?? '';
  const digest = digestToken(value);
  const found = sessions.callers.find(value, digest);
  assert.deepEqual(found?.caller, { ...callerOf(ada, undefined), client: undefined });
  assert.equal(found?.resource, 'https://mcp.example.com/api');
  assert.equal(found?.expiresAtMs, ada.expiresAtMs);
  assert.equal(sessions.callers.find('A'.repeat(43), digestToken('A'.repeat(43))), undefined);
  const verified = asVerified({ caller: callerOf(ada, undefined), issuedAtMs: 0, expiresAtMs: 0, tokenDigest: digest });
  assert.equal(sessions.callers.stillHolds(verified), true);
  await sessions.end([present.session.id]);
  assert.equal(sessions.callers.stillHolds(verified), false);
  assert.equal(sessions.callers.find(value, digest), undefined);
});

/** By the cookie, at the API, and what an open stream asks. */
function doors({ sessions }: ReturnType<typeof arrange>, headers: Headers) {
  const value = sessions.value(headers) ?? '';
  const tokenDigest = digestToken(value);
  const verified = asVerified({ caller: callerOf(ada, undefined), issuedAtMs: 0, expiresAtMs: Infinity, tokenDigest });
  return [
    () => sessions.find(headers),
    () => sessions.callers.find(value, tokenDigest),
    () => sessions.callers.stillHolds(verified),
  ];
}

test('nobody is let in a quarter of an hour after the last yes of their issuer, before it is asked again', async () => {
  const site = arrange();
  const { headers } = await site.begin();
  site.pass(LIMITS.issuerCheckStaleMs - 1);
  for (const door of doors(site, headers)) assert.ok(door());
  assert.ok(await site.sessions.findChecked(headers));
  assert.deepEqual(site.asked, [], 'while the check is fresh nobody is asked');
  site.pass(1);
  for (const door of doors(site, headers)) assert.throws(door, PresenceUnknown);
  assert.equal((await site.sessions.findChecked(headers))?.signIn.checkedAtMs, START + LIMITS.issuerCheckStaleMs);
  assert.deepEqual(site.asked, [ada.id]);
  for (const door of doors(site, headers)) assert.ok(door());
});

test('an issuer that says no ends the browser’s session, and one that does not answer lets nobody in', async () => {
  const gone = arrange();
  const { headers } = await gone.begin();
  gone.pass(LIMITS.issuerCheckStaleMs);
  gone.says('unreachable');
  for (let turn = 0; turn < 2; turn += 1) await assert.rejects(gone.sessions.findChecked(headers), PresenceUnknown);
  gone.says('refused');
  assert.equal(await gone.sessions.findChecked(headers), undefined);
  gone.says('holds');
  assert.equal(await gone.sessions.findChecked(headers), undefined);
  for (const door of doors(gone, headers)) assert.ok(door() === undefined || door() === false);
});

test('a yes from the future is none: a clock that goes back makes nobody stay for longer', async () => {
  const site = arrange();
  const { headers } = await site.begin({ ...ada });
  site.pass(-MINUTE);
  for (const door of doors(site, headers)) assert.throws(door, PresenceUnknown);
});
