/** Bad input and faults: whatever goes wrong, no value passes, the caller is told, and the record says what it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createMasker } from '#masking/masker.ts';
import type { Detector } from '#masking/engine/detector.ts';
import { SecretSet } from '#masking/secret-set.ts';
import { parseJson } from '#mcp/json.ts';
import { fakeGateway, forwarded, requestMasked, toolCall, answerMasked } from '../fakes/gateway.ts';
import { answerWith, streamOf } from '../fakes/mcp-server.ts';
import { toolCall as call } from '../e2e/harness.ts';
import { startLeakGateway } from './leaks.ts';

const MAIL = 'grace.hopper@navy.example.org';
const LIMITS = { depth: 64, nodes: 250_000 };

const throwing: Detector = {
  types: ['THROWS'],
  needs: 0,
  find() {
    throw new RangeError(`cannot look into ${MAIL}`);
  },
};
const failing = createMasker({
  key: Buffer.alloc(32, 7),
  store: { operator: 'token', fields: [], detectors: 'default' },
  detectors: [throwing],
});

test('an engine that throws stops the request before anybody sees it, and its answer on its way back', async () => {
  const gateway = fakeGateway({ masker: failing });
  await assert.rejects(
    requestMasked(gateway, { message: toolCall('get_note', { a: MAIL }) }),
    /masking_failed RangeError/,
  );
  assert.equal(gateway.upstream.sent.length, 0);
  const plain = fakeGateway();
  const asked = await forwarded(plain);
  const failed = answerMasked({ ...plain, masker: failing }, asked, { jsonrpc: '2.0', id: 1, result: { a: MAIL } });
  await assert.rejects(
    failed,
    (error: Error) => /masking_failed RangeError/.test(error.message) && !error.message.includes(MAIL),
  );
});

test('an engine that throws leaves nothing of a name, a header or a line of a log', () => {
  const header = failing.maskHeader({ name: `note of ${MAIL}` }, SecretSet.EMPTY);
  assert.deepEqual(JSON.parse(header), { name: '[SECRET]' });
  assert.equal(failing.maskStoredText(`mail to ${MAIL}`, SecretSet.EMPTY).includes(MAIL), false);
  assert.equal(failing.maskSentText(`mail to ${MAIL}`, 'c', SecretSet.EMPTY).includes(MAIL), false);
});

const masker = createMasker({
  key: Buffer.alloc(32, 7),
  store: { operator: 'token', fields: [], detectors: 'default' },
  inline: { detectors: 'default', operator: 'token', connections: ['*'] },
});

/** Both copies of a message; refused is as good as masked. */
function copiesOf(body: string): readonly string[] {
  const doc = parseJson(Buffer.from(body), LIMITS);
  if (!doc.ok) return [];
  const masked = masker.maskMessage(doc.value, {
    direction: 'response',
    connection: 'c',
    method: 'tools/call',
    secrets: SecretSet.EMPTY,
  });
  return masked.ok ? [masked.value.send.toString(), masked.value.stored.toString()] : [];
}

const holding = (text: string): string => JSON.stringify({ result: { content: [{ type: 'text', text }] } });

test('half a surrogate pair beside a value hides it in no copy, however it is written', () => {
  const lone = '\\ud800';
  assert.deepEqual(copiesOf(`{"result":"${lone}${MAIL}"}`), [], 'a message with one is no message');
  for (const text of [
    `{"a":"${lone}${MAIL}"}`,
    `{"a":"${MAIL}${lone}"}`,
    `x ${lone}${MAIL}${lone}`,
    `{"${lone}":"${MAIL}"}`,
  ]) {
    const copies = copiesOf(holding(text));
    assert.equal(copies.length, 2);
    for (const copy of copies) assert.equal(copy.includes(MAIL), false, text);
  }
});

test('a hundred levels are refused in a message, and in a string nothing of them is left', () => {
  const deep = `${'['.repeat(100)}"${MAIL}"${']'.repeat(100)}`;
  assert.deepEqual(copiesOf(`{"result":${deep}}`), []);
  const copies = copiesOf(holding(deep));
  assert.equal(copies.length, 2);
  for (const copy of copies) assert.equal(copy.includes(MAIL), false);
});

async function bookOf(gateway: Awaited<ReturnType<typeof startLeakGateway>>): Promise<string> {
  const records = await gateway.records();
  return records.map(({ leaf, header, payload }) => JSON.stringify([leaf, header, payload?.toString()])).join('\n');
}

const large = (t: TestContext) => startLeakGateway(t);

test('in ten megabytes a value is found at the start, in the middle and at the end, or the caller gets none of them', async (t) => {
  const gateway = await large(t);
  const filler = 'lorem ipsum dolor sit amet '.repeat(185_000);
  gateway.server.answering = answerWith({
    content: [{ type: 'text', text: `${MAIL} ${filler} ${MAIL} ${filler} ${MAIL}` }],
  });
  const reply = await gateway.post('masked', JSON.stringify(call('get_note')));
  assert.ok(reply.text.length > 0);
  assert.equal(reply.text.includes(MAIL), false);
  if (reply.text.length < 1_000_000) assert.match(reply.text, /masking_failed/);
  assert.equal((await bookOf(gateway)).includes(MAIL), false);
});

test('more than a message may cost to look at is refused or masked as a whole, and the record says so', async (t) => {
  const gateway = await large(t);
  const costly = Array.from({ length: 60_000 }, (_, at) => `%2B44 20 7946 ${1000 + (at % 9000)} %40 ${at}`).join(' ');
  gateway.server.answering = answerWith({
    content: Array.from({ length: 4 }, () => ({ type: 'text', text: `${costly} ${MAIL}` })),
  });
  const reply = await gateway.post('masked', JSON.stringify(call('get_note')));
  assert.equal(reply.text.includes(MAIL), false);
  const book = await bookOf(gateway);
  assert.equal(book.includes(MAIL), false);
  assert.match(book, /"f":\["(?:budget|failed)/);
});

/**
 * Each message of a stream is masked by itself. A value that its server cuts in two is found only in a half that is a value
 * itself; a client that puts the halves together has the value.
 */
test('of a value cut in two by its server, each message is masked by itself, and the record says what each was', async (t) => {
  const gateway = await startLeakGateway(t);
  const log = (data: string) => ({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } });
  for (let at = 0; at <= MAIL.length; at += 1) {
    const halves = [MAIL.slice(0, at), MAIL.slice(at)] as const;
    gateway.server.answering = streamOf(log(halves[0]), log(halves[1]), {
      jsonrpc: '2.0',
      id: '$id',
      result: { content: [] },
    });
    const { text } = await gateway.post('masked', JSON.stringify(call('get_note')));
    assert.equal(text.includes(MAIL), false, `cut at ${at}`);
    // a half that is an address by itself goes away as one
    for (const half of halves)
      if (/^[^@]+@[^@]+\.[a-z]{3,}$/.test(half)) assert.equal(text.includes(half), false, `${half} cut at ${at}`);
  }
  assert.equal((await bookOf(gateway)).includes(MAIL), false);
});
