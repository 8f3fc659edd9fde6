import assert from 'node:assert/strict';
import { test } from 'node:test';
import { specOf, type OperatorChoice } from '#masking/operators/choice.ts';
import { createOperator } from '#masking/operators/create-operator.ts';

const KEYS = { id: 'k1', key: Buffer.alloc(32, 3) };
const put = (choice: OperatorChoice): string =>
  createOperator(specOf(choice), KEYS).put('CREDIT_CARD', '4111111111111111');

test('each spelling of an operator gives that operator', () => {
  assert.match(put('token'), /^\[CREDIT_CARD:k1:/);
  assert.equal(put('redact'), '[CREDIT_CARD]');
  assert.equal(put({ replace: '(gone)' }), '(gone)');
  assert.equal(put('partial'), '************1111');
  assert.equal(put({ partial: 2 }), '**************11');
  assert.match(put('format'), /^9999\d{12}$/);
  for (const name of ['drop', 'block'] as const) assert.equal(createOperator(specOf(name), KEYS).name, name);
});
