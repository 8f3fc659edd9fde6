import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf, isLive } from '#accounts/api-key.ts';
import type { ApiKey } from '#accounts/api-key.ts';

const KEY: ApiKey = {
  id: 'k',
  account: 'a',
  connections: ['*'],
  level: undefined,
  networks: undefined,
  createdAtMs: 0,
  expiresAtMs: 100,
  endedAtMs: undefined,
  createdBy: { issuer: 'i', subject: 's' },
  record: 'a:1',
  usedOn: undefined,
};

test('a key lives until the millisecond of its end, and not at all once it was ended', () => {
  assert.equal(isLive(KEY, 99), true);
  assert.equal(isLive(KEY, 100), false);
  assert.equal(isLive({ ...KEY, endedAtMs: 200 }, 50), false);
});

test('a day is one of UTC', () => {
  assert.equal(dayOf(Date.parse('2027-01-31T23:59:59.999Z')), '2027-01-31');
  assert.equal(dayOf(Date.parse('2027-01-31T23:59:59.999Z') + 1), '2027-02-01');
});
