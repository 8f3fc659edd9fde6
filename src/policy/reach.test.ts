import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Caller, KeyBounds } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import { createPolicy } from '#policy/policy.ts';
import type { Policy, PolicySettings } from '#policy/policy.ts';

const ACCOUNT: Caller = {
  issuer: 'https://mcp.example.com',
  namespace: 'gatebook',
  subject: 'deployer',
  kind: 'service_account',
  groups: [],
  client: 'gatebook:deployer',
  scopes: [],
};
const withKey = (key: Partial<KeyBounds>): Caller => ({
  ...ACCOUNT,
  key: { id: 'k', connections: ['*'], level: undefined, ...key },
});

const SETTINGS: PolicySettings = {
  levels: {
    granted: { allow: ['tools/call:a*'], deny: ['tools/call:a_denied*'] },
    narrow: {
      allow: ['tools/call:a_narrow*', 'tools/call:b', 'tools/call:a_denied_both'],
      deny: ['tools/call:a_cut*'],
    },
    cutting: { allow: ['*'], deny: ['ping', 'tools/call:a_cut*'] },
    parent: { allow: ['tools/call:a_parent'], deny: ['tools/call:a_x'] },
    child: { extends: 'parent', allow: ['tools/call:a_x', 'tools/call:a_child'], deny: [] },
    none: { allow: [], deny: [] },
  },
  grants: [{ clients: ['gatebook:deployer'], connections: ['c', 'd'], level: 'granted' }],
  rules: [],
  accounts: { deployer: { connections: ['c'] }, other: { connections: ['*'] } },
  version: 'v',
  limits: LIMITS,
};

function policyOf(more: Partial<PolicySettings> = {}): Policy {
  const made = createPolicy({ ...SETTINGS, ...more });
  assert.ok(made.ok);
  return made.value;
}

const decide = (policy: Policy, caller: Caller, name: string, method = 'tools/call', connection = 'c'): string => {
  const { effect, reason } = policy.decide({ caller, connection, method, name, args: {}, findings: [], nowMs: 0 });
  return `${effect} ${reason}`;
};

test('what a key may have at most takes away and never adds: the truth table of grant, deny and key level', () => {
  const policy = policyOf();
  for (const [level, name, expected] of [
    // no level of its own: what the account has
    [undefined, 'a_narrow', 'allow permitted'],
    [undefined, 'a_cut', 'allow permitted'],
    [undefined, 'a_denied', 'deny denied_by_level'],
    [undefined, 'b', 'deny not_permitted'],
    // granted, and allowed by the key's level
    ['narrow', 'a_narrow', 'allow permitted'],
    // granted, and not allowed by the key's level
    ['narrow', 'a_else', 'deny above_key_level'],
    // granted, and denied by the key's level
    ['narrow', 'a_cut', 'deny denied_by_level'],
    ['cutting', 'a_cut', 'deny denied_by_level'],
    ['cutting', 'a_narrow', 'allow permitted'],
    // not granted, whatever the key's level allows
    ['narrow', 'b', 'deny not_permitted'],
    ['cutting', 'b', 'deny not_permitted'],
    // denied by the grant's level, whatever the key's level allows
    ['narrow', 'a_denied_both', 'deny denied_by_level'],
    // a level that extends another brings its denies along
    ['child', 'a_parent', 'allow permitted'],
    ['child', 'a_child', 'allow permitted'],
    ['child', 'a_x', 'deny denied_by_level'],
    // a level that allows nothing
    ['none', 'a_narrow', 'deny above_key_level'],
    // a level that is gone
    ['gone', 'a_narrow', 'deny unknown_key_level'],
    ['constructor', 'a_narrow', 'deny unknown_key_level'],
  ] as const)
    assert.equal(decide(policy, withKey({ level }), name), expected, `${level} ${name}`);
});

test('what any level brings a key has too, unless its level denies it', () => {
  const policy = policyOf();
  assert.equal(decide(policy, withKey({ level: 'none' }), '', 'ping'), 'allow implicit');
  assert.equal(decide(policy, withKey({ level: 'none' }), '', 'tools/list'), 'allow implicit');
  assert.equal(decide(policy, withKey({ level: 'cutting' }), '', 'ping'), 'deny denied_by_level');
});

test('a list shows a key what it may use, and nothing more', () => {
  const policy = policyOf();
  const shown = (caller: Caller) =>
    ['a_narrow', 'a_else', 'a_cut', 'b'].filter((name) => policy.permitsListed(caller, 'c', 'tools/call', name));
  assert.deepEqual(shown(ACCOUNT), ['a_narrow', 'a_else', 'a_cut']);
  assert.deepEqual(shown(withKey({ level: 'narrow' })), ['a_narrow']);
});

test('an account reaches the connections it is declared for, a key those of them it was made for, with exact reasons', () => {
  const policy = policyOf();
  const why = (caller: Caller, connection: string) =>
    policy.hasGrant(caller, connection) ? 'reached' : policy.whyNoGrant(caller, connection);
  assert.equal(why(ACCOUNT, 'c'), 'reached');
  assert.equal(why(ACCOUNT, 'd'), 'account_connection');
  assert.equal(why(withKey({ connections: ['c'] }), 'c'), 'reached');
  assert.equal(why(withKey({ connections: ['e'] }), 'c'), 'key_connection');
  assert.equal(why(withKey({ connections: ['*', 'd'] }), 'd'), 'account_connection');
  assert.equal(why(withKey({ connections: [] }), 'c'), 'key_connection');
  assert.equal(why(withKey({ level: 'gone' }), 'c'), 'unknown_key_level');
  assert.equal(why({ ...ACCOUNT, subject: 'other', client: 'gatebook:other' }, 'c'), 'no_grant');
  assert.equal(decide(policy, ACCOUNT, 'a_narrow', 'tools/call', 'd'), 'deny account_connection');
  assert.equal(decide(policy, withKey({ connections: ['d'] }), '', 'ping'), 'deny key_connection');
});

test('an account that the configuration does not have reaches nothing, whatever its name and whatever is granted', () => {
  const grants = [{ clients: ['gatebook:gone', 'gatebook:constructor'], connections: ['*'], level: 'granted' }];
  for (const accounts of [SETTINGS.accounts, {}, undefined]) {
    const policy = policyOf({ grants, ...(accounts === undefined ? { accounts: {} } : { accounts }) });
    for (const subject of ['gone', 'constructor', '__proto__']) {
      const caller = { ...ACCOUNT, subject, client: `gatebook:${subject}` };
      assert.equal(policy.hasGrant(caller, 'c'), false);
      assert.equal(policy.whyNoGrant(caller, 'c'), 'unknown_account');
    }
  }
});

test('somebody of another namespace who is called like an account is not bound like one', () => {
  const grants = [{ clients: ['okta:deployer'], connections: ['*'], level: 'granted' }];
  const caller = { ...ACCOUNT, namespace: 'okta', client: 'okta:deployer' };
  assert.equal(policyOf({ grants }).hasGrant(caller, 'd'), true);
});

test('whatever the levels, a key lets nothing through that its account may not do without it', () => {
  const name = fc.constantFrom('a', 'ab', 'b', 'ba', 'c');
  const patterns = fc.array(fc.constantFrom('tools/call:a*', 'tools/call:b', '*:ab', 'tools/*', '*', 'prompts/*'), {
    maxLength: 3,
  });
  const level = fc.record({ allow: patterns, deny: patterns });
  const passed: string[] = [];
  fc.assert(
    fc.property(level, level, level, name, (one, two, most, tool) => {
      const policy = policyOf({
        levels: { one, two, most },
        grants: ['one', 'two'].map((granted) => ({
          clients: ['gatebook:deployer'],
          connections: ['c'],
          level: granted,
        })),
      });
      const without = decide(policy, ACCOUNT, tool).startsWith('allow');
      const alone = createPolicy({
        ...SETTINGS,
        levels: { most },
        grants: [{ clients: ['gatebook:deployer'], connections: ['c'], level: 'most' }],
      });
      assert.ok(alone.ok);
      const allowedByMost = decide(alone.value, ACCOUNT, tool).startsWith('allow');
      const allowed = decide(policy, withKey({ level: 'most' }), tool).startsWith('allow');
      assert.equal(allowed, without && allowedByMost);
      if (allowed) passed.push(tool);
    }),
  );
  assert.ok(passed.length > 0);
});
