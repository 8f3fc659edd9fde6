import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdsNoSecret } from '#masking/no-secret.ts';
import { parseJson } from '#mcp/json.ts';

function judged(value: unknown): boolean {
  const doc = parseJson(Buffer.from(JSON.stringify(value)), { depth: 20, nodes: 100 });
  assert.ok(doc.ok);
  return holdsNoSecret(doc.value.root);
}

test('names of kinds, stand-ins and lists of what secrets there are hold none', () => {
  for (const value of [
    'none',
    'Bearer',
    'include',
    'string',
    '${DB_PASSWORD}',
    '${{ secrets.NPM_TOKEN }}',
    '*****',
    { type: 'oauth2' },
    { enabled: true, count: 3 },
    [{ name: 'GH_TOKEN', created_at: '2024-08-10T14:59:22Z', updated_at: '2024-01-10T14:59:22Z' }],
    { Name: 'prod/db', ARN: 'arn:aws:x', LastRotatedDate: null },
  ])
    assert.equal(judged(value), true, JSON.stringify(value));
});

test('whatever else stands there is a secret', () => {
  for (const value of [
    'hunter2',
    'nonesuch',
    'basic2',
    '$ecret',
    '<x>',
    12,
    'a',
    ['a', 'b'],
    { a: 1.5 },
    { type: 'basic', password: 'hunter2' },
    [{ name: 'a' }, { value: 'hunter2' }],
    [true],
    [[]],
    { name: ['hunter2'] },
    { id: 'hunter2' },
  ])
    assert.equal(judged(value), false, JSON.stringify(value));
});
