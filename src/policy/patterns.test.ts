import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  globCanMatchPrefix,
  globCoversPrefix,
  globMatches,
  parseGlob,
  parsePattern,
  patternMatches,
} from '#policy/patterns.ts';

function matches(pattern: string, method: string, name: string): boolean {
  const parsed = parsePattern(pattern);
  assert.ok(parsed.ok, pattern);
  return patternMatches(parsed.value, method, name);
}

test('a pattern is split at its first colon, so a URI keeps its own', () => {
  assert.ok(matches('resources/read:file:///a:b', 'resources/read', 'file:///a:b'));
  assert.ok(!matches('resources/read:file:///a', 'resources/read:file', '///a'));
  assert.ok(!matches('tools/call:a', 'tools/call', 'a:b'));
  assert.ok(matches('tools/call:a:*', 'tools/call', 'a:b'));
});

test('a star is any run of characters including slashes, colons and none', () => {
  assert.ok(matches('resources/read:file:///a/*', 'resources/read', 'file:///a/b/c:d'));
  assert.ok(matches('tools/call:get_*', 'tools/call', 'get_'));
  assert.ok(!matches('tools/call:get_*', 'tools/call', 'get'));
  assert.ok(matches('tools/call:*_a_*_b', 'tools/call', 'x_a_b_a__b'));
  assert.ok(!matches('tools/call:ab*ba', 'tools/call', 'aba'), 'the parts must not overlap');
  assert.ok(matches('*', 'anything/at/all', 'x:y/z'));
  assert.ok(matches('resources/*', 'resources/templates/list', ''));
});

test('a pattern is case-sensitive and matches the whole string', () => {
  assert.ok(!matches('tools/call:delete_*', 'tools/call', 'Delete_x'));
  assert.ok(!matches('tools/call:delete', 'tools/call', 'delete_all'));
  assert.ok(!matches('tools/call:delete', 'tools/call', 'undelete'));
  assert.ok(!matches('tools/call', 'tools/call2', ''));
  assert.ok(!matches('Tools/call', 'tools/call', 'a'));
});

test('nothing but the star is special', () => {
  for (const name of ['a.c', 'a?c', '[ac]', 'a|c', '(a)', '^a$', 'a\\c', 'a+']) {
    assert.ok(matches(`tools/call:${name}`, 'tools/call', name));
    assert.ok(!matches(`tools/call:${name}`, 'tools/call', 'abc'));
  }
});

test('a pattern without method, without name or too long is refused', () => {
  for (const pattern of ['', ':a', 'tools/call:', 'tools call', 'a'.repeat(2_000)])
    assert.ok(!parsePattern(pattern).ok, pattern);
});

test('globs agree with the obvious recursive definition', () => {
  const obvious = (glob: string, text: string): boolean => {
    if (glob === '') return text === '';
    if (glob[0] === '*') return obvious(glob.slice(1), text) || (text !== '' && obvious(glob, text.slice(1)));
    return text !== '' && glob[0] === text[0] && obvious(glob.slice(1), text.slice(1));
  };
  const small = (chars: string, maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...chars.split('')), maxLength });
  fc.assert(
    fc.property(small('ab*', 8), small('ab', 9), (glob, text) => {
      assert.equal(globMatches(parseGlob(glob), text), obvious(glob, text));
    }),
    { numRuns: 2_000 },
  );
});

test('a prefix can match or is covered exactly when some or every continuation matches', () => {
  const small = (chars: string, maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...chars.split('')), maxLength });
  fc.assert(
    fc.property(small('ab*', 5), small('ab', 3), small('ab', 4), (text, prefix, rest) => {
      const glob = parseGlob(text);
      if (globMatches(glob, prefix + rest)) assert.ok(globCanMatchPrefix(glob, prefix));
      if (globCoversPrefix(glob, prefix)) assert.ok(globMatches(glob, prefix + rest));
    }),
    { numRuns: 2_000 },
  );
  assert.ok(!globCanMatchPrefix(parseGlob('file:///b/*'), 'file:///a/'));
  assert.ok(!globCoversPrefix(parseGlob('file:///a/b/*'), 'file:///a/'));
});

test('a pattern of many stars against a long name ends at once', () => {
  assert.ok(!globMatches(parseGlob('*a'.repeat(500) + 'b'), 'a'.repeat(100_000)));
});
