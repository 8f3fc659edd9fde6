import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathText, problemText } from '#config/problem.ts';

test('a path reads as one would write it', () => {
  assert.equal(pathText(['grants', 0, 'level']), 'grants[0].level');
  assert.equal(pathText(['connections', 'a.b', 'upstream']), 'connections["a.b"].upstream');
  assert.equal(pathText([]), '');
});

test('a problem is one line that editors can jump to', () => {
  assert.equal(
    problemText({ file: 'g.yaml', line: 3, column: 5, path: 'data', message: 'is missing', fix: 'write text' }),
    'g.yaml:3:5: data: is missing; write text',
  );
});
