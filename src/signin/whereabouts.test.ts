import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserOf, networkOf } from '#signin/whereabouts.ts';

test('of an address only its network is kept', () => {
  assert.equal(networkOf('192.0.2.77'), '192.0.2.0/24');
  assert.equal(networkOf('::ffff:192.0.2.77'), '192.0.2.0/24');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1::/48');
  assert.equal(networkOf('not an address'), 'unknown');
});

test('of a browser only names are kept that we know', () => {
  const chrome =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';
  assert.equal(browserOf(chrome), 'Chrome on Linux');
  assert.equal(browserOf(`${chrome} Edg/130.0.0.0`), 'Edge on Linux');
  assert.equal(
    browserOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1'),
    'Safari on iPhone',
  );
  assert.equal(browserOf('<script>ada@example.com</script>'), 'unknown');
  assert.equal(browserOf(undefined), 'unknown');
});
