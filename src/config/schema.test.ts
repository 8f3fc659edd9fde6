import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { ConfigSchema, configJsonSchema } from '#config/schema.ts';

const accepts = (more: Record<string, unknown>): boolean =>
  ConfigSchema.safeParse({ version: 1, deployment: 'acme', ...more }).success;

test('names are safe in a URL path and before a colon', () => {
  const connection = { upstream: { type: 'http', url: 'https://a.example' } };
  for (const name of ['github', 'a', 'a-b_c', '0x']) assert.ok(accepts({ connections: { [name]: connection } }), name);
  for (const name of ['', 'A', 'a/b', 'a:b', '-a', '..', 'a b', 'a'.repeat(64), '*']) {
    assert.ok(!accepts({ connections: { [name]: connection } }), name);
  }
});

test('deployment and shard are labels of the origin', () => {
  for (const deployment of ['Acme', '', 'a/b', 'a_b', 'a'.repeat(64)]) assert.ok(!accepts({ deployment }), deployment);
  assert.ok(accepts({ shard: 'b-2' }));
});

test('a header credential names a header and a basic user has no colon', () => {
  const credential = (value: unknown) =>
    accepts({ connections: { a: { upstream: { type: 'http', url: 'https://a.example' }, credential: value } } });
  assert.ok(credential({ type: 'header', name: 'X-Api-Key', secret: 'env:A' }));
  for (const name of ['X Key', 'X:Key', 'X\r\nY', ''])
    assert.ok(!credential({ type: 'header', name, secret: 'env:A' }), name);
  assert.ok(!credential({ type: 'basic', username: 'a:b', secret: 'env:A' }));
});

test('limits are whole numbers within their range and only those an operator may change', () => {
  assert.ok(accepts({ limits: { messageBytes: 1024 } }));
  for (const limits of [
    { messageBytes: 0 },
    { messageBytes: -1 },
    { messageBytes: 1e12 },
    { messageBytes: 1.5 },
    { messageBytes: '1024' },
    { leafBytes: 4096 },
  ]) {
    assert.ok(!accepts({ limits }), JSON.stringify(limits));
  }
});

test('the JSON Schema describes the file as written: defaults may be left out', () => {
  const schema = configJsonSchema();
  assert.equal(schema['additionalProperties'], false);
  assert.deepEqual(schema['required'], ['version', 'deployment']);
  assert.ok(z.toJSONSchema(ConfigSchema, { io: 'output' }));
});

test('a budget bounds calls or bytes, of all or of each caller, and an empty one is a mistake', () => {
  const budget = (value: unknown): boolean =>
    accepts({ connections: { a: { upstream: { type: 'http', url: 'https://a.example' }, budget: value } } });
  for (const good of [
    { callsPerHour: 1 },
    { bytesPerHour: 1e12 },
    { perCaller: { callsPerHour: 5 } },
    { callsPerHour: 10, bytesPerHour: 10, perCaller: { callsPerHour: 1, bytesPerHour: 1 } },
  ])
    assert.ok(budget(good), JSON.stringify(good));
  for (const bad of [
    {},
    { perCaller: {} },
    { callsPerHour: 0 },
    { callsPerHour: 1.5 },
    { callsPerMinute: 1 },
    { perCaller: { callsPerHour: 1, perCaller: {} } },
    { callsPerHour: '1' },
    5,
  ])
    assert.ok(!budget(bad), JSON.stringify(bad));
});

test('what a server may ask and how its definitions are taken is written as one word or by name', () => {
  const connection = (more: object) => ({
    connections: { a: { upstream: { type: 'http', url: 'https://a' }, ...more } },
  });
  for (const more of [
    { serverRequests: 'deny' },
    { serverRequests: { sampling: 'deny' }, showOrigin: true },
    { serverRequests: {} },
    { definitions: { change: 'block', hidden: 'block', unknown: 'hold' } },
    { definitions: {} },
  ])
    assert.ok(accepts(connection(more)), JSON.stringify(more));
  for (const more of [
    { serverRequests: 'hold' },
    { serverRequests: { ping: 'deny' } },
    { serverRequests: { sampling: true } },
    { showOrigin: 'yes' },
    { definitions: { change: 'deny' } },
    { definitions: { hidden: 'hold' } },
    { definitions: { pinned: true } },
  ])
    assert.ok(!accepts(connection(more)), JSON.stringify(more));
  const { connections } = ConfigSchema.parse({ version: 1, deployment: 'acme', ...connection({}) });
  const { definitions, serverRequests, showOrigin } = connections['a'] ?? {};
  assert.deepEqual(
    { definitions, serverRequests, showOrigin },
    { definitions: { change: 'alert', hidden: 'alert', unknown: 'allow' }, serverRequests: 'allow', showOrigin: false },
  );
});
