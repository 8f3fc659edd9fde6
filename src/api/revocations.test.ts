import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Revocation, RevocationDone } from '#api/contract/revocation.ts';
import { ROUTES } from '#api/routes.ts';
import type { NamedGrants } from '#oauth/named-grants.ts';
import { ADA, GRACE } from '#test/fakes/gateway.ts';
import { ADMIN_TOKEN, AUDITOR_TOKEN, by, listenApi } from '#test/fakes/api.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';
import { createFakeRevocationStore } from '#test/fakes/revocation-store.ts';

const PATH = '/api/v1/revocations';
const CALLER = { scope: 'caller', issuer: ADA.issuer, subject: 'eve', reason: 'a stolen laptop' };

async function listen(t: TestContext, grants?: NamedGrants) {
  const store = createFakeRevocationStore();
  const { ask, gateway } = await listenApi(t, ROUTES, { store, ...(grants === undefined ? {} : { grants }) });
  const post = async (body: object, token = ADMIN_TOKEN) => {
    const headers = { ...by(token), 'content-type': 'application/json' };
    const answer = await ask({ method: 'POST', path: PATH, headers, body: JSON.stringify(body) });
    return { ...answer, json: JSON.parse(answer.text) as Record<string, unknown> };
  };
  const list = (token = ADMIN_TOKEN) => ask({ method: 'GET', path: PATH, headers: by(token) });
  return { store, gateway, post, list };
}

test('an admin takes access away and is told from when on which tokens count', async (t) => {
  const { gateway, store, post, list } = await listen(t);
  const answer = await post(CALLER);
  assert.equal(answer.status, 201);
  const { id, epoch, revokedAt, record, revokesYou, ...rest } = RevocationDone.parse(answer.json);
  assert.deepEqual(rest, { ...CALLER, by: { issuer: GRACE.issuer, subject: 'grace' } });
  assert.equal(Date.parse(epoch) - Date.parse(revokedAt), gateway.limits.tokenClockSkewMs);
  assert.deepEqual([revokesYou, record, store.enforced[0]?.id], [false, 'a:0', id]);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control revocation']);
  assert.equal(headerOf(gateway.ledger.entries[0]).caller?.subject, 'grace');

  const listed = await list(AUDITOR_TOKEN);
  assert.deepEqual(
    Revocation.array()
      .parse(JSON.parse(listed.text))
      .map((one) => one.id),
    [id],
  );
});

test('the newest is listed first', async (t) => {
  const { post, list } = await listen(t);
  await post(CALLER);
  await post({ scope: 'client', client: 'okta:cli2', reason: 'x' });
  const scopes = (JSON.parse((await list()).text) as { scope: string }[]).map(({ scope }) => scope);
  assert.deepEqual(scopes, ['client', 'caller']);
});

test('whoever is among those revoked is told so, and not refused', async (t) => {
  const { post } = await listen(t);
  for (const body of [
    { scope: 'all', reason: 'x' },
    { scope: 'client', client: 'okta:cli', reason: 'x' },
    { ...CALLER, subject: 'grace' },
  ]) {
    const answer = await post(body);
    assert.deepEqual([answer.status, answer.json['revokesYou']], [201, true], body.scope);
  }
});

test('an auditor may look and not act', async (t) => {
  const { store, post, list } = await listen(t);
  assert.equal((await post(CALLER, AUDITOR_TOKEN)).status, 403);
  assert.equal((await list(AUDITOR_TOKEN)).status, 200);
  assert.deepEqual(store.enforced, []);
});

test('what would revoke nobody, or is not what the contract says, is refused and changes nothing', async (t) => {
  const { store, gateway, post } = await listen(t);
  for (const [body, parameter] of [
    [{ ...CALLER, issuer: `${ADA.issuer}/` }, 'issuer'],
    [{ scope: 'client', client: 'cli', reason: 'x' }, 'client'],
    [{ scope: 'client', client: 'entra:cli', reason: 'x' }, 'client'],
    [{ scope: 'all' }, 'reason'],
    [{ scope: 'all', reason: '  ' }, 'reason'],
    [{ scope: 'all', reason: 'x'.repeat(501) }, 'reason'],
    [{ ...CALLER, subject: undefined }, 'subject'],
    [{ scope: 'all', subject: 'eve', reason: 'x' }, 'subject'],
    [{ scope: 'everybody', reason: 'x' }, 'scope'],
  ] as const) {
    const answer = await post(body);
    assert.deepEqual(
      [answer.status, answer.json['code'], answer.json['parameter']],
      [400, 'invalid_parameter', parameter],
      JSON.stringify(body),
    );
  }
  assert.deepEqual([store.enforced, gateway.ledger.entries], [[], []]);
});

test('what cannot be recorded or kept is refused with what became of it', async (t) => {
  const { store, gateway, post, list } = await listen(t);
  gateway.ledger.refusing = (entry) => (entry?.kind === 'control' ? LATCHED : undefined);
  const unrecorded = await post(CALLER);
  assert.deepEqual(
    [unrecorded.status, unrecorded.json['code'], unrecorded.json['detail']],
    [503, 'audit_unavailable', 'nothing was changed'],
  );
  gateway.ledger.refusing = () => undefined;
  store.failing.add('enforce');
  const unkept = await post(CALLER);
  assert.deepEqual([unkept.status, unkept.json['code']], [503, 'state_unavailable']);
  assert.match(String(unkept.json['detail']), /not in force yet/);
  store.failing.add('inForceAfter');
  assert.equal((await list()).status, 503);
  store.room = 0;
  const full = await post(CALLER);
  assert.deepEqual([full.status, full.json['code']], [409, 'too_many_revocations']);
});

test('an admin ends one grant by its name: recorded first, and what is no grant is a mistake', async (t) => {
  const happened: string[] = [];
  const { gateway, store, post } = await listen(t, {
    find: (name) => (name === 'grant-of-eve' ? { name, signIn: 'one' } : undefined),
    end: async (name) => void happened.push(`end ${name}`),
  });
  gateway.ledger.durable = (entry) => void happened.push(`record ${entry.st}`);
  const answer = await post({ scope: 'grant', grant: 'grant-of-eve', reason: 'a stolen laptop' });
  assert.equal(answer.status, 201);
  const { id: _, epoch, revokedAt, ...rest } = RevocationDone.parse(answer.json);
  assert.deepEqual(rest, {
    scope: 'grant',
    grant: 'grant-of-eve',
    reason: 'a stolen laptop',
    by: { issuer: GRACE.issuer, subject: 'grace' },
    record: 'a:0',
    revokesYou: false,
  });
  assert.equal(epoch, revokedAt);
  assert.deepEqual(happened, ['record revocation', 'end grant-of-eve']);
  assert.deepEqual(headerOf(gateway.ledger.entries[0]).detail, { scope: 'grant', grant: 'grant-of-eve' });
  assert.deepEqual(store.enforced, []);
  const none = await post({ scope: 'grant', grant: 'other', reason: 'x' });
  assert.deepEqual([none.status, none.json['parameter']], [400, 'grant']);
  assert.equal((await post({ scope: 'grant', grant: 'grant-of-eve', reason: 'x' }, AUDITOR_TOKEN)).status, 403);
});
