/** What a pool does on the wire is in http*.test.ts; here are its options. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectorFor, fieldsOf } from '#upstream/http-pool.ts';

test('verification of certificates cannot be left out, old versions of TLS are not spoken, and TCP looks for dead peers', () => {
  const options = connectorFor({ ca: 'x' }, undefined, 5, 7_000);
  assert.deepEqual(options, {
    timeout: 5,
    keepAlive: true,
    keepAliveInitialDelay: 7_000,
    ca: 'x',
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
});

test('a request asks for no compression, says what it accepts when its sender did not, and ends with the credential', () => {
  const credential = [['authorization', 'Bearer x']] as const;
  const got = fieldsOf('GET', { headers: [], credential });
  assert.deepEqual(got.slice(2), [
    'accept-encoding',
    'identity',
    'accept',
    'text/event-stream',
    'authorization',
    'Bearer x',
  ]);
  const posted = fieldsOf('POST', { headers: [['accept', 'a/b']], credential });
  assert.deepEqual(posted.slice(4), ['content-type', 'application/json', 'accept', 'a/b', 'authorization', 'Bearer x']);
});
