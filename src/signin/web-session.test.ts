import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { headersOf } from '#gateway/steps/receive.ts';
import { createEpochs } from '#identity/epochs.ts';
import { digestToken } from '#identity/token-cache.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { LIMITS } from '#limits.ts';
import { callerOf } from '#oauth/sign-in.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { createWebSessions } from '#signin/web-session.ts';
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
  // The issuer was asked a moment ago, unless a test says otherwise.
  let checkedMs = (): number => nowMs;
  let ids = 0;
  const sessions = createWebSessions({
    store,
    signIns: {
      find(id) {
        const signIn = signIns.get(id);
        return signIn === undefined ? undefined : { ...signIn, checkedAtMs: Math.max(signIn.checkedAtMs, checkedMs()) };
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
  const asked = (atMs: number): void => void (checkedMs = () => atMs);
  return { store, epochs, signIns, trusted, sessions, begin, asked, pass: (ms: number) => (nowMs += ms) };
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
    assert.ok(sessions.find(headers), `${hour}`);
  }
  assert.equal(sessions.find(left.headers), undefined);
  pass(59 * MINUTE);
  assert.ok(sessions.find(headers));
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
  const other = { ...callerOf(ada, undefined), groups: [] };
  const judged = asVerified({ caller: other, issuedAtMs: 0, expiresAtMs: 0, tokenDigest: digest });
  assert.equal(sessions.callers.stillHolds(judged), false, 'judged by other groups');
  await sessions.end([present.session.id]);
  assert.equal(sessions.callers.stillHolds(verified), false);
  assert.equal(sessions.callers.find(value, digest), undefined);
});

test('without a word of the issuer for too long nobody sits there, and it is known of whom to ask', async () => {
  const { sessions, begin, asked, pass } = arrange();
  const { headers } = await begin();
  const digest = digestToken(sessions.value(headers) ?? '');
  asked(START);
  pass(LIMITS.issuerCheckStaleMs - 1);
  assert.equal(sessions.find(headers)?.signIn.id, ada.id);
  pass(1);
  assert.equal(sessions.find(headers), undefined);
  assert.equal(sessions.callers.find('', digest), undefined);
  assert.equal(sessions.signInOf(headers)?.id, ada.id);
  asked(START + LIMITS.issuerCheckStaleMs);
  assert.equal(sessions.callers.find('', digest)?.caller.subject, '00u1');
});
