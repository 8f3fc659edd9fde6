import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileLevels } from '#policy/levels.ts';

test('a level inherits through every ancestor, its own patterns first, and remembers who wrote them', () => {
  const { levels, problems } = compileLevels({
    a: { allow: ['a'], deny: ['da'] },
    b: { extends: 'a', allow: ['b'], deny: [] },
    c: { extends: 'b', allow: [], deny: ['dc'] },
  });
  assert.deepEqual(problems, []);
  const c = levels.get('c');
  assert.deepEqual(
    c?.allow.map(({ level, pattern }) => `${level} ${pattern.text}`),
    ['b b', 'a a'],
  );
  assert.deepEqual(
    c?.deny.map(({ level, pattern }) => `${level} ${pattern.text}`),
    ['c dc', 'a da'],
  );
});

test('a circle and an unknown ancestor are problems and no endless loop', () => {
  const { problems } = compileLevels({
    a: { extends: 'b', allow: [], deny: [] },
    b: { extends: 'a', allow: [], deny: [] },
    c: { extends: 'constructor', allow: [], deny: [] },
  });
  assert.match(problems.map(({ message }) => message).join('; '), /"a" extends itself.*no level "constructor"/);
});

test('a resource pattern in a spelling no normalised URI has is refused: a deny in it would never deny', () => {
  const fault = (pattern: string): string | undefined =>
    compileLevels({ a: { allow: [], deny: [pattern] } }).problems[0]?.message;
  for (const pattern of [
    'resources/read:FILE:///a',
    'resources/read:file:///a/%61*',
    'resources/read:https://Example.com/*',
    'resources/read:https://example.com:443/*',
    'resources/read:file:/etc/*',
    'resources/*:file://localhost/etc/*',
    'resources/read:memo://x/é',
    'resources/read:file:///a/../b',
    'resources/read:file:///a%2fb',
  ]) {
    assert.match(fault(pattern) ?? '', /can never match/, pattern);
  }
  for (const pattern of [
    'resources/read:file:///a/*',
    'resources/read:*',
    'resources/read:https://example.com',
    'resources/read:file:*',
    'resources/read:memo*',
    'tools/call:A:../b',
    'resources/read:https://example.com*',
    'resources/read:file:///*.txt',
  ]) {
    assert.equal(fault(pattern), undefined, pattern);
  }
});
