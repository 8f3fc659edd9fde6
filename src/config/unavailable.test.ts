/* oxlint-disable unicorn/no-thenable -- `then` is a key of gatebook.yaml */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathText } from '#config/problem.ts';
import { checkUnavailable, checkWarnings } from '#config/unavailable.ts';

test('each option that does nothing yet is named where it stands, and none that works', () => {
  const found = checkUnavailable({
    server: { listen: '127.0.0.1:1', tls: {} },
    connections: {
      a: { upstream: { type: 'sse' } },
      b: { upstream: { type: 'agent' } },
      c: { upstream: { type: 'http' }, serverRequests: 'deny' },
      d: { upstream: { type: 'stdio' }, serverRequests: 'allow' },
    },
    rules: [{ then: 'hold', approvers: ['okta:a'], lift: 'x' }],
  });
  assert.deepEqual(
    found.map(({ path }) => pathText(path)),
    ['connections.b.upstream.type'],
  );
  for (const { message } of found) assert.match(message, /not available in this version/);
});

const keys = { master: 'file:/etc/gatebook/master.key' };

test('a master key that is not named elsewhere lies beside the data, which warns', () => {
  assert.match(checkWarnings({})[0]?.message ?? '', /beside the data/);
  assert.deepEqual(checkWarnings({ keys }), []);
});

test('metrics beyond loopback warn, metrics on loopback do not', () => {
  const warned = (listen: string) =>
    checkWarnings({ keys, server: { metrics: { listen } } }).map(({ path }) => pathText(path));
  assert.deepEqual(warned('0.0.0.0:9420'), ['server.metrics.listen']);
  assert.deepEqual(warned('127.0.0.1:9420'), []);
  assert.deepEqual(warned('[::1]:9420'), []);
});
