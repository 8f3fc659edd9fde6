import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { hasApiKeyForm } from '#accounts/api-key-form.ts';
import { Key, KeyMade } from '#api/contract/key.ts';
import { ROUTES } from '#api/routes.ts';
import { err } from '#result.ts';
import { fakeKeys } from '#test/fakes/api-keys.ts';
import { ADMIN_TOKEN, AUDITOR_TOKEN, BOTH_TOKEN, by, listenApi, POLICY_TOKEN } from '#test/fakes/api.ts';
import { GRACE } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const PATH = '/api/v1/keys';
const DAY_MS = 24 * 3_600_000;
const ACCOUNT = { owner: 'okta:ann', purpose: 'p' };

async function listen(t: TestContext) {
  const { store, inForce, keys } = fakeKeys();
  const { ask, gateway } = await listenApi(t, ROUTES, { keys });
  const asked = async (method: string, path: string, token: string, body?: object) => {
    const headers = { ...by(token), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await ask({ method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return { ...answer, json: JSON.parse(answer.text) as Record<string, unknown> };
  };
  const post = (body: object, token = ADMIN_TOKEN) => asked('POST', PATH, token, body);
  const list = async (token = ADMIN_TOKEN) => {
    const answer = await ask({ method: 'GET', path: PATH, headers: by(token) });
    return Key.array().parse(JSON.parse(answer.text));
  };
  const remove = (id: string, token = ADMIN_TOKEN) => asked('DELETE', `${PATH}/${id}`, token);
  return { ask, store, gateway, inForce, post, list, remove };
}

test('an admin makes a key, sees it once, and it is recorded before it is in force by its fingerprint alone', async (t) => {
  const { gateway, store, post, list } = await listen(t);
  const reservedAt: number[] = [];
  const append = gateway.ledger.append.bind(gateway.ledger);
  gateway.ledger.append = (entry) => {
    reservedAt.push(store.all().length);
    return append(entry);
  };
  const answer = await post({
    account: 'bot',
    connections: ['notes'],
    level: 'read',
    networks: ['10.0.0.0/8'],
    days: 30,
  });
  assert.equal(answer.status, 201);
  const { key, id, createdAt, expiresAt, record, ...rest } = KeyMade.parse(answer.json);
  assert.ok(hasApiKeyForm(key));
  assert.deepEqual(rest, {
    account: 'bot',
    status: 'live',
    connections: ['notes'],
    level: 'read',
    networks: ['10.0.0.0/8'],
    createdBy: { issuer: GRACE.issuer, subject: 'grace' },
  });
  assert.equal(Date.parse(expiresAt) - Date.parse(createdAt), 30 * DAY_MS);
  assert.deepEqual([record, reservedAt], ['a:0', [0]]);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control key_created']);
  const header = headerOf(gateway.ledger.entries[0]);
  assert.equal(header.detail?.['key'], id);
  assert.equal(header.detail?.['expires'], expiresAt);
  assert.equal(header.caller?.subject, 'grace');
  const listed = await list(AUDITOR_TOKEN);
  assert.deepEqual(
    listed.map((one) => one.id),
    [id],
  );
  for (const text of [JSON.stringify(header), JSON.stringify(listed)]) assert.ok(!text.includes(key.slice(4, 20)));
});

test('a key lives 90 days unless it is said otherwise, and never longer than its account', async (t) => {
  const { gateway, inForce, post } = await listen(t);
  const lifetime = async (body: object) => {
    const answer = await post(body);
    const { createdAt, expiresAt } = answer.json;
    return answer.status === 201 ? Date.parse(String(expiresAt)) - Date.parse(String(createdAt)) : answer.json;
  };
  assert.equal(await lifetime({ account: 'bot' }), 90 * DAY_MS);
  const today = new Date(gateway.clock()).toISOString().slice(0, 10);
  const endMs = Date.parse(`${today}T00:00:00Z`) + DAY_MS;
  inForce.accounts = { ...inForce.accounts, bot: { ...ACCOUNT, connections: ['*'], until: today } };
  assert.equal(await lifetime({ account: 'bot' }), endMs - gateway.clock());
  const refused = await post({ account: 'bot', days: 2 });
  assert.deepEqual([refused.status, refused.json['parameter']], [400, 'days']);
  assert.match(String(refused.json['detail']), new RegExp(new Date(endMs).toISOString()));
});

test('what the account may not have, or what is not there, no key is made for', async (t) => {
  const { gateway, inForce, store, post } = await listen(t);
  inForce.accounts = { ...inForce.accounts, over: { ...ACCOUNT, connections: ['*'], until: '2001-01-01' } };
  for (const [body, parameter] of [
    [{ account: 'gone' }, 'account'],
    [{ account: 'constructor' }, 'account'],
    [{ account: 'over' }, 'account'],
    [{ account: 'narrow', connections: ['notes', 'github'] }, 'connections'],
    [{ account: 'bot', connections: ['gone'] }, 'connections'],
    [{ account: 'bot', connections: [] }, 'connections'],
    [{ account: 'bot', level: 'gone' }, 'level'],
    [{ account: 'bot', level: 'constructor' }, 'level'],
    [{ account: 'bot', networks: ['10.0.0.0/33'] }, 'networks'],
    [{ account: 'bot', networks: ['10.0.0.0/8', 'office'] }, 'networks'],
    [{ account: 'bot', networks: [] }, 'networks'],
    [{ account: 'bot', networks: Array.from({ length: 33 }, () => '10.0.0.1') }, 'networks'],
    [{ account: 'bot', days: 366 }, 'days'],
    [{ account: 'bot', days: 0 }, 'days'],
    [{ account: 'bot', key: 'gbk_mine' }, 'key'],
  ] as const) {
    const answer = await post(body);
    assert.deepEqual([answer.status, answer.json['parameter']], [400, parameter], JSON.stringify(body));
  }
  assert.deepEqual([store.all(), gateway.ledger.entries], [[], []]);
  assert.equal((await post({ account: 'narrow' })).status, 201);
});

test('an account has two live keys, and a third only when one of them was revoked', async (t) => {
  const { post, remove } = await listen(t);
  const [first] = [await post({ account: 'bot' }), await post({ account: 'bot' })];
  const third = await post({ account: 'bot' });
  assert.deepEqual([third.status, third.json['code'], third.json['executed']], [409, 'too_many_keys', 'no']);
  assert.equal((await remove(String(first.json['id']))).status, 200);
  assert.equal((await post({ account: 'bot' })).status, 201);
});

test('only an admin who is no auditor makes and revokes keys; an auditor sees them', async (t) => {
  const { store, post, list, remove } = await listen(t);
  const made = await post({ account: 'bot' });
  for (const token of [AUDITOR_TOKEN, BOTH_TOKEN, POLICY_TOKEN]) {
    assert.equal((await post({ account: 'bot' }, token)).status, 403);
    assert.equal((await remove(String(made.json['id']), token)).status, 403);
  }
  assert.equal((await list(AUDITOR_TOKEN)).length, 1);
  assert.equal(store.all()[0]?.endedAtMs, undefined);
});

test('rights that were taken away while the key was being made make none', async (t) => {
  const { gateway, inForce, store, post } = await listen(t);
  const write = store.write.bind(store);
  const during = (change: () => void): void => {
    store.write = async (asked) => {
      const outcome = await write(asked);
      if (asked.act === 'reserve') change();
      return outcome;
    };
  };
  during(() => {
    inForce.roles = { ...inForce.roles, admin: [] };
  });
  assert.equal((await post({ account: 'bot' })).status, 403);
  inForce.roles = { ...inForce.roles, admin: ['okta:admins'] };
  const recheck = gateway.identity.recheck.bind(gateway.identity);
  during(() => {
    gateway.identity.recheck = () => err('revoked');
  });
  assert.equal((await post({ account: 'bot' })).status, 401);
  gateway.identity.recheck = recheck;
  during(() => {
    inForce.accounts = {};
  });
  assert.equal((await post({ account: 'bot' })).status, 400);
  assert.deepEqual(store.all(), []);
  assert.ok(!shapeOf(gateway.ledger.entries).includes('control key_created'));
});

test('what cannot be recorded is not made and not revoked, and keeps no place', async (t) => {
  const { gateway, store, post, remove } = await listen(t);
  const id = String((await post({ account: 'bot' })).json['id']);
  const append = gateway.ledger.append.bind(gateway.ledger);
  gateway.ledger.append = async () => err(LATCHED);
  const made = await post({ account: 'bot' });
  assert.deepEqual([made.status, made.json['code'], made.json['executed']], [503, 'audit_unavailable', 'no']);
  const revoked = await remove(id);
  assert.deepEqual([revoked.status, revoked.json['code'], revoked.json['executed']], [503, 'audit_unavailable', 'no']);
  assert.equal(store.byId(id)?.endedAtMs, undefined);
  gateway.ledger.append = append;
  assert.equal((await post({ account: 'bot' })).status, 201);
});

test('a store that cannot be written is said, with whether anything may have happened', async (t) => {
  const { store, post, remove } = await listen(t);
  const id = String((await post({ account: 'bot' })).json['id']);
  const write = store.write.bind(store);
  const failing = (act: string): void => {
    store.write = (asked) => (asked.act === act ? Promise.reject(new Error('disk')) : write(asked));
  };
  for (const [act, executed] of [
    ['reserve', 'no'],
    ['activate', 'unknown'],
  ] as const) {
    failing(act);
    const answer = await post({ account: 'bot' });
    assert.deepEqual([answer.status, answer.json['executed']], [503, executed], act);
    assert.equal(answer.json['key'], undefined);
  }
  failing('end');
  assert.deepEqual((await remove(id)).json['executed'], 'unknown');
  store.fail(new Error('disk'));
  assert.equal((await remove(id)).status, 503);
});

test('a key that was revoked with all others while it was being made is shown to nobody', async (t) => {
  const { store, post } = await listen(t);
  const write = store.write.bind(store);
  store.write = async (asked) => {
    const outcome = await write(asked);
    if (asked.act === 'activate')
      await write({ act: 'end_of', ended: { of: 'all', madeUpToMs: Number.MAX_SAFE_INTEGER }, atMs: 1 });
    return outcome;
  };
  const answer = await post({ account: 'bot' });
  assert.equal(answer.status, 503);
  assert.ok(!answer.text.includes('gbk_'));
});

test('revoking is recorded before its effect and once; what is over stays as it is, what is not there is not found', async (t) => {
  const { gateway, store, post, remove } = await listen(t);
  const id = String((await post({ account: 'bot' })).json['id']);
  const endedAt: unknown[] = [];
  const append = gateway.ledger.append.bind(gateway.ledger);
  gateway.ledger.append = (entry) => {
    endedAt.push(store.byId(id)?.endedAtMs);
    return append(entry);
  };
  const first = await remove(id);
  assert.deepEqual([first.status, first.json['status'], endedAt], [200, 'revoked', [undefined]]);
  assert.deepEqual((await remove(id)).json, first.json);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control key_created', 'control key_revoked']);
  assert.equal(headerOf(gateway.ledger.entries[1]).detail?.['key'], id);
  assert.equal((await remove('0'.repeat(16))).status, 404);
  assert.equal((await remove('short')).status, 400);
});

test('a list says of each key whether it works, and why not', async (t) => {
  const { inForce, post, list, remove } = await listen(t);
  const revoked = String((await post({ account: 'bot' })).json['id']);
  await remove(revoked);
  await post({ account: 'bot', days: 1 });
  await post({ account: 'narrow' });
  const statuses = async () => (await list()).map(({ status }) => status).toSorted();
  assert.deepEqual(await statuses(), ['live', 'live', 'revoked']);
  inForce.accounts = { bot: { ...ACCOUNT, connections: ['*'] } };
  assert.deepEqual(await statuses(), ['account_ended', 'live', 'revoked']);
});
