import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lexFilter } from '#events/filter/lexer.ts';

const lex = (text: string): unknown => {
  const result = lexFilter(text);
  return result.ok
    ? result.value.map((token) => ('text' in token ? token.text : 'value' in token ? token.value : token.type))
    : [result.error.offset, result.error.message];
};

test('words, strings with JSON escapes, numbers and brackets are told apart', () => {
  assert.deepEqual(lex(String.raw`a.b eq "x\"\u0041" and(c gt -1.5e2)`), [
    'a.b',
    'eq',
    'x"A',
    'and',
    '(',
    'c',
    'gt',
    -150,
    ')',
    'end',
  ]);
});

test('what is no token is refused at its offset', () => {
  assert.deepEqual(lex('a eq "open'), [5, 'the string is not closed or has a bad escape']);
  assert.deepEqual(lex(String.raw`a eq "\x"`), [5, 'the string is not closed or has a bad escape']);
  assert.deepEqual(lex("a eq 'x'"), [5, 'unexpected character']);
  assert.deepEqual(lex('a eq 1e999'), [5, 'the number is too large']);
  assert.deepEqual(lex(String.raw`a eq "\u0000"`), [5, 'the string contains U+0000']);
  assert.deepEqual(lex(String.raw`a eq "\ud800"`), [5, 'the string contains a lone surrogate']);
});

test('a long run of quotes and backslashes is read in linear time', () => {
  for (const char of ['"', '\\', '" ', '\\"']) lexFilter(`"${char.repeat(100_000)}`);
});
