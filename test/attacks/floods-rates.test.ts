/** Who asks too often: what they get, what the book says of it, and that others do not notice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestGateway, toolCall } from '../e2e/harness.ts';
import type { Reply, TestGateway } from '../e2e/harness.ts';
import { answerWith } from '../fakes/mcp-server.ts';

const CALL = JSON.stringify(toolCall('get_note'));

/** The whole wire of a limit: status, JSON-RPC, the honest wait, the draft's headers. */
function assertLimited(reply: Reply, policy: string, waitSMax: number): void {
  assert.equal(reply.status, 429, reply.text);
  const error = reply.json['error'] as { code: number; data: { code: string; executed: string } };
  assert.deepEqual([error.code, error.data.code, error.data.executed], [-32600, 'rate_limited', 'no']);
  const wait = Number(reply.headers.get('retry-after'));
  assert.ok(Number.isInteger(wait) && wait >= 1 && wait <= waitSMax, `retry-after ${wait}`);
  assert.match(reply.headers.get('ratelimit-policy') ?? '', new RegExp(`^"${policy}";q=\\d+`));
  assert.match(reply.headers.get('ratelimit') ?? '', new RegExp(`^"${policy}";r=0`));
}

const guess = (gateway: TestGateway): Promise<Reply> =>
  gateway.post('notes', CALL, { authorization: 'Bearer abc.def.ghi' });

/** Waits for the wall clock, which the process under test reads. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn += 1) {
    if (await condition()) return;
    await new Promise((next) => {
      setTimeout(next, 20);
    });
  }
  throw new Error('the condition never held');
}

test('a source over its rate is refused before its token is read, recorded, and served again when it has waited', async (t) => {
  const gateway = await startTestGateway(t, { limits: { sourceRequestsPerSecond: 1, sourceRequestsBurst: 3 } });
  const replies = await Promise.all(Array.from({ length: 12 }, () => gateway.post('notes', CALL)));
  const limited = replies.filter(({ status }) => status === 429);
  assert.ok(limited.length >= 8, `${limited.length} of 12 limited`);
  for (const reply of limited) assertLimited(reply, 'source', 1);
  assert.equal(gateway.server.seen.length, 12 - limited.length);
  await until(async () => (await gateway.post('notes', CALL)).status === 200);
  gateway.flushRefusals();
  const record = await gateway.recordWhere(({ header }) => header?.reason === 'source_rate');
  assert.deepEqual(
    [record.leaf.kind, record.header?.code, record.header?.caller],
    ['denied', 'rate_limited', undefined],
  );
});

test('guessing tokens shuts an address up until its window has passed, and no caller whose token is known', async (t) => {
  const gateway = await startTestGateway(t, {
    limits: { refusalsPerSourcePerWindow: 5, refusalsPerKnownSourcePerWindow: 5, refusalWindowMs: 2_000 },
  });
  const fresh = await gateway.token({ jti: 'fresh' });
  assert.equal((await gateway.post('notes', CALL)).status, 200);
  for (let at = 0; at < 5; at += 1) assert.equal((await guess(gateway)).status, 401);
  const unheard = await guess(gateway);
  assertLimited(unheard, 'source-refusals', 2);
  assert.equal((await gateway.post('notes', CALL)).status, 200, 'the known token still passes');
  const newcomer = (): Promise<Reply> => gateway.post('notes', CALL, { authorization: `Bearer ${fresh}` });
  assertLimited(await newcomer(), 'source-refusals', 2);
  await until(async () => (await newcomer()).status === 200);
  gateway.flushRefusals();
  const record = await gateway.recordWhere(({ header }) => header?.reason === 'source_refusals');
  assert.equal(record.header?.source, '127.0.0.1');
});

test('an address that real callers come from has far more refusals before anybody new has to wait', async (t) => {
  const gateway = await startTestGateway(t, { limits: { refusalsPerSourcePerWindow: 2 } });
  assert.equal((await gateway.post('notes', CALL)).status, 200);
  for (let at = 0; at < 50; at += 1) assert.equal((await guess(gateway)).status, 401);
  const fresh = await gateway.token({ jti: 'fresh' });
  assert.equal((await gateway.post('notes', CALL, { authorization: `Bearer ${fresh}` })).status, 200);
});

test('a caller over its rate is refused before anything goes up, recorded under its name; another caller is served', async (t) => {
  const gateway = await startTestGateway(t, { limits: { callerCallsPerMinute: 60, callerCallsBurst: 3 } });
  const replies = await Promise.all(Array.from({ length: 12 }, () => gateway.post('notes', CALL)));
  const limited = replies.filter(({ status }) => status === 429);
  assert.ok(limited.length >= 8, `${limited.length} of 12 limited`);
  for (const reply of limited) assertLimited(reply, 'caller', 1);
  assert.equal(gateway.server.seen.length, 12 - limited.length);
  const other = await gateway.token({ uid: 'ada', sub: 'ada', groups: ['readers'] });
  assert.equal((await gateway.post('notes', CALL, { authorization: `Bearer ${other}` })).status, 200);
  const record = await gateway.recordWhere(({ header }) => header?.reason === 'caller_rate');
  assert.deepEqual(
    [record.leaf.kind, record.leaf.st, record.header?.caller?.subject],
    ['denied', 'rate_limited', 'robot'],
  );
});

test('a caller with all its streams open begins no further call, and does again when one has ended', async (t) => {
  const gateway = await startTestGateway(t, { limits: { streamsPerCaller: 2 } });
  const open: { end(): void }[] = [];
  gateway.server.answering = (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}\n\n');
    open.push({
      end: () => void response.end('data: {"jsonrpc":"2.0","id":1,"result":{"content":[]}}\n\n'),
    });
  };
  const streams = await Promise.all([gateway.open('notes', CALL), gateway.open('notes', CALL)]);
  await until(async () => streams.every((stream) => stream.received().includes('notifications/message')));
  gateway.server.answering = answerWith({});
  const refused = await gateway.post('notes', CALL);
  assertLimited(refused, 'caller-streams', 1);
  const record = await gateway.recordWhere(({ header }) => header?.reason === 'streams_per_caller');
  assert.equal(record.header?.caller?.subject, 'robot');
  const other = await gateway.token({ uid: 'ada', sub: 'ada', groups: ['readers'] });
  assert.equal((await gateway.post('notes', CALL, { authorization: `Bearer ${other}` })).status, 200);
  open[0]?.end();
  await until(async () => (await gateway.post('notes', CALL)).status === 200);
  open[1]?.end();
  await Promise.all(streams.map((stream) => stream.ended()));
});

test('a connection over its calls of an hour takes no more of anybody; other connections do', async (t) => {
  const gateway = await startTestGateway(t, { budget: { callsPerHour: 2 } });
  for (let at = 0; at < 2; at += 1) assert.equal((await gateway.post('notes', CALL)).status, 200);
  const other = await gateway.token({ uid: 'ada', sub: 'ada', groups: ['readers'] });
  assertLimited(await gateway.post('notes', CALL, { authorization: `Bearer ${other}` }), 'connection', 3_660);
  assert.equal((await gateway.post('masked', CALL)).status, 200);
  assert.equal(gateway.server.seen.length, 3);
  const { leaf, header } = await gateway.recordWhere((record) => record.header?.reason === 'connection_calls_per_hour');
  assert.deepEqual([leaf.kind, leaf.st, header?.name], ['denied', 'rate_limited', 'get_note']);
});

test('an answer over the bytes of an hour is delivered whole, and the next call is refused before it goes up', async (t) => {
  const gateway = await startTestGateway(t, { budget: { perCaller: { bytesPerHour: 2_000 } } });
  const text = 'x'.repeat(5_000);
  gateway.server.answering = answerWith({ content: [{ type: 'text', text }] });
  const first = await gateway.post('notes', CALL);
  assert.ok(first.status === 200 && first.text.includes(text));
  assertLimited(await gateway.post('notes', CALL), 'connection-caller-bytes', 3_660);
  assert.equal(gateway.server.seen.length, 1);
  const other = await gateway.token({ uid: 'ada', sub: 'ada', groups: ['readers'] });
  assert.equal((await gateway.post('notes', CALL, { authorization: `Bearer ${other}` })).status, 200);
  await gateway.recordWhere(({ header }) => header?.reason === 'connection_bytes_per_hour_per_caller');
});
