/* oxlint-disable unicorn/no-thenable -- `then` is a key of gatebook.yaml */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPolicy } from '#config/policy-settings.ts';
import { pathText } from '#config/problem.ts';
import { LIMITS } from '#limits.ts';

test('patterns and conditions are checked although other parts of the file are wrong, at their true positions', () => {
  const found = checkPolicy(
    {
      levels: { a: { allow: [5, ':x'], deny: 'no list' }, b: 7 },
      rules: [null, { name: 'x', when: 'nme == "a"', then: 'nonsense' }, { when: 'args.x == 1' }],
    },
    LIMITS,
  );
  assert.deepEqual(
    found.map(({ path }) => pathText(path)),
    ['levels.a.allow[1]', 'rules[1].when', 'rules[2].when'],
  );
});
