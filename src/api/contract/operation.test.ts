import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { booleanParameter, integerParameter } from '#api/contract/operation.ts';

test('parameters are spelled in one way only', () => {
  assert.equal(integerParameter(0, 9).parse('7'), 7);
  assert.equal(booleanParameter().parse('true'), true);
  assert.equal(booleanParameter().parse('false'), false);
  for (const text of ['', '1.0', '+1', ' 1', '10']) assert.equal(integerParameter(0, 9).safeParse(text).success, false);
  for (const text of ['', 'TRUE', '1', 'yes']) assert.equal(booleanParameter().safeParse(text).success, false);
});

test('they are described as what they mean', () => {
  assert.equal(z.toJSONSchema(integerParameter(0, 9)).type, 'integer');
  assert.equal(z.toJSONSchema(booleanParameter()).type, 'boolean');
});
