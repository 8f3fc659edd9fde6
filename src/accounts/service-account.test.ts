import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountCaller, accountEndMs, liveAccount } from '#accounts/service-account.ts';

const ACCOUNTS = {
  open: { owner: 'okta:ann', purpose: 'p', connections: ['*'] },
  ending: { owner: 'okta:ann', purpose: 'p', until: '2027-06-30', connections: ['*'] },
};
const at = (time: string): number => Date.parse(time);

test('an account lives to the last millisecond of its last day in UTC, and no longer', () => {
  assert.equal(accountEndMs(ACCOUNTS.ending), at('2027-07-01T00:00:00Z'));
  assert.equal(liveAccount(ACCOUNTS, 'ending', at('2027-06-30T23:59:59.999Z')), ACCOUNTS.ending);
  assert.equal(liveAccount(ACCOUNTS, 'ending', at('2027-07-01T00:00:00Z')), undefined);
  assert.equal(liveAccount(ACCOUNTS, 'open', at('2999-01-01T00:00:00Z')), ACCOUNTS.open);
});

test('a name that no account has, also one that every object has, is no account', () => {
  for (const name of ['gone', 'constructor', '__proto__', 'toString', ''])
    assert.equal(liveAccount(ACCOUNTS, name, 0), undefined, name);
});

test('an account is a caller of the gateway itself, a machine without groups', () => {
  assert.deepEqual(accountCaller('open', 'https://mcp.example.com'), {
    issuer: 'https://mcp.example.com',
    namespace: 'gatebook',
    subject: 'open',
    kind: 'service_account',
    groups: [],
    client: 'gatebook:open',
    scopes: [],
  });
  const key = { id: 'k', connections: ['c'], level: 'read' };
  assert.deepEqual(accountCaller('open', 'https://mcp.example.com', key).key, key);
});
