import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInternationalNumber, isNationalNumber } from '#masking/detectors/phone-plan.ts';

test('a number is of a plan or it is not', () => {
  assert.equal(isInternationalNumber('+442079460958'), true);
  assert.equal(isInternationalNumber('+4420794609'), false);
  assert.equal(isNationalNumber('020 7946 0958'), true);
  assert.equal(isNationalNumber('00 11 22'), false);
});
