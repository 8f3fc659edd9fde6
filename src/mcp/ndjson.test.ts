import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { encodeLine, LineDecoder } from '#mcp/ndjson.ts';

function decoded(chunks: readonly Buffer[], lineBytesMax = 64): string[] | 'fault' {
  const decoder = new LineDecoder(lineBytesMax);
  const lines: string[] = [];
  for (const chunk of chunks) {
    const result = decoder.push(chunk);
    if (!result.ok) return 'fault';
    lines.push(...result.value.map((line) => line.toString('latin1')));
  }
  return lines;
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

test('any split of the same bytes gives the same lines', () => {
  const bytes = fc
    .array(fc.constantFrom('a', '{"x":"é"}', '\n', '\r\n', '\r', 'bcdefg'), { maxLength: 30 })
    .map((parts) => Buffer.from(parts.join('')));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(500)), (stream, places) => {
      assert.deepEqual(decoded(cut(stream, places)), decoded([stream]));
    }),
  );
});

test('lines end with LF or CRLF, and empty ones are skipped', () => {
  assert.deepEqual(decoded([Buffer.from('\n{"a":1}\r\n\r\n\n{"b":2}\nrest')]), ['{"a":1}', '{"b":2}']);
});

test('a line of exactly the limit passes and one byte more is a fault, in any split', () => {
  for (const end of ['\n', '\r\n']) {
    const fits = Buffer.from(`${'x'.repeat(8)}${end}`);
    const long = Buffer.from(`${'x'.repeat(9)}${end}`);
    for (let place = 0; place <= long.length; place++) {
      assert.deepEqual(decoded(cut(fits, [place]), 8), ['xxxxxxxx']);
      assert.equal(decoded(cut(long, [place]), 8), 'fault');
    }
  }
});

test('a line without an end is refused as soon as it is too long', () => {
  const decoder = new LineDecoder(8);
  assert.ok(decoder.push(Buffer.from('12345678')).ok);
  assert.equal(decoder.pendingBytes, 8);
  assert.equal(decoder.push(Buffer.from('9a')).ok, false);
  assert.equal(decoder.pendingBytes, 0);
  assert.equal(decoder.push(Buffer.from('\n{}\n')).ok, false);
});

test('an encoded message is one line with the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('\t', 2), (value, indent) => {
      const line = encodeLine(Buffer.from(JSON.stringify({ value }, undefined, indent).replaceAll('\n', '\r\n')));
      assert.equal(line.indexOf(0x0a), line.length - 1);
      assert.equal(line.indexOf(0x0d), -1);
      assert.deepEqual(JSON.parse(line.toString()), JSON.parse(JSON.stringify({ value })));
    }),
  );
});
