import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createTrustedProxies, sourceKey, sourceOf } from '#gateway/source.ts';

const none = createTrustedProxies([]);
const proxies = createTrustedProxies(['10.0.0.0/8', 'fd00::/8', '192.0.2.7']);

test('a forwarding header from a stranger is ignored', () => {
  assert.equal(sourceOf('203.0.113.9', ['198.51.100.1'], none), '203.0.113.9');
  assert.equal(sourceOf('203.0.113.9', ['198.51.100.1'], proxies), '203.0.113.9');
});

test('behind trusted proxies the nearest untrusted hop counts, not what stands further left', () => {
  assert.equal(sourceOf('10.0.0.1', ['1.2.3.4, 198.51.100.1, 10.9.9.9'], proxies), '198.51.100.1');
  assert.equal(sourceOf('10.0.0.1', ['1.2.3.4', '198.51.100.1'], proxies), '198.51.100.1');
  assert.equal(sourceOf('fd00::1', ['2001:db8::5'], proxies), '2001:db8::5');
});

test('a malformed hop ends the walk at the last address that was believed', () => {
  assert.equal(sourceOf('10.0.0.1', ['198.51.100.1, not-an-address'], proxies), '10.0.0.1');
  assert.equal(sourceOf('10.0.0.1', [], proxies), '10.0.0.1');
});

test('an IPv4 address mapped into IPv6 is the same address', () => {
  assert.equal(sourceOf('::ffff:10.0.0.1', ['198.51.100.1'], proxies), '198.51.100.1');
  assert.equal(sourceOf('::ffff:203.0.113.9', [], none), '203.0.113.9');
});

test('a host with a whole /64 is one source, in whatever spelling its address comes', () => {
  for (const address of [
    '2001:db8:0:7::1',
    '2001:db8:0:7:ffff:ffff:ffff:ffff',
    '2001:DB8::7:a:b:c:d',
    '2001:db8:0:7::192.0.2.1',
    '2001:0db8:0000:0007:0:0:0:1%eth0',
  ])
    assert.equal(sourceKey(address), '2001:db8:0:7::/64', address);
  assert.notEqual(sourceKey('2001:db8:0:8::1'), sourceKey('2001:db8:0:7::1'));
  assert.deepEqual([sourceKey('::1'), sourceKey('fe80::1%2')], ['0:0:0:0::/64', 'fe80:0:0:0::/64']);
});

test('IPv4 clients stay apart, also where a translator wrote them into IPv6', () => {
  for (const address of ['203.0.113.9', '::ffff:203.0.113.9', '::FFFF:cb00:7109', '64:ff9b::203.0.113.9'])
    assert.equal(sourceKey(address), '203.0.113.9', address);
  assert.notEqual(sourceKey('64:ff9b::203.0.113.9'), sourceKey('64:ff9b::203.0.113.10'));
});

test('what is no address is counted as it stands', () => {
  assert.deepEqual([sourceKey('unknown'), sourceKey('a:b')], ['unknown', 'a:b']);
});

test('every address is one source with those of its /64 and none else, whichever way it is read', () => {
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const hex = groups.map((value) => value.toString(16));
      const canonical = new URL(`http://[${hex.join(':')}]`).hostname.slice(1, -1);
      const padded = hex.map((text) => text.padStart(4, '0').toUpperCase()).join(':');
      assert.equal(sourceKey(canonical), sourceKey(padded));
      if (groups[0] === 0x64 || groups[0] === 0) return;
      assert.equal(sourceKey(canonical), `${hex.slice(0, 4).join(':')}::/64`);
    }),
  );
});
