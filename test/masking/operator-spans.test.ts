/** Looking for what operators made takes time linear in the text, whatever is in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFormat } from '#masking/operators/format/format.ts';
import { createPartial, partialOf } from '#masking/operators/partial.ts';

const KEYS = { id: 'k1', key: Buffer.alloc(32, 1) };
const BEGINNINGS = [
  'x ',
  'xq ',
  '* ',
  '*',
  '** a',
  '99 ',
  '9.9.',
  'ZZ12',
  '1.',
  '2001:db8:',
  '18',
  '00:',
  '@example.invalid',
  'x',
];

/** How often characters are looked at cannot be counted from outside; that a text of a million ends at all can be seen. */
test('texts full of beginnings are looked at to their end', { timeout: 60_000 }, () => {
  const operators = [createFormat(KEYS), createPartial(4)];
  for (const beginning of BEGINNINGS) {
    const text = `${beginning.repeat(1_000_000 / beginning.length)}!`;
    for (const { spans } of operators) assert.ok((spans?.(text) ?? []).every(({ start, end }) => start < end));
  }
  assert.equal(partialOf('a'.repeat(1_000_000), 4).length, 1_000_000);
});
