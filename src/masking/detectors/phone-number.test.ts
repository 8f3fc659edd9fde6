import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScanBudget } from '#masking/engine/budget.ts';
import { createEngine } from '#masking/engine/engine.ts';
import { NO_PLACE } from '#masking/engine/place.ts';
import { LIMITS } from '#limits.ts';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'PHONE_NUMBER';

test('phone numbers are found in international and national forms', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['+44 20 7946 0958', '+44 20 7946 0958'],
    ['(415) 555-0123', '(415) 555-0123'],
    ['415-555-0123', 'dial 415-555-0123 now'],
    ['415.555.0123 ext. 7', 'call 415.555.0123 ext. 7'],
    ['4155550123', '4155550123', 'phone'],
    ['4155550123', 'my cell is 4155550123'],
    ['020 7946 0958', 'Tel: 020 7946 0958'],
    ['+1 202 555 0147', '+1 202 555 0147 is mine'],
    ['+49 151 23456789', '+49 151 23456789'],
    ['555-0123', 'call 555-0123'],
    ['0151 23456789', '0151 23456789', 'mobile'],
    ['0161 496 0754', 'Ada - 0161 496 0754'],
    ['06 12 34 56 78', 'Office 06 12 34 56 78 / Paris'],
    ['4155550123', 'Ada Lovelace\nT: 4155550123'],
    ['415-555-0123', 'mobile/415-555-0123'],
    ['+14155550123', '/users/+14155550123/calls'],
    ['030 33939479', 'bittet um Rückruf: 030 33939479'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('identifiers, dates and versions are no phone numbers', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['order 4155550123'],
    ['4155550123', 'order_id'],
    ['4155550123'],
    ['2024-01-15 10:30:00'],
    ['192.168.100.200'],
    ['version 415.555.0123'],
    ['1700000000000'],
    ['550e8400-e29b-41d4-a716-446655440000'],
    ['ORD-415-555-0123'],
    ['978-3-16-148410-0'],
    ['true', 'phone_verified'],
    ['order 0161 496 0754'],
    ['bytes 01 14 23 35 42 57'],
    ['2024.01 14 23 35 42'],
    ['call me on 2024-02-03 or 03.02.2024'],
    ['/2024/415-555-0123'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});

test('behind more numbers than are checked against plans, every number is still found', () => {
  const engine = createEngine({ types: new Set([TYPE]) });
  const budget = new ScanBudget();
  for (let at = 0; at < LIMITS.maskingValidations; at++) engine.scan('+44 20 7946 0958', NO_PLACE, budget);
  assert.equal(budget.mayValidate(), false);
  for (const number of ['+44 20 7946 0958', '+49 30 901820', '0044 20 7946 0958', '020 7946 0958', '06 12 34 56 78']) {
    const hits = engine.scan(`x ${number} y`, NO_PLACE, budget);
    assert.ok(hits.ok && hits.value[0]?.start === 2 && hits.value[0].end === 2 + number.length, number);
  }
});
