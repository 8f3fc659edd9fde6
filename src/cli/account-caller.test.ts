import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedAccount } from '#cli/account-caller.ts';
import type { AskedAccount } from '#cli/account-caller.ts';

const ACCOUNTS = {
  publicUrl: 'https://mcp.example.com',
  config: { serviceAccounts: { deployer: { owner: 'okta:ann', purpose: 'deploys', connections: ['*'] } } },
};
const ASKED: AskedAccount = { subject: 'deployer', kind: undefined, groups: [], client: undefined, scopes: [] };

test('an account is told by its name alone, and a key it shows narrows it', () => {
  const caller = askedAccount(ASKED, ACCOUNTS);
  assert.ok(caller.ok);
  assert.equal(caller.value.client, 'gatebook:deployer');
  assert.equal(caller.value.kind, 'service_account');
  assert.equal(caller.value.issuer, 'https://mcp.example.com');
  assert.equal(caller.value.key, undefined);
  const shown = askedAccount({ ...ASKED, key: { connections: ['c'], level: 'read' } }, ACCOUNTS);
  assert.ok(shown.ok);
  assert.deepEqual(shown.value.key, { id: 'asked', connections: ['c'], level: 'read' });
});

test('what no service account can be is refused: another name, a person, groups, scopes, another client', () => {
  for (const wrong of [
    { subject: 'gone' },
    { subject: 'constructor' },
    { kind: 'person' as const },
    { groups: ['gatebook:a'] },
    { scopes: ['gatebook:a'] },
    { client: 'gatebook:other' },
  ])
    assert.equal(askedAccount({ ...ASKED, ...wrong }, ACCOUNTS).ok, false, JSON.stringify(wrong));
});
