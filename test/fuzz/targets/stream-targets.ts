/** The stream codecs: the same bytes in any pieces are the same events, and the same as a plain reading of the standard. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { encodeLine, LineDecoder } from '#mcp/ndjson.ts';
import { encodeSseEvent, SseDecoder } from '#mcp/sse.ts';
import type { SseEvent } from '#mcp/sse.ts';
import type { Result } from '#result.ts';
import { SeededRandom } from '../random.ts';
import { fuzzTarget } from '../target.ts';
import type { FuzzTarget } from '../target.ts';

type Decoder<T> = { push(chunk: Buffer): Result<T[], unknown> };

/** Everything that came before a fault, and whether there was one. */
function decodeIn<T>(
  decoder: Decoder<T>,
  chunks: readonly Buffer[],
): { readonly events: T[]; readonly isFaulty: boolean } {
  const events: T[] = [];
  for (const chunk of chunks) {
    const pushed = decoder.push(chunk);
    if (!pushed.ok) return { events, isFaulty: true };
    events.push(...pushed.value);
  }
  return { events, isFaulty: false };
}

/** Ways to cut the input: by bytes, and at places that depend on its content alone. */
function cuts(input: Buffer): readonly (readonly Buffer[])[] {
  const random = new SeededRandom(input.length + (input[0] ?? 0) + (input.at(-1) ?? 0) * 7);
  const pieces = (longest: number): readonly Buffer[] => {
    const chunks: Buffer[] = [];
    for (let at = 0; at < input.length;) {
      const end = at + 1 + random.below(longest);
      chunks.push(Buffer.from(input.subarray(at, end)));
      at = end;
    }
    return chunks;
  };
  return [pieces(1), pieces(4), pieces(64), pieces(Math.max(1, input.length))];
}

/** WHATWG HTML 9.2.6 on the whole text at once. */
function eventsPlainly(input: Buffer): readonly SseEvent[] {
  const text = input.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  const lines = text.split(/\r\n|\r|\n/);
  // What follows the last line end is no line.
  lines.pop();
  const utf8 = (value: string): string => Buffer.from(value, 'latin1').toString('utf8');
  const events: SseEvent[] = [];
  let data: string[] = [];
  let fields: { event?: string; id?: string; retryMs?: number } = {};
  for (const line of lines) {
    if (line === '') {
      const event = fields.event === undefined || fields.event === '' ? undefined : fields.event;
      if (data.length > 0 || fields.id !== undefined || fields.retryMs !== undefined)
        events.push({ data: Buffer.from(data.join('\n'), 'latin1'), event, id: fields.id, retryMs: fields.retryMs });
      data = [];
      fields = {};
      continue;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    if (field === 'event') fields.event = utf8(value);
    if (field === 'id' && !value.includes('\0')) fields.id = utf8(value);
    if (field === 'retry' && /^\d{1,9}$/.test(value)) fields.retryMs = Number(value);
  }
  return events;
}

const EVENT_BYTES_MAX = 16 * 1024;

export const sseTarget = (
  create: (eventBytesMax: number) => Decoder<SseEvent> = (max) => new SseDecoder(max),
): FuzzTarget =>
  fuzzTarget({
    name: 'sse',
    corpus: [
      'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n',
      'event: message\nid: 7\ndata: {"a":\ndata: 1}\n\n',
      ':\n\nretry: 3000\nid\n\n',
      '\ufeffdata:x\r\n\r\ndata: y\r\rid: \u00e9\n\n',
      'event: ping\n\ndata\ndata\n\n',
      `data: ${'x'.repeat(20_000)}\n\n`,
    ].map((text) => Buffer.from(text)),
    words: [
      'data: ',
      'data:',
      'event: ',
      'id: ',
      'id',
      'retry: 1',
      ':',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      '\0',
      '\ufeff',
      ' ',
      '\u2028',
    ],
    made: fc
      .array(
        fc.oneof(
          fc.constantFrom('data: a', 'data', 'id: b', 'event: c', 'retry: 12', ': d', 'data:  e', ''),
          fc.string(),
        ),
        { maxLength: 12 },
      )
      .chain((lines) =>
        fc.constantFrom('\n', '\r', '\r\n').map((end) => Buffer.from(lines.map((line) => line + end).join(''))),
      ),
    run: (input) => decodeIn(create(EVENT_BYTES_MAX), [input]),
    verify(input, whole) {
      for (const chunks of cuts(input)) {
        const cut = decodeIn(create(EVENT_BYTES_MAX), chunks);
        assert.equal(cut.isFaulty, whole.isFaulty, 'a fault depends on how the bytes are cut');
        if (!whole.isFaulty) assert.deepEqual(cut.events, whole.events, 'events depend on how the bytes are cut');
      }
      if (whole.isFaulty) return 'refused';
      assert.deepEqual(whole.events, eventsPlainly(input), 'not what the standard says');
      for (const event of whole.events) {
        const again = decodeIn(create(2 * EVENT_BYTES_MAX), [encodeSseEvent(event)]).events;
        assert.deepEqual(again, [event], 'encoded, it reads otherwise');
      }
      return 'accepted';
    },
  });

const LINE_BYTES_MAX = 8 * 1024;

export const ndjsonTarget = (
  create: (lineBytesMax: number) => Decoder<Buffer> = (max) => new LineDecoder(max),
): FuzzTarget =>
  fuzzTarget({
    name: 'ndjson',
    corpus: ['{"jsonrpc":"2.0","id":1,"result":{}}\n', '\r\n{}\r\n\n[1,\r2]\n', `${'x'.repeat(9_000)}\n{}\n`].map(
      (text) => Buffer.from(text),
    ),
    words: ['\n', '\r\n', '\r', '{}', '\0', '\u00e9'],
    made: fc
      .array(fc.oneof(fc.json(), fc.constantFrom('', '\r')), { maxLength: 8 })
      .map((lines) => Buffer.from(lines.map((line) => `${line}\n`).join(''))),
    run: (input) => decodeIn(create(LINE_BYTES_MAX), [input]),
    verify(input, whole) {
      for (const chunks of cuts(input)) {
        const cut = decodeIn(create(LINE_BYTES_MAX), chunks);
        assert.equal(cut.isFaulty, whole.isFaulty, 'a fault depends on how the bytes are cut');
        if (!whole.isFaulty) assert.deepEqual(cut.events, whole.events, 'lines depend on how the bytes are cut');
      }
      if (whole.isFaulty) return 'refused';
      const lines = input.toString('latin1').split('\n').slice(0, -1);
      const plainly = lines.map((line) => line.replace(/\r$/, '')).filter((line) => line !== '');
      assert.deepEqual(
        whole.events.map((line) => line.toString('latin1')),
        plainly,
        'other lines than there are',
      );
      const again = decodeIn(create(2 * LINE_BYTES_MAX), [encodeLine(input)]).events;
      assert.ok(again.length <= 1, 'one message became several lines');
      return 'accepted';
    },
  });
