import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revokeGrant } from '#gateway/revoke-grant.ts';
import { ADA, fakeGateway, UPSTREAM_SECRET } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED } from '#test/fakes/ledger.ts';

const TOKEN = 'token-of-the-admin-0123456789';
const ASKED = { grant: 'grant-of-eve', reason: `a stolen laptop ${TOKEN} ${UPSTREAM_SECRET}`, by: ADA, token: TOKEN };

function rig() {
  const gateway = fakeGateway();
  const state = { isThere: true, fails: '' };
  const ended: string[] = [];
  const grants = {
    find(name: string) {
      if (state.fails === 'find') throw new Error('no disk');
      return state.isThere ? { name, signIn: 'one' } : undefined;
    },
    async end(name: string) {
      if (state.fails === 'end') throw new Error('no disk');
      ended.push(name);
    },
  };
  return {
    gateway,
    state,
    ended,
    revoke: () => revokeGrant(ASKED, { ...gateway, secrets: () => [UPSTREAM_SECRET], grants }),
  };
}

test('the record says who, which and why, without secrets, and comes before the end', async () => {
  const { gateway, ended, revoke } = rig();
  gateway.ledger.durable = () => assert.deepEqual(ended, []);
  const done = await revoke();
  assert.ok(done.ok);
  assert.deepEqual(ended, ['grant-of-eve']);
  const header = headerOf(gateway.ledger.entries[0]);
  assert.deepEqual([header.caller?.subject, header.detail], ['ada', { scope: 'grant', grant: 'grant-of-eve' }]);
  const told = JSON.stringify([done.value, header]);
  for (const secret of [TOKEN, UPSTREAM_SECRET]) assert.equal(told.includes(secret), false);
});

test('what cannot be recorded does not happen, and what is not there is not recorded', async () => {
  const full = rig();
  full.gateway.ledger.refusing = () => LATCHED;
  assert.deepEqual(await full.revoke(), {
    ok: false,
    error: { code: 'audit_unavailable', ...LATCHED, executed: 'no' },
  });
  assert.deepEqual(full.ended, []);
  const none = rig();
  none.state.isThere = false;
  assert.deepEqual(await none.revoke(), { ok: false, error: 'no_such_grant' });
  assert.deepEqual(none.gateway.ledger.entries, []);
});

test('a store that cannot be read refuses before the record, one that cannot be written says that nobody knows', async () => {
  const { state, revoke } = rig();
  state.fails = 'find';
  const unread = await revoke();
  assert.deepEqual(!unread.ok && unread.error, {
    code: 'state_unavailable',
    reason: 'unreadable',
    retryAfterMs: 5_000,
    executed: 'no',
  });
  state.fails = 'end';
  const unwritten = await revoke();
  assert.equal(!unwritten.ok && unwritten.error !== 'no_such_grant' && unwritten.error.executed, 'unknown');
});
