/** Messages that are masked in a thread of their own: nothing passes that would not pass in a small one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from '#mcp/json.ts';
import { answerWith } from '../fakes/mcp-server.ts';
import { CREDENTIAL, startTestGateway, toolCall } from './harness.ts';

const LIMITS_OF_JSON = { depth: 64, nodes: 1_000 };
/** More than is masked on the main thread. */
const LARGE = 'x'.repeat(200_000);

test('large requests and answers lose the same on their way and in the book as small ones', async (t) => {
  const gateway = await startTestGateway(t);
  const secret = { password: 'hunter2hunter2', seen: `Bearer ${CREDENTIAL}`, kept: 'as it is' };
  for (const filler of ['', LARGE]) {
    gateway.server.answering = answerWith({ content: [], structuredContent: { ...secret, filler } });
    const reply = await gateway.post('masked', JSON.stringify(toolCall('find', { ...secret, filler })));
    assert.match(reply.text, /as it is/);
    assert.equal(reply.text.includes(filler), true);
    for (const gone of ['hunter2', CREDENTIAL]) {
      assert.equal(reply.text.includes(gone), false);
      assert.equal(JSON.stringify(gateway.server.seen.at(-1)?.message).includes(gone), false);
    }
    const records = (await gateway.records()).slice(-2);
    assert.deepEqual(
      records.map(({ leaf, payload }) => [
        leaf.kind,
        leaf.mask.n,
        payload?.includes(filler),
        payload?.includes('hunter'),
      ]),
      [
        ['intent', 2, true, false],
        ['result', 2, true, false],
      ],
    );
    for (const { payload } of records) assert.equal(payload?.includes(CREDENTIAL), false);
  }
});

test('an answer that is not masked in time is withheld, and the record says so without it', async (t) => {
  // less than a thread needs to begin
  const gateway = await startTestGateway(t, { limits: { maskWorkerMs: 100 } });
  const rows = Array.from({ length: 100_000 }, (_, at) => ({ password: `hunter2-${at}` }));
  gateway.server.answering = answerWith({ content: [], structuredContent: { rows } });
  const reply = await gateway.post('masked', JSON.stringify(toolCall('find')));
  assert.match(reply.text, /"code":-32011.*"code":"masking_failed","executed":"unknown"/);
  assert.equal(reply.text.includes('hunter2'), false);
  const { leaf, header, payload } = await gateway.recordWhere((record) => record.leaf.kind === 'result');
  assert.deepEqual(
    [leaf.st, leaf.mask, header?.code, header?.reason],
    ['withheld', { n: 0, f: ['failed'] }, 'masking_failed', 'too_slow'],
  );
  assert.equal((header?.bytes ?? 0) > 2_000_000, true);
  assert.equal(payload, null);
  gateway.server.answering = answerWith({ content: [{ type: 'text', text: 'small' }] });
  assert.match((await gateway.post('masked', JSON.stringify(toolCall('find')))).text, /small/);
});

test('a large message that cannot be masked in time is refused before anything is sent', async (t) => {
  const gateway = await startTestGateway(t, { limits: { maskWorkerMs: 100 } });
  const rows = Array.from({ length: 100_000 }, (_, at) => ({ password: `hunter2-${at}` }));
  const reply = await gateway.post('masked', JSON.stringify(toolCall('find', { rows })));
  assert.match(reply.text, /"code":"masking_failed","executed":"no"/);
  assert.equal(gateway.server.seen.length, 0);
  const { leaf, header, payload } = await gateway.recordWhere((record) => record.leaf.kind === 'denied');
  assert.deepEqual([leaf.mask, header?.reason, payload], [{ n: 0, f: ['failed'] }, 'too_slow', null]);
  assert.equal((header?.bytes ?? 0) > 2_000_000, true);
});

test('a stop ends the threads: nothing large is masked after it, and nothing passes instead', async (t) => {
  const gateway = await startTestGateway(t);
  const { masker } = gateway.composed.gateway;
  const doc = parseJson(Buffer.from(JSON.stringify(toolCall('find', { filler: LARGE }))), LIMITS_OF_JSON);
  assert.ok(doc.ok);
  const secrets = masker.secretsOf([]);
  const mask = () =>
    masker.maskAnySize(doc.value, { direction: 'request', connection: 'masked', method: '', secrets }, 'ada');
  assert.equal((await mask()).ok, true);
  await gateway.stop();
  assert.deepEqual(await mask(), { ok: false, error: { code: 'masking_failed', reason: 'closed' } });
});
