import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellText, printable, textTable } from '#cli/text-table.ts';

test('nothing in a cell can steer the terminal or reorder the line', () => {
  const steering = 'a\u001b[2J\u009b1m\u202eb\u0007\r\n\u2028';
  for (const text of [printable(steering), cellText(steering)]) assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\u2028]/u);
});

test('columns are as wide as their longest cell, and a long cell is cut', () => {
  const lines = textTable(
    ['ONE', 'TWO'],
    [
      [cellText('x'.repeat(500)), 'y'],
      ['z', 'y'],
    ],
  ).split('\n');
  assert.equal(lines[0], `ONE${' '.repeat(59)}TWO`);
  assert.equal(lines[1], `${'x'.repeat(59)}…  y`);
  assert.equal(lines[2], `z${' '.repeat(61)}y`);
});

test('no rows make no table', () => {
  assert.equal(textTable(['ONE'], []), '');
});
