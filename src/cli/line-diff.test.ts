import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { diffLines } from '#cli/line-diff.ts';
import type { DiffLine } from '#cli/line-diff.ts';

const text = (lines: readonly DiffLine[]): readonly string[] => lines.map(({ sign, line }) => `${sign}${line}`);

test('what both have stays, what one has goes or comes', () => {
  assert.deepEqual(text(diffLines(['a', 'b', 'c'], ['a', 'x', 'c'], 100)), [' a', '-b', '+x', ' c']);
  assert.deepEqual(text(diffLines(['a', 'b'], ['a', 'b'], 100)), [' a', ' b']);
  assert.deepEqual(text(diffLines([], ['a'], 100)), ['+a']);
  assert.deepEqual(text(diffLines(['a', 'a'], ['a'], 100)), [' a', '-a']);
});

test('for all texts, leaving out one side gives the other', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, fc.constantFrom(2, 100), (before, after, max) => {
      const diff = diffLines(before, after, max);
      const side = (sign: string) =>
        diff.filter((one) => one.sign === ' ' || one.sign === sign).map(({ line }) => line);
      assert.deepEqual(side('-'), before);
      assert.deepEqual(side('+'), after);
    }),
  );
});
