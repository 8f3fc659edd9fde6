import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inFileOrder, isWritten, placeComplaint } from '#config/place-problems.ts';
import { readYaml } from '#config/yaml-text.ts';

test('a complaint gets the line and column of the value, or of the key, that it is about', () => {
  const yaml = readYaml('a:\n  b: 1\n');
  const complaint = { path: ['a', 'b'], message: 'm', fix: 'f' };
  assert.deepEqual(placeComplaint(complaint, 'x.yaml', yaml), {
    file: 'x.yaml',
    line: 2,
    column: 6,
    path: 'a.b',
    message: 'm',
    fix: 'f',
  });
  assert.equal(placeComplaint({ ...complaint, atKey: true }, 'x.yaml', yaml).column, 3);
});

test('problems come in the order of the file, each once', () => {
  const at = (line: number, column: number) => ({ file: 'x', line, column, path: 'p', message: 'm', fix: 'f' });
  assert.deepEqual(inFileOrder([at(2, 1), at(1, 5), at(1, 2), at(1, 5)]), [at(1, 2), at(1, 5), at(2, 1)]);
});

test('only what the file itself says is written, not what every object has', () => {
  const raw = { a: [{ b: 1 }], c: undefined };
  assert.ok(isWritten(raw, ['a', 0, 'b']) && isWritten(raw, []));
  for (const path of [['a', 1], ['a', 'length'], ['c'], ['constructor'], ['a', 0, 'b', 'c']])
    assert.ok(!isWritten(raw, path), path.join('.'));
});
