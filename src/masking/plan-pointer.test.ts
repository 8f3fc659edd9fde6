import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePointerPattern, pointerMatches } from '#masking/plan-pointer.ts';

function matches(pattern: string, path: readonly (string | number)[]): boolean {
  const read = parsePointerPattern(pattern);
  assert.ok(read.ok, pattern);
  return pointerMatches(read.value, path);
}

test('steps, one star for one step and two for any number of them', () => {
  const email = ['params', 'arguments', 'to', 0, 'email'];
  for (const pattern of [
    '/params/arguments/to/0/email',
    '/params/arguments/to/*/email',
    '/params/**/email',
    '/**/email',
    '/**',
    '/params/**/to/**/email',
    '/**/params/arguments/to/0/email/**',
  ])
    assert.equal(matches(pattern, email), true, pattern);
  for (const pattern of [
    '/params/arguments/to/email',
    '/params/arguments/to/1/email',
    '/**/to',
    '/params',
    '/*',
    '/email',
  ])
    assert.equal(matches(pattern, email), false, pattern);
  assert.equal(matches('/', ['']), true);
  assert.equal(matches('/a~1b/m~0n', ['a/b', 'm~n']), true);
  assert.equal(matches('/0', ['0']), true);
});

test('what is no pointer is refused with the reason', () => {
  for (const [text, reason] of [
    ['params', /begin with/],
    ['', /begin with/],
    ['/a~2', /"~"/],
    ['/a~', /"~"/],
    ['/**/**/a', /twice/],
    [`/${'a/'.repeat(100)}`, /steps/],
    [`/${'a'.repeat(5_000)}`, /characters/],
  ] as const) {
    const read = parsePointerPattern(text);
    assert.ok(!read.ok, text);
    assert.match(read.error, reason);
  }
});

test('a pattern of many stars is matched in little time', () => {
  const read = parsePointerPattern('/**/a'.repeat(30));
  assert.ok(read.ok);
  let steps = 0;
  const path = new Proxy(Array.from({ length: 60 }, () => 'a').concat('b'), {
    get(target, key, receiver): unknown {
      steps++;
      return Reflect.get(target, key, receiver);
    },
  });
  assert.equal(pointerMatches(read.value, path), false);
  assert.ok(steps < 20_000, `${steps}`);
});
