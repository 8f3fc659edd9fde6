import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTrustedProxies, sourceOf } from '#gateway/source.ts';

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
