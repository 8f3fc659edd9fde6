import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseMoment, parseTime } from '#events/time.ts';

test('every time JavaScript prints as RFC 3339 is read back exactly', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true }), (date) => {
      assert.equal(parseTime(date.toISOString()), date.getTime());
    }),
  );
});

test('offsets, fractions, lower case and the leap second are read', () => {
  const noon = Date.UTC(2026, 10, 23, 12);
  assert.equal(parseTime('2026-11-23T13:30:00+01:30'), noon);
  assert.equal(parseTime('2026-11-23T04:00:00-08:00'), noon);
  assert.equal(parseTime('2026-11-23t12:00:00.1239z'), noon + 123);
  assert.equal(parseTime('2016-12-31T23:59:60Z'), Date.UTC(2017, 0, 1) - 1);
});

test('what is no time on any calendar is refused', () => {
  for (const text of [
    '',
    'now',
    '2026-11-23',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T12:00:00',
    '2026-11-23T12:00:00+24:00',
    '1763899200',
  ]) {
    assert.equal(parseTime(text), undefined, text);
  }
});

test('a relative moment counts back from now and nothing else is taken for one', () => {
  assert.equal(parseMoment('15m', 1_000_000), 100_000);
  assert.equal(parseMoment('2h', 0), -7_200_000);
  assert.equal(parseMoment('7d', 0), -7 * 86_400_000);
  for (const text of ['15', 'm', '-1h', '1.5h', '1y', '99999999d']) assert.equal(parseMoment(text, 0), undefined, text);
});
