import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'CREDIT_CARD';

test('card numbers are found as they are printed and as they are stored', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['4111 1111 1111 1111', 'paid with 4111 1111 1111 1111 today'],
    ['5555-5555-5555-4444', '5555-5555-5555-4444'],
    ['378282246310005', 'amex 378282246310005'],
    ['3782 822463 10005', '3782 822463 10005'],
    ['4111111111111111', '4111111111111111', 'card_number'],
    ['6011000990139424', 'charged 6011000990139424.'],
    ['4222222222222', 'visa 4222222222222'],
    ['4111111111111111', 'the number 4111111111111111'],
    ['4111111111111111', 'refund 20.00 USD to 4111111111111111'],
    ['3500000000000009', 'my card 3500000000000009 is lost'],
    ['180000000000002', 'card 180000000000002'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('what has no issuer, no check digit or another meaning is no card', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['4111 1111 1111 1112'],
    ['order 4111111111111111'],
    ['4111111111111111', 'order_id'],
    ['4222222222222'],
    ['1700000000000'],
    ['0.4111111111111111'],
    ['id-4111111111111111'],
    ['411111111111111111111'],
    ['9111111111111111', 'card_number'],
    ['3500000000000009'],
    ['4111111111111111', 'gid'],
    ['payment 3500000000000009 settled'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});
