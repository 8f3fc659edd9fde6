import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerWord } from '#events/caller-word.ts';
import { parseFilter } from '#events/filter/parser.ts';
import { requiredWords } from '#events/filter/required-words.ts';
import { LIMITS } from '#limits.ts';

function wordsOf(text: string): readonly string[] {
  const filter = parseFilter(text, LIMITS);
  assert.ok(filter.ok, text);
  return requiredWords(filter.value);
}

test('only what every match must be is a word to demand', () => {
  const ada = `"${callerWord('ada')}"`;
  assert.deepEqual(wordsOf('caller.subject eq "ada"'), [ada]);
  assert.deepEqual(wordsOf('outcome eq "ok" and (caller.subject eq "ada" and name eq "find_it")'), [ada, '"find_it"']);
  for (const text of [
    'caller.subject eq "ada" or name eq "find"',
    'not (caller.subject eq "ada")',
    'caller.subject ne "ada"',
    'caller.subject sw "ada"',
    'name eq ""',
    'name eq "---"',
    'method eq "tools/call"',
    'caller.subject pr',
  ])
    assert.deepEqual(wordsOf(text), [], text);
  assert.deepEqual(requiredWords(undefined), []);
});
