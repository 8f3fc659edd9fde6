import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';
import { dateForm } from '#masking/operators/format/date-form.ts';

const made = (value: string): string | undefined =>
  dateForm.make(value, new KeyedDraw(Buffer.alloc(32), value), 'DATE_OF_BIRTH');

test('a date of birth becomes a real one of nobody alive, written the same way', () => {
  for (let day = 1; day <= 28; day++) {
    const date = made(`1985-04-${String(day).padStart(2, '0')}`) ?? '';
    assert.match(date, /^18[0-4]\d-\d\d-\d\d$/);
    assert.equal(new Date(date).toISOString().slice(0, 10), date);
    assert.deepEqual(dateForm.spans(date), [{ start: 0, end: date.length }]);
  }
  assert.match(made('4.12.1985') ?? '', /^\d\d\.\d\d\.18[0-4]\d$/);
  assert.equal(made('April 1985'), undefined);
});

test('later dates, and dates inside longer numbers, are no stand-ins', () => {
  for (const text of ['1850-01-01', '1985-04-12', '11820-01-01', '1820-01-01/x'])
    assert.deepEqual(dateForm.spans(text), [], text);
});
