import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';
import { addressForm, macForm } from '#masking/operators/format/network-form.ts';

const draw = (subject: string): KeyedDraw => new KeyedDraw(Buffer.alloc(32), subject);

test('stand-ins of addresses lie in networks kept for documentation, with the prefix length they had', () => {
  for (let count = 0; count < 200; count++) {
    for (const [form, value] of [
      [addressForm, '10.0.0.1'],
      [addressForm, '10.0.0.0/8'],
      [addressForm, 'fe80::1/64'],
      [macForm, 'aa:bb:cc:dd:ee:ff'],
    ] as const) {
      const made = form.make(value, draw(String(count)), '') ?? '';
      assert.deepEqual(form.spans(made), [{ start: 0, end: made.length }], made);
    }
  }
});

test('addresses next to those networks are no stand-ins', () => {
  for (const text of ['192.0.3.1', '1.192.0.2.1', '192.0.2.256', '192.0.2.1.5', '2001:db9:1:2:3:4:5:6', '2001:db8::1'])
    assert.deepEqual(addressForm.spans(text), [], text);
  assert.deepEqual(macForm.spans('00:00:5e:00:54:01'), []);
});
