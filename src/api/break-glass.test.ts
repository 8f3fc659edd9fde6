import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { BrokenGlass } from '#api/contract/break-glass.ts';
import { ROUTES } from '#api/routes.ts';
import { createEpochs } from '#identity/epochs.ts';
import { LIMITS } from '#limits.ts';
import { ADMIN_TOKEN, AUDITOR_TOKEN, by, listenApi, ON_CALL_TOKEN, POLICY_TOKEN } from '#test/fakes/api.ts';
import { createFakeBrokenGlass } from '#test/fakes/broken-glass.ts';
import { ADA } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const REASON = 'the identity provider is down and a key leaks';

async function listen(t: TestContext) {
  const brokenGlass = createFakeBrokenGlass();
  const epochs = createEpochs(LIMITS);
  const { ask, gateway } = await listenApi(t, ROUTES, { brokenGlass, epochs });
  const call = async (method: string, path: string, token: string, body?: object) => {
    const answer = await ask({
      method,
      path: `/api/v1/${path}`,
      headers: { ...by(token), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: JSON.parse(answer.text) as Record<string, unknown> };
  };
  const breakIt = (token = ON_CALL_TOKEN, body: object = { reason: REASON }) =>
    call('POST', 'break-glass', token, body);
  /** What an admin may do. */
  const revoke = () =>
    call('POST', 'revocations', ON_CALL_TOKEN, { scope: 'client', client: 'okta:x', reason: 'leaked' });
  return {
    brokenGlass,
    epochs,
    gateway,
    call,
    breakIt,
    revoke,
    pass: (ms: number) => gateway.advance(ms),
    now: () => gateway.clock(),
  };
}

test('whoever may break the glass is an admin only after they did, until the hour is over', async (t) => {
  const { breakIt, revoke, pass } = await listen(t);
  assert.equal((await revoke()).status, 403);
  const broken = await breakIt();
  assert.equal(broken.status, 201);
  const { beganAt, endsAt, reason } = BrokenGlass.parse(broken.json);
  assert.equal(Date.parse(endsAt) - Date.parse(beganAt), 3_600_000);
  assert.equal(reason, REASON);
  assert.equal((await revoke()).status, 201);
  pass(3_600_000 - 1);
  assert.equal((await revoke()).status, 201);
  pass(1);
  assert.equal((await revoke()).status, 403);
});

test('it is in the book and the alarm has sounded before it counts, and so is everything that is done by it', async (t) => {
  const { breakIt, revoke, brokenGlass, gateway } = await listen(t);
  await breakIt();
  assert.equal(brokenGlass.alarms, 1);
  await revoke();
  assert.deepEqual(shapeOf(gateway.ledger.entries), [
    'control break_glass',
    'control break_glass_used',
    'control revocation',
  ]);
  const [broken, used] = gateway.ledger.entries;
  assert.deepEqual([headerOf(broken).caller?.subject, headerOf(broken).detail?.['reason']], ['nina', REASON]);
  assert.equal(headerOf(used).detail?.['operation'], 'createRevocation');
  assert.ok(gateway.logged.some(({ level, msg }) => level === 50 && /BREAK GLASS/.test(msg)));
});

test('nothing happens by it that cannot be recorded', async (t) => {
  const { breakIt, revoke, brokenGlass, gateway } = await listen(t);
  gateway.ledger.refusing = () => LATCHED;
  const refused = await breakIt();
  assert.deepEqual([refused.status, refused.json['code'], refused.json['executed']], [503, 'audit_unavailable', 'no']);
  assert.deepEqual([brokenGlass.alarms, brokenGlass.inForce(0)], [0, []]);
  gateway.ledger.refusing = () => undefined;
  await breakIt();
  gateway.ledger.refusing = (entry) => (entry?.st === 'break_glass_used' ? LATCHED : undefined);
  assert.equal((await revoke()).json['code'], 'audit_unavailable');
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control break_glass']);
});

test('without a reason that says something, and for longer than an hour, it does not break', async (t) => {
  const { breakIt, brokenGlass } = await listen(t);
  for (const body of [
    {},
    { reason: '' },
    { reason: '          ' },
    { reason: 'urgent' },
    { reason: REASON, minutes: 61 },
    { reason: REASON, minutes: 0 },
    { reason: REASON, roles: ['admin'] },
  ])
    assert.equal((await breakIt(ON_CALL_TOKEN, body)).status, 400, JSON.stringify(body));
  assert.deepEqual(brokenGlass.inForce(0), []);
});

test('nobody else breaks it: no admin, auditor or policy approver', async (t) => {
  const { breakIt, brokenGlass } = await listen(t);
  for (const token of [ADMIN_TOKEN, AUDITOR_TOKEN, POLICY_TOKEN]) assert.equal((await breakIt(token)).status, 403);
  assert.deepEqual(brokenGlass.inForce(0), []);
});

test('it ends when its caller ends it, and with access that is taken away, also for a new token', async (t) => {
  const { breakIt, revoke, call, epochs, pass, now } = await listen(t);
  await breakIt();
  assert.equal((await call('DELETE', 'break-glass', ON_CALL_TOKEN)).status, 200);
  assert.equal((await revoke()).status, 403);
  assert.equal((await call('DELETE', 'break-glass', ON_CALL_TOKEN)).status, 404);
  await breakIt();
  pass(1_000);
  epochs.revokeCaller({ issuer: ADA.issuer, subject: 'nina' }, now() + LIMITS.tokenClockSkewMs);
  assert.equal((await revoke()).status, 403);
  pass(1_000);
  await breakIt();
  assert.equal((await revoke()).status, 201);
});

test('who is an admin by it is shown to admins and auditors', async (t) => {
  const { breakIt, call } = await listen(t);
  await breakIt(ON_CALL_TOKEN, { reason: REASON, minutes: 5 });
  for (const token of [ADMIN_TOKEN, AUDITOR_TOKEN, ON_CALL_TOKEN]) {
    const { status, json } = await call('GET', 'break-glass', token);
    const [first] = BrokenGlass.array().parse(json);
    assert.deepEqual([status, first?.subject], [200, 'nina']);
  }
  assert.equal((await call('GET', 'break-glass', POLICY_TOKEN)).status, 403);
});

test('while it cannot be read nobody is an admin by it, and what cannot be kept is said not to be in force', async (t) => {
  const { breakIt, revoke, call, brokenGlass } = await listen(t);
  await breakIt();
  brokenGlass.works = false;
  assert.deepEqual([(await revoke()).json['code'], (await breakIt()).json['executed']], ['state_unavailable', 'no']);
  assert.equal((await call('GET', 'break-glass', ADMIN_TOKEN)).status, 503);
  assert.equal(brokenGlass.alarms, 2);
});
