import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { encodeSseEvent, SSE_COMMENT, SseDecoder, type SseEvent } from '#mcp/sse.ts';

type Plain = { data: string; event?: string; id?: string; retryMs?: number };

function plain({ data, event, id, retryMs }: SseEvent): Plain {
  return {
    data: data.toString(),
    ...(event === undefined ? {} : { event }),
    ...(id === undefined ? {} : { id }),
    ...(retryMs === undefined ? {} : { retryMs }),
  };
}

function decoded(chunks: readonly Buffer[], eventBytesMax = 1_000): (Plain | 'fault')[] {
  const decoder = new SseDecoder(eventBytesMax);
  const events: (Plain | 'fault')[] = [];
  for (const chunk of chunks) {
    const result = decoder.push(chunk);
    if (!result.ok) return [...events, 'fault'];
    events.push(...result.value.map(plain));
  }
  return events;
}

const events = (text: string): (Plain | 'fault')[] => decoded([Buffer.from(text)]);

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

const streams = fc
  .array(
    fc.constantFrom(
      'data',
      'data:',
      'data: {"é":1}',
      'id: 7',
      'id',
      'event: x',
      'retry: 10',
      ': c',
      ':',
      '\ufeff',
      'a\0',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join('')));

test('any split of the same bytes gives the same events', () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(500)), (stream, places) => {
      assert.deepEqual(decoded(cut(stream, places)), decoded([stream]));
    }),
    { numRuns: 1_000 },
  );
});

test('one byte at a time gives the same events', () => {
  fc.assert(
    fc.property(streams, (stream) => {
      assert.deepEqual(decoded([...stream].map((byte) => Buffer.from([byte]))), decoded([stream]));
    }),
  );
});

test("the standard's examples are read as it says", () => {
  assert.deepEqual(events('data: YHOO\ndata: +2\ndata: 10\n\n'), [{ data: 'YHOO\n+2\n10' }]);
  assert.deepEqual(
    events(': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n'),
    [
      { data: 'first event', id: '1' },
      { data: 'second event', id: '' },
    ],
  );
  assert.deepEqual(events('data\n\ndata\ndata\n\ndata:'), [{ data: '' }, { data: '\n' }]);
  assert.deepEqual(events('data:test\n\ndata: test\n\n'), [{ data: 'test' }, { data: 'test' }]);
});

test('LF, CR and CRLF each end a line, and an event needs no byte after its empty line', () => {
  for (const end of ['\n', '\r', '\r\n']) {
    assert.deepEqual(events(`event: message${end}data: a${end}data: b${end}${end}`), [
      { event: 'message', data: 'a\nb' },
    ]);
  }
  assert.deepEqual(events('data: a\r\rdata: b\r\n\ndata: c\n\r'), [{ data: 'a' }, { data: 'b' }, { data: 'c' }]);
});

test('a byte order mark is skipped at the start of the stream only', () => {
  assert.deepEqual(events('\ufeffdata: a\n\n\ufeffdata: b\n\n'), [{ data: 'a' }]);
});

test('an empty event name, an id with NUL, a retry that is no number and unknown fields are ignored', () => {
  assert.deepEqual(events('event:\nid: a\0b\nretry: 1.5\nretry: 9999999999\nDATA: x\nfoo: bar\ndata: y\n\n'), [
    { data: 'y' },
  ]);
});

test('an id or a retry time without data is passed on, a bare event name is not', () => {
  assert.deepEqual(events('id: 5\n\nretry: 3000\n\nevent: x\n\ndata: y\n\n'), [
    { data: '', id: '5' },
    { data: '', retryMs: 3000 },
    { data: 'y' },
  ]);
});

test('data bytes are handed over as they are', () => {
  const result = new SseDecoder(100).push(
    Buffer.from([...Buffer.from('data: '), 0xff, 0x00, 0xc3, ...Buffer.from('\n\n')]),
  );
  assert.ok(result.ok);
  assert.deepEqual([...(result.value[0]?.data ?? [])], [0xff, 0x00, 0xc3]);
});

test('one event is bounded, whatever it is made of and however it is split', () => {
  for (const line of [
    'data: 123456789\n',
    ': a long comment\n',
    'id: 1\nevent: 123456\n',
    'unknown: 1234567',
    '\ufeffdata: 1234567890',
  ]) {
    const bytes = Buffer.from(line);
    assert.deepEqual(decoded([bytes], bytes.length - 1), ['fault'], line);
    assert.deepEqual(
      decoded(
        [...bytes].map((byte) => Buffer.from([byte])),
        bytes.length - 1,
      ),
      ['fault'],
      line,
    );
    assert.deepEqual(decoded([bytes], bytes.length), []);
  }
});

test('the bound is for one event, not for the stream', () => {
  const many = 'data: 12345\n\n'.repeat(100);
  assert.equal(decoded([Buffer.from(many)], 14).length, 100);
});

test('nothing is read after a fault', () => {
  const decoder = new SseDecoder(4);
  assert.equal(decoder.push(Buffer.from('data: long')).ok, false);
  assert.equal(decoder.push(Buffer.from('\n\nid\n\n')).ok, false);
});

test('an encoded event is decoded as itself, its line breaks as LF', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => !/[\r\n\0\ufeff]/.test(value));
  const original = fc.record({
    data: fc.string({
      unit: fc.oneof(fc.constantFrom('\n', '\r', '\r\n', ':', ' '), fc.string({ unit: 'grapheme', maxLength: 1 })),
    }),
    event: fc.option(name, { nil: undefined }),
    id: fc.option(name, { nil: undefined }),
    retryMs: fc.option(fc.nat(1_000_000), { nil: undefined }),
  });
  fc.assert(
    fc.property(original, (value) => {
      const bytes = Buffer.concat([SSE_COMMENT, encodeSseEvent({ ...value, data: Buffer.from(value.data) })]);
      const { data, ...rest } = value;
      const [event, ...others] = decoded([bytes], 100_000);
      assert.ok(event !== undefined && event !== 'fault' && others.length === 0);
      assert.equal(event.data, data.replaceAll('\r\n', '\n').replaceAll('\r', '\n'));
      assert.deepEqual(
        { event: undefined, id: undefined, retryMs: undefined, ...event },
        { ...rest, data: event.data },
      );
    }),
  );
});

test('an event name or id that would break its line throws', () => {
  const data = Buffer.from('x');
  assert.throws(() => encodeSseEvent({ data, id: 'a\ndata: forged' }), RangeError);
  assert.throws(() => encodeSseEvent({ data, event: 'a\rb' }), RangeError);
  assert.throws(() => encodeSseEvent({ data, id: 'a\0' }), RangeError);
});

test('whatever event name a server sent can be sent on, also one with NUL', () => {
  const [event] = decoded([Buffer.from('event:\0\ndata: x\n\n')], 100);
  assert.ok(event !== undefined && event !== 'fault');
  const again = encodeSseEvent({ data: Buffer.from('x'), event: event.event });
  assert.deepEqual(decoded([again], 100), [event]);
});
