import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverageOf } from '#cli/policy-coverage.ts';

const CONFIG = {
  levels: { a: { allow: ['x', 'y'], deny: ['x'] } },
  grants: [
    { groups: ['okta:a'], connections: ['*'], level: 'a' },
    { groups: ['okta:b'], connections: ['*'], level: 'a' },
  ],
  // oxlint-disable-next-line unicorn/no-thenable -- a key of gatebook.yaml
  rules: [{ name: 'r', when: 'true', then: 'deny' as const }],
};

test('only what matched is covered: a rule that was asked and said no is not', () => {
  const coverage = coverageOf(CONFIG, [
    {
      connection: 'c',
      masking: [],
      watchedUri: undefined,
      isBlocked: false,
      decision: { effect: 'allow', reason: 'permitted', level: 'a', rule: undefined, policy: 'p', trace: [] },
      explanation: {
        grants: [
          { index: 0, level: 'a', outcome: 'matched', matched: 'groups okta:a' },
          { index: 1, level: 'a', outcome: 'not_matched', because: [] },
        ],
        follows: undefined,
        levels: [{ level: 'a', allows: [{ from: 'a', pattern: 'x' }], denies: [] }],
        rules: [{ rule: 'r', effect: 'deny', outcome: 'not_matched' }],
      },
    },
  ]);
  assert.deepEqual(coverage, {
    grants: { total: 2, untouched: ['grants[1]'] },
    patterns: { total: 3, untouched: ['levels.a.allow[1] y', 'levels.a.deny[0] x'] },
    rules: { total: 1, untouched: ['rules.r'] },
  });
});

test('without any case nothing is covered', () => {
  assert.equal(coverageOf(CONFIG, []).rules.untouched.length, 1);
});
