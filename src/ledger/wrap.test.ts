import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { deriveMasterKeys, hkdf, unwrapKey, WRAPPED_BYTES, wrapKey } from '#ledger/wrap.ts';

test('HKDF gives the output of RFC 5869 appendix A.3: no salt, no info', () => {
  const expected = '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d';
  assert.equal(hkdf(Buffer.alloc(22, 0x0b), '').toString('hex'), expected);
});

test('a wrapped key opens under its id and master key, and under no other', () => {
  const [master, other] = [deriveMasterKeys(randomBytes(32)), deriveMasterKeys(randomBytes(32))];
  const key = randomBytes(32);
  const wrapped = wrapKey(master.wrap, 'day:1', key, randomBytes(12));
  assert.equal(wrapped.length, WRAPPED_BYTES);
  assert.deepEqual(unwrapKey(master.wrap, 'day:1', wrapped), key);
  assert.equal(unwrapKey(master.wrap, 'day:2', wrapped), undefined);
  assert.equal(unwrapKey(other.wrap, 'day:1', wrapped), undefined);
  assert.equal(unwrapKey(master.wrap, 'day:1', wrapped.subarray(1)), undefined);
  wrapped[20] = (wrapped[20] ?? 0) ^ 1;
  assert.equal(unwrapKey(master.wrap, 'day:1', wrapped), undefined);
});

test('the key that wraps is not the key that finds callers', () => {
  const { who, wrap } = deriveMasterKeys(randomBytes(32));
  assert.notDeepEqual(who, wrap);
});
