/** P1 and P2 on the wire: nothing goes up, and nothing comes down, before the sync of its record has returned. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGatedDisk } from '../fakes/gated-disk.ts';
import { answerWith, streamOf } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from './harness.ts';

/** Lets everything that can happen without a sync happen. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((next) => setImmediate(next));
};

test('P1: a request reaches the server only after the sync of its intent', async (t) => {
  const disk = createGatedDisk();
  const gateway = await startTestGateway(t, { disk });
  disk.shut();
  const reply = gateway.post('notes', JSON.stringify(toolCall('get_note')));
  await disk.waiting();
  await settle();
  assert.equal(gateway.server.seen.length, 0);
  disk.release();
  assert.equal((await reply).status, 200);
  assert.equal(gateway.server.seen.length, 1);
});

test('P1: a notification reaches the server only after the sync of its record', async (t) => {
  const disk = createGatedDisk();
  const gateway = await startTestGateway(t, { disk });
  disk.shut();
  const reply = gateway.post('notes', JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  await disk.waiting();
  await settle();
  assert.equal(gateway.server.seen.length, 0);
  disk.release();
  assert.equal((await reply).status, 202);
  assert.equal(gateway.server.seen.length, 1);
});

test('P2: an answer reaches the caller only after the sync of its record', async (t) => {
  const disk = createGatedDisk();
  const gateway = await startTestGateway(t, { disk });
  gateway.server.answering = (seen, response) => {
    disk.shut();
    return answerWith({ content: [] })(seen, response);
  };
  let isAnswered = false;
  const reply = gateway.post('notes', JSON.stringify(toolCall('get_note'))).finally(() => (isAnswered = true));
  await disk.waiting();
  await settle();
  assert.equal(isAnswered, false);
  disk.release();
  assert.equal((await reply).status, 200);
});

test('P2: each message of a stream is recorded, then released', async (t) => {
  const disk = createGatedDisk();
  const gateway = await startTestGateway(t, { disk });
  gateway.server.answering = (seen, response) => {
    disk.shut();
    return streamOf(
      { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'working' } },
      { jsonrpc: '2.0', id: '$id', result: { content: [] } },
    )(seen, response);
  };
  const stream = await gateway.open('notes', JSON.stringify(toolCall('get_note')));
  await disk.waiting();
  await settle();
  assert.equal(stream.received(), '');
  disk.release();
  const text = await stream.ended();
  assert.match(text, /notifications\/message/);
  assert.match(text, /"result"/);
  const kinds = (await gateway.records()).slice(-3).map((record) => `${record.leaf.kind} ${record.leaf.st}`);
  assert.deepEqual(kinds, ['intent open', 'stream down', 'result ok']);
});

test('P2: when the record of an answer fails, the answer is withheld and the caller is told that it may have run', async (t) => {
  const disk = createGatedDisk();
  const gateway = await startTestGateway(t, { disk });
  gateway.server.answering = (seen, response) => {
    disk.fail();
    return answerWith({ content: [{ type: 'text', text: 'withheld-content' }] })(seen, response);
  };
  const reply = await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  assert.equal(reply.status, 503);
  assert.doesNotMatch(reply.text, /withheld-content/);
  const error = reply.json['error'] as { data: { code: string; executed: string } };
  assert.deepEqual([error.data.code, error.data.executed], ['audit_unavailable', 'unknown']);
});

test('P6: after the ledger has failed no call is made, and the gateway says that it is not ready', async (t) => {
  const disk = createGatedDisk();
  const gateway = await startTestGateway(t, { disk });
  disk.fail();
  const first = await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  const second = await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  for (const reply of [first, second]) {
    assert.equal(reply.status, 503);
    const error = reply.json['error'] as { data: { code: string; executed: string } };
    assert.deepEqual([error.data.code, error.data.executed], ['audit_unavailable', 'no']);
  }
  assert.equal(gateway.server.seen.length, 0);
  assert.equal((await fetch(`${gateway.origin}/readyz`)).status, 503);
  assert.equal((await fetch(`${gateway.origin}/healthz`)).status, 200);
});

test('a message after the answer is recorded as late and not released', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.server.answering = streamOf(
    { jsonrpc: '2.0', id: '$id', result: { content: [] } },
    { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'too-late' } },
  );
  const reply = await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  assert.doesNotMatch(reply.text, /too-late/);
  const last = await gateway.recordWhere((record) => record.leaf.kind === 'stream');
  assert.equal(last.leaf.st, 'late');
});

test('an answer to another call in the stream is not released', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.server.answering = streamOf(
    { jsonrpc: '2.0', id: 4711, result: { content: [{ type: 'text', text: 'of-another-call' }] } },
    { jsonrpc: '2.0', id: '$id', result: { content: [] } },
  );
  const reply = await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  assert.doesNotMatch(reply.text, /of-another-call/);
  assert.match(reply.text, /"result"/);
});

test('a server that never ends its stream holds neither the place of an answered call nor one of a notification', async (t) => {
  const gateway = await startTestGateway(t, { limits: { callsInFlightPerCaller: 2 } });
  gateway.server.answering = (seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (seen.message?.id !== undefined)
      response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: seen.message.id, result: { content: [] } })}\n\n`);
    const pinging = setInterval(() => response.write(':\n\n'), 50);
    response.once('close', () => clearInterval(pinging));
  };
  for (let at = 0; at < 6; at += 1)
    assert.equal((await gateway.post('notes', JSON.stringify(toolCall('get_note')))).status, 200);
  const notification = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  for (let at = 0; at < 4; at += 1) assert.ok((await gateway.post('notes', notification)).status >= 200);
  assert.equal((await gateway.post('notes', JSON.stringify(toolCall('get_note')))).status, 200);
});
