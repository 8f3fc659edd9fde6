import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExactly } from '#events/payload-view.ts';
import { argumentChanges, argumentRows, findingPointer } from '#signin/approvals/argument-rows.ts';
import type { ArgumentChange, ArgumentRow } from '#signin/approvals/argument-rows.ts';

const rowsOf = (json: string): readonly ArgumentRow[] => argumentRows(parseExactly(json), 100).rows;
const said = (rows: readonly ArgumentRow[]): readonly string[] =>
  rows.map(({ path, kind, text }) => `${path.join('.')} ${kind} ${text}`);
const changes = (before: string, after: string): readonly string[] =>
  argumentChanges(rowsOf(before), rowsOf(after)).map((change: ArgumentChange) => {
    const place = (change.kind === 'removed' ? change.before : change.after).path.join('.');
    const [was, is] = ['before' in change ? change.before.text : '-', 'after' in change ? change.after.text : '-'];
    return `${change.kind} ${place} ${was} ${is}`;
  });

test('every value is a row with its place, and a number is as it was spelled', () => {
  assert.deepEqual(
    said(rowsOf('{"id":9007199254740993,"f":1.0,"e":1e3,"z":-0,"s":"x","l":[true,null,{}],"o":{"a":{"b":[]}}}')),
    [
      'id literal 9007199254740993',
      'f literal 1.0',
      'e literal 1e3',
      'z literal -0',
      's text x',
      'l.0 literal true',
      'l.1 literal null',
      'l.2 literal {}',
      'o.a.b literal []',
    ],
  );
});

test('no key hides its value, whatever it is called', () => {
  assert.deepEqual(said(rowsOf('{"__proto__":{"a":1},"rawJSON":"2","constructor":3,"":4}')), [
    '__proto__.a literal 1',
    'rawJSON text 2',
    'constructor literal 3',
    ' literal 4',
  ]);
});

test('rows are bounded, and it is said that there are more', () => {
  const { rows, isCut } = argumentRows({ a: [1, 2, 3], b: 4 }, 3);
  assert.deepEqual([rows.length, isCut], [3, true]);
  assert.equal(argumentRows([1, 2, 3], 3).isCut, false);
});

test('what was added, removed and changed is told place by place', () => {
  assert.deepEqual(changes('{"a":1,"b":"x","c":[1,2]}', '{"b":"y","a":1,"c":[1],"d":null}'), [
    'changed b x y',
    'added d - null',
    'removed c.1 2 -',
  ]);
  assert.deepEqual(changes('{"a":1}', '{"a":1}'), []);
});

test('numbers that a double cannot tell apart are told apart, and so are spellings and types', () => {
  assert.deepEqual(changes('{"id":9007199254740992}', '{"id":9007199254740993}'), [
    'changed id 9007199254740992 9007199254740993',
  ]);
  assert.deepEqual(changes('{"n":1}', '{"n":1.0}'), ['changed n 1 1.0']);
  assert.deepEqual(changes('{"n":"1"}', '{"n":1}'), ['changed n 1 1']);
  assert.deepEqual(changes('{"n":{"a":1}}', '{"n":"x"}'), ['added n - x', 'removed n.a 1 -']);
});

test('two places are one only where every part of them is the same', () => {
  assert.deepEqual(changes('{"a":{"b":1}}', '{"a.b":1}'), ['added a.b - 1', 'removed a.b 1 -']);
  assert.deepEqual(changes('{"a":[1]}', '{"a":{"0":1}}'), ['added a.0 - 1', 'removed a.0 1 -']);
});

test('a row is found by where the masker says that something was', () => {
  const [row] = rowsOf('{"a/b":["x"]}');
  assert.ok(row);
  assert.equal(findingPointer(row), '/params/arguments/a~1b/0');
});
