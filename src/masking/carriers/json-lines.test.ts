import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonRuns, mayHoldJson } from '#masking/carriers/json-lines.ts';

const LIMITS = { depth: 8, nodes: 100 };
function runsOf(text: string): string[] {
  const runs = jsonRuns(text, LIMITS);
  assert.ok(runs.ok);
  return runs.value.map(({ start, end }) => text.slice(start, end));
}

test('values at the start and at the start of lines are found, text between them passed over', () => {
  assert.deepEqual(runsOf('{"a":1} {"b":2}\n{"c":3}\nnot this\n  {"d":4}\n{broken\n[5]'), [
    '{"a":1} {"b":2}\n{"c":3}',
    '{"d":4}',
    '[5]',
  ]);
  assert.deepEqual(runsOf('Result:\n```json\n{\n "a": 1\n}\n```'), ['{\n "a": 1\n}']);
});

test('offsets are those of the text', () => {
  const text = 'x\n{"a":"b"}';
  const runs = jsonRuns(text, LIMITS);
  assert.ok(runs.ok);
  const [root] = runs.value[0]?.roots ?? [];
  assert.ok(root?.kind === 'object');
  assert.equal(text.slice(root.members[0]?.value.start, root.members[0]?.value.end), '"b"');
});

test('log lines and links are text', () => {
  assert.deepEqual(runsOf('[INFO] a\n[link](b)\n[INFO] {"a":1}'), []);
});

test('values beyond depth or number are refused, and so is what begins like JSON again and again to no end', () => {
  assert.deepEqual(
    [jsonRuns('\n[[[[[[[[[1', LIMITS)].map((run) => !run.ok && run.error.code),
    ['too_deep'],
  );
  const many = jsonRuns(`\n${'{"a":[1,2,3]}\n'.repeat(40)}`, LIMITS);
  assert.equal(!many.ok && many.error.code, 'too_many');
  const open = jsonRuns(`\n${'["\\n'.repeat(10)}${'\n["a'.repeat(2_000)}`, { depth: 8, nodes: 100_000 });
  assert.equal(open.ok, true, 'each ends at the next line');
  const nothing = jsonRuns('\n[1,'.repeat(400), { depth: 500, nodes: 100_000 });
  assert.equal(!nothing.ok && nothing.error.code, 'too_many');
});

test('a text that begins with a letter may hold JSON only in a later line', () => {
  assert.equal(mayHoldJson('see {"a":1}'), false);
  assert.equal(mayHoldJson('see\n{"a":1}'), true);
  for (const text of ['{"a":1}', ' \t["a"]', '\u00a0"a"']) assert.equal(mayHoldJson(text), true);
});
