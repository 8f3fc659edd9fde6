/**
 * Event streams that two readers could cut differently (WHATWG HTML section 9.2.6), and answers that nobody asked for. What
 * reaches the client is read here by a reader that shares nothing with the gateway's.
 */
import assert from 'node:assert/strict';
import { brotliCompressSync } from 'node:zlib';
import { CREDENTIAL } from '../../e2e/harness.ts';
import { distrusted, inGroup, inspected } from './attack.ts';
import type { Attack, Expected, Row } from './attack.ts';
import { call, result, says, streams } from './messages.ts';
import { MARK } from './scene.ts';
import type { Reply } from './scene.ts';

const DONE = JSON.stringify(result({ content: [] }));
const SECRET = JSON.stringify(result({ content: [{ type: 'text', text: CREDENTIAL }] }));
const NEWS = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x' } });

/** The data of every event, as a lenient client would read it, whatever ends its lines and whatever its type. */
function dataOf({ text }: Reply): string[] {
  const blocks = text.replaceAll(/\r\n|\r/g, '\n').split('\n\n');
  return blocks.flatMap((block) => {
    const lines = block.split('\n').flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trimStart()] : []));
    return lines.length === 0 ? [] : [lines.join('\n')];
  });
}

const carries = (count: number): NonNullable<Row['also']> => ({
  says: `${count} message${count === 1 ? '' : 's'} arrive${count === 1 ? 's' : ''}, each recorded`,
  holds: (reply) => assert.equal(dataOf(reply).length, count),
});

const streamed = (name: string, tried: string, expected: Expected, bytes: string | Buffer, messages: number): Row => ({
  name,
  tried,
  ...expected,
  launch: (scene) => {
    scene.server.answering = streams(bytes);
    return scene.ask('eve', call());
  },
  also: carries(messages),
});
const DOWN = 'stream down';

export const SSE_ATTACKS: readonly Attack[] = inGroup('event streams that can be cut in two ways', [
  streamed(
    'sse-cr',
    'lines that end with CR alone',
    inspected('tools/call', [DOWN]),
    `data: ${NEWS}\r\rdata: ${SECRET}\r\r`,
    2,
  ),
  streamed(
    'sse-mixed-ends',
    'CR, LF and CRLF by turns, the message cut into lines between its tokens',
    inspected('tools/call', [DOWN]),
    `data: ${NEWS}\r\n\rdata: ${SECRET.replace('"result"', '\rdata: "result"').replace('"content"', '\ndata: "content"')}\n\r\n`,
    2,
  ),
  streamed('sse-bom', 'a byte order mark before the first field', inspected(), `\ufeffdata: ${SECRET}\n\n`, 1),
  streamed(
    'sse-two-boms',
    'two byte order marks: the second belongs to the name of a field nobody knows',
    {
      ...inspected(),
      book: ['intent open', 'result error stream_ended_without_response'],
      wire: '502 upstream_invalid',
    },
    `\ufeff\ufeffdata: ${SECRET}\n\n`,
    0,
  ),
  streamed(
    'sse-nul-id',
    'an id with NUL, which is no id',
    inspected(),
    `id: a\u0000${CREDENTIAL}\ndata: ${DONE}\n\n`,
    1,
  ),
  streamed(
    'sse-secret-id',
    'the credential as the id of an event',
    inspected(),
    `id: ${CREDENTIAL}\ndata: ${DONE}\n\n`,
    1,
  ),
  streamed('sse-secret-comment', 'the credential in a comment', inspected(), `: ${CREDENTIAL}\ndata: ${DONE}\n\n`, 1),
  streamed(
    'sse-secret-field',
    'the credential in fields nobody knows',
    inspected(),
    `x: ${CREDENTIAL}\n${CREDENTIAL}: x\nretry: ${CREDENTIAL}\ndata: ${DONE}\n\n`,
    1,
  ),
  streamed(
    'sse-foreign-event',
    'an event of another type that carries an answer',
    inspected(),
    `event: other\ndata: ${SECRET}\n\ndata: ${DONE}\n\n`,
    1,
  ),
  streamed(
    'sse-unfinished',
    'an answer without the line that ends its event',
    {
      ...inspected(),
      book: ['intent open', 'result error stream_ended_without_response'],
      wire: '502 upstream_invalid',
    },
    `data: ${SECRET}\n`,
    0,
  ),
  streamed(
    'sse-two-messages-in-one',
    'two messages in one event',
    distrusted('parse_error'),
    `data: ${NEWS}\ndata: ${SECRET}\n\n`,
    0,
  ),
  {
    name: 'sse-cut-anywhere',
    tried: 'an event sent byte by byte, with the credential in UTF-8 around it',
    ...inspected(),
    launch: (scene) => {
      scene.server.answering = async (_seen, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const byte of Buffer.from(`data: ${SECRET.replace('"text":"', '"text":"ü€𝄞')}\n\n`)) {
          response.write(Buffer.of(byte));
          await new Promise(setImmediate);
        }
        response.end();
      };
      return scene.ask('eve', call());
    },
    also: carries(1),
  },
  {
    name: 'sse-compressed',
    tried: 'a compressed event stream',
    ...inspected(),
    launch: (scene) => {
      scene.server.answering = streams(brotliCompressSync(`data: ${SECRET}\n\n`), { 'content-encoding': 'br' });
      return scene.ask('eve', call());
    },
    also: carries(1),
  },
]);

const errorWith = (data: object, id: unknown = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: `no ${CREDENTIAL}`, data } });

export const ANSWER_ATTACKS: readonly Attack[] = inGroup('answers that carry what they should not, or answer nothing', [
  {
    name: 'secret-in-error',
    tried: 'the credential in message and data of an error',
    wire: '200 -32000',
    book: ['intent open', 'result error'],
    reached: ['tools/call'],
    launch: (scene) => {
      scene.server.answering = says(
        errorWith({ nested: [{ [CREDENTIAL]: CREDENTIAL }], text: `{"a":"${CREDENTIAL}"}` }),
      );
      return scene.ask('eve', call());
    },
  },
  {
    name: 'secret-in-error-status',
    tried: 'the same under an HTTP status of failure',
    wire: '500 -32000',
    book: ['intent open', 'result error'],
    reached: ['tools/call'],
    launch: (scene) => {
      scene.server.answering = says(errorWith({ text: CREDENTIAL }), {}, 500);
      return scene.ask('eve', call());
    },
  },
  {
    name: 'secret-in-headers',
    tried: 'the credential in headers of the answer',
    ...inspected(),
    launch: (scene) => {
      const headers = { 'retry-after': CREDENTIAL, 'mcp-protocol-version': CREDENTIAL, 'x-more': CREDENTIAL };
      scene.server.answering = says(DONE, { ...headers, 'set-cookie': `a=${CREDENTIAL}` });
      return scene.ask('eve', call());
    },
  },
  {
    name: 'answer-to-another-id',
    tried: 'an answer under an id that was not asked for, with what is Ada’s',
    wire: '502 upstream_invalid',
    book: ['intent open', 'stream late', 'result error stream_ended_without_response'],
    reached: ['tools/call'],
    launch: (scene) => {
      scene.server.answering = says(JSON.stringify(result({ content: [], of: MARK }, 2)));
      return scene.ask('eve', call());
    },
  },
  {
    name: 'answer-to-id-of-another-type',
    tried: 'an answer under `"1"` to the request `1`',
    wire: '502 upstream_invalid',
    book: ['intent open', 'stream late', 'result error stream_ended_without_response'],
    reached: ['tools/call'],
    launch: (scene) => {
      scene.server.answering = says(JSON.stringify(result({ content: [], of: MARK }, '1')));
      return scene.ask('eve', call());
    },
  },
  {
    name: 'answer-twice',
    tried: 'a second answer to the same request',
    ...inspected(),
    book: ['intent open', 'result ok', 'stream late'],
    launch: (scene) => {
      scene.server.answering = streams(`data: ${DONE}\n\ndata: ${JSON.stringify(result({ of: MARK }))}\n\n`);
      return scene.ask('eve', call());
    },
    also: carries(1),
  },
  {
    name: 'answer-before-its-turn',
    tried: 'in the stream of one call the answer to another',
    ...inspected('tools/call', ['stream late']),
    launch: (scene) => {
      scene.server.answering = streams(`data: ${JSON.stringify(result({ of: MARK }, 99))}\n\ndata: ${DONE}\n\n`);
      return scene.ask('eve', call());
    },
    also: carries(1),
  },
]);
