import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerKey, GATEWAY_CALLER, hasSameGroups } from '#identity/caller.ts';

test('the same subject at two issuers is two callers', () => {
  assert.notEqual(callerKey({ issuer: 'https://a', subject: 's' }), callerKey({ issuer: 'https://b', subject: 's' }));
});

test('no issuer and subject can be spelled like another pair, as an issuer has no line break', () => {
  assert.equal(callerKey({ issuer: 'https://a', subject: 'b\nc' }).split('\n')[0], 'https://a');
  assert.equal(callerKey(GATEWAY_CALLER), 'gatebook\ngateway');
});

test('a group more, less or other is not the same groups', () => {
  const same = (...groups: string[]): boolean => hasSameGroups({ groups }, { groups: ['a', 'b'] });
  assert.deepEqual(
    [same('a', 'b'), same('a'), same('a', 'c'), same('a', 'b', 'c'), same()],
    [true, false, false, false, false],
  );
});
