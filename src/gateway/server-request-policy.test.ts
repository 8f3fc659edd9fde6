import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deniesAny, serverRequestPolicy } from '#gateway/server-request-policy.ts';

test('one word stands for every kind, and any denied kind counts', () => {
  const allowed = serverRequestPolicy('allow');
  assert.deepEqual(serverRequestPolicy('deny'), {
    sampling: 'deny',
    elicitation: 'deny',
    roots: 'deny',
    other: 'deny',
  });
  assert.equal(deniesAny(allowed), false);
  for (const kind of ['sampling', 'elicitation', 'roots', 'other'] as const) {
    const written = { ...allowed, [kind]: 'deny' as const };
    assert.equal(deniesAny(serverRequestPolicy(written)), true, kind);
  }
});
