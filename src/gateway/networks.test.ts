import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWithin } from '#gateway/networks.ts';

test('an address is within a network of its own family, however it is spelled, and nowhere else', () => {
  const networks = ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'];
  const asked = (source: string) => isWithin(source, networks);
  for (const inside of ['10.1.2.3', '::ffff:10.1.2.3', '::ffff:a01:203', '192.0.2.7', '2001:db8::1', '2001:0DB8:0::1'])
    assert.equal(asked(inside), true, inside);
  for (const outside of [
    '11.0.0.1',
    '192.0.2.8',
    '2001:db9::1',
    '::1',
    '::10.1.2.3',
    '',
    'unknown',
    '10.1.2.3, 11.0.0.1',
  ])
    assert.equal(asked(outside), false, outside);
});

test('no network is nowhere, and all of them is everywhere of their family', () => {
  assert.equal(isWithin('10.0.0.1', []), false);
  assert.equal(isWithin('10.0.0.1', ['0.0.0.0/0']), true);
  assert.equal(isWithin('::1', ['0.0.0.0/0']), false);
  assert.equal(isWithin('::1', ['::/0']), true);
});
