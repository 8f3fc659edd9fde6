import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayKeyId, formatRingLine, parseRing, parseRingLine, subjectKeyId } from '#ledger/ring.ts';
import { WRAPPED_BYTES } from '#ledger/wrap.ts';

const wrapped = Buffer.alloc(WRAPPED_BYTES, 5);
const day = formatRingLine({ id: dayKeyId(20_000), who: undefined, wrapped });
const subject = formatRingLine({ id: subjectKeyId(Buffer.alloc(8, 1)), who: 'd2hv', wrapped });

test('lines come back as they were written', () => {
  const ring = parseRing(Buffer.from(day + subject));
  assert.ok(ring.ok);
  assert.deepEqual(ring.value.entries, [
    { id: 'day:20000', who: undefined, wrapped },
    { id: 'subject:0101010101010101', who: 'd2hv', wrapped },
  ]);
  assert.equal(ring.value.bytes, day.length + subject.length);
});

test('a torn last line is left out at any cut, the lines before it are kept', () => {
  for (let cut = 1; cut <= subject.length; cut += 1) {
    const torn = Buffer.from(day + subject);
    const ring = parseRing(torn.subarray(0, torn.length - cut));
    assert.ok(ring.ok);
    assert.equal(ring.value.entries.length, 1);
    assert.equal(ring.value.bytes, day.length);
  }
  const holes = Buffer.from(day + subject).fill(0, day.length + 3, day.length + 20);
  assert.equal(parseRing(holes).ok, true);
});

test('a damaged line before a sound one is an error that names it', () => {
  assert.deepEqual(parseRing(Buffer.from(`${day}${subject.slice(0, 30)}\n${subject}`)), { ok: false, error: 2 });
});

test('ids, lengths and the presence of the caller’s mark are checked', () => {
  for (const line of [
    '',
    'null',
    '[]',
    '{"id":"day:1"}',
    day.replace('day:20000', 'day:x'),
    subject.replace('"who":"d2hv",', ''),
    day.replace('"wrapped"', '"who":"x","wrapped"'),
    day.replace('BQUF', ''),
  ]) {
    assert.equal(parseRingLine(line.trim()), undefined, line);
  }
});
