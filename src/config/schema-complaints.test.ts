import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathText } from '#config/problem.ts';
import { ConfigSchema } from '#config/schema.ts';
import { schemaComplaints } from '#config/schema-complaints.ts';

test('every kind of fault is said in words, at its place, without repeating a value', () => {
  const raw = {
    version: 2,
    deployment: 'Hunter2',
    server: 'hunter2',
    connections: {
      'Bad Name': { upstream: { type: 'http', url: 'https://a' } },
      a: { upstream: { type: 'hunter2' } },
      b: { upstream: { type: 'http', url: 'hunter2' }, extra: 1 },
    },
    grants: [{ groups: [], connections: [5], level: 'x' }],
    masking: { inline: { detectors: 'hunter2' } },
    limits: { messageBytes: 1, jsonDepth: 1e6 },
  };
  const parsed = ConfigSchema.safeParse(raw);
  assert.ok(!parsed.success);
  const written = (path: readonly (string | number)[]): boolean =>
    path.reduce<unknown>(
      (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
      raw,
    ) !== undefined;
  const found = schemaComplaints(parsed.error.issues, written);
  assert.deepEqual(found.map(({ path, message }) => `${pathText(path)}: ${message}`).toSorted(), [
    'connections.a.upstream.type: is not one of the accepted values',
    'connections.b.extra: this key is unknown',
    'connections.b.upstream.url: is not valid',
    'connections["Bad Name"]: this key is not usable',
    'deployment: is not valid',
    'grants[0].connections[0]: is not valid',
    'grants[0].groups: is too short',
    'limits.jsonDepth: is too large',
    'limits.messageBytes: is too small',
    'masking.inline.detectors: is not valid',
    'server: is of the wrong kind',
    'version: is not one of the accepted values',
  ]);
  assert.doesNotMatch(JSON.stringify(found), /hunter2/i);
  for (const { fix } of found) assert.ok(fix.length > 3);
});

test('what is not in the file is missing, not wrong', () => {
  const parsed = ConfigSchema.safeParse({});
  assert.ok(!parsed.success);
  const found = schemaComplaints(parsed.error.issues, () => false);
  assert.deepEqual(
    found.map(({ path, message }) => `${pathText(path)} ${message}`),
    ['version is missing', 'deployment is missing'],
  );
});
