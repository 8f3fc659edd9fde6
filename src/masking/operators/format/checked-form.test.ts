import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';
import * as fc from 'fast-check';
import { createCheckedForm } from '#masking/operators/format/checked-form.ts';

const KEY = Buffer.alloc(32, 5);
const form = createCheckedForm(KEY);
const make = (type: string, value: string): string | undefined =>
  form.make(value, new KeyedDraw(KEY, type, value), type);

test('whatever is made is recognised with the key it was made with, and with no other', () => {
  let strange = 0;
  let cutShort = 0;
  const other = createCheckedForm(Buffer.alloc(32, 6));
  fc.assert(
    fc.property(
      fc.constantFrom('CREDIT_CARD', 'US_SSN', 'US_BANK_NUMBER', 'PHONE_NUMBER'),
      fc.stringMatching(/^[+(]?\d{2,4}[ -]?\d{3,5}[ -]?\d{4,8}$/),
      (type, value) => {
        const made = make(type, value);
        if (made === undefined) return;
        assert.equal(made.replaceAll(/\d/g, ''), value.replaceAll(/\d/g, ''));
        const [first] = form.spans(made);
        assert.equal(first?.start, 0, made);
        // one in some hundreds is taken to end earlier: the operator sees that and makes a token
        if (first.end !== made.length) cutShort++;
        strange += other.spans(made).length;
      },
    ),
    { numRuns: 500 },
  );
  assert.ok(strange < 25 && cutShort < 25, `${strange} ${cutShort}`);
});

test('no number of an issuer and none that was assigned is taken for a stand-in', () => {
  for (const text of ['4111111111111111', '078-05-1120', 'DE89370400440532013000', '+1 415 555 2671'])
    assert.deepEqual(form.spans(text), [], text);
});

test('too short and too long values have no stand-in', () => {
  assert.equal(make('PHONE_NUMBER', '5552671'), undefined);
  assert.equal(make('CREDIT_CARD', '41111111111'), undefined);
  assert.equal(make('US_BANK_NUMBER', '1'.repeat(40)), undefined);
});
