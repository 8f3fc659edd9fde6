import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OfflinePolicy } from '#cli/offline-policy.ts';
import { runCase } from '#cli/policy-test-outcome.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';

const CASE = {
  path: [],
  line: 1,
  column: 1,
  title: undefined,
  callerName: 'a',
  caller: {
    issuer: 'https://i',
    namespace: 'okta',
    subject: 'a',
    kind: 'person' as const,
    groups: [],
    client: undefined,
    scopes: [],
  },
  connection: 'c',
  nowMs: 0,
  expect: 'deny' as const,
  reason: undefined,
  rule: undefined,
  level: undefined,
};

test('a message that is none, and one refused before policy, count as denied with their code', () => {
  const policy: Pick<OfflinePolicy, 'judge'> = { judge: () => err({ code: 'invalid_request', message: 'm' }) };
  const broken = runCase(policy, { ...CASE, request: '{', reason: 'parse_error' }, LIMITS);
  assert.deepEqual([broken.actual.reason, broken.differences, broken.judged], ['parse_error', [], undefined]);
  const request = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  const refused = runCase(policy, { ...CASE, request, expect: 'allow' }, LIMITS);
  assert.deepEqual([refused.call, refused.differences], ['ping', ['expected allow, got deny']]);
});

test('what masking blocks counts as denied for that reason, whether policy allows or holds it', () => {
  const request = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  const explanation = { grants: [], levels: [], rules: [], follows: undefined };
  for (const [effect, isBlocked, expected] of [
    ['allow', true, ['deny', 'masking_block']],
    ['hold', true, ['deny', 'masking_block']],
    ['deny', true, ['deny', 'no_grant']],
    ['allow', false, ['allow', 'no_grant']],
  ] as const) {
    const decision = { effect, reason: 'no_grant', level: 'l', rule: undefined, policy: 'p', trace: [] } as const;
    const judged = { connection: 'c', decision, explanation, masking: [], isBlocked, watchedUri: undefined };
    const { actual } = runCase({ judge: () => ok(judged) }, { ...CASE, request }, LIMITS);
    assert.deepEqual([actual.effect, actual.reason], expected);
  }
});
