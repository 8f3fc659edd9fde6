import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse } from '#gateway/refuse.ts';
import { relay } from '#gateway/relay.ts';
import { ok } from '#result.ts';
import { ADA_TOKEN, connected, fakeGateway, forwarded, limited, parsed, toolCall } from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway } from '#test/fakes/gateway.ts';
import { LATCHED } from '#test/fakes/ledger.ts';
import type { Told } from '#test/fakes/metrics.ts';
import { jsonAnswer, silentAnswer, sseAnswer } from '#test/fakes/upstream.ts';

const told = (gateway: FakeGateway, name: Told[0]) =>
  gateway.metrics.told.filter(([told]) => told === name).map(([, ...facts]) => facts);
const FACTS = { connection: 'notes', method: 'tools/call', tool: 'get_note', protocol: undefined };

async function answered(answer = jsonAnswer('{"jsonrpc":"2.0","id":1,"result":{}}'), ask: Ask = {}) {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(answer);
  const call = await forwarded(gateway, ask);
  gateway.advance(30);
  await relay(call, gateway);
  return gateway;
}

test('an answered call is counted once by its outcome, and timed on both sides', async () => {
  const gateway = await answered();
  assert.deepEqual(told(gateway, 'callClosed'), [
    [{ connection: 'notes', method: 'tools/call', outcome: 'ok', code: undefined }],
  ]);
  assert.deepEqual(told(gateway, 'exchanged'), [[{ ...FACTS, errorType: undefined }, 30]]);
  assert.deepEqual(told(gateway, 'served'), [[{ ...FACTS, errorType: undefined }, 30]]);
  assert.deepEqual(told(gateway, 'refused'), []);
});

test('an error of the server and one of the tool have the types OpenTelemetry gives them', async () => {
  const failed = async (rest: string) => {
    const gateway = await answered(jsonAnswer(`{"jsonrpc":"2.0","id":1,${rest}}`));
    return told(gateway, 'served').map(([facts]) => (facts as { errorType: string }).errorType);
  };
  assert.deepEqual(await failed('"error":{"code":-32602,"message":"m"}'), ['-32602']);
  assert.deepEqual(await failed(`"error":{"code":${'9'.repeat(400)},"message":"m"}`), ['_OTHER']);
  assert.deepEqual(await failed('"error":{"message":"m"}'), ['error']);
  assert.deepEqual(await failed('"result":{"isError":true,"content":[]}'), ['tool_error']);
});

test('a stream is open from its beginning to its end, and its messages are no further calls', async () => {
  const progress = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}';
  const gateway = await answered(sseAnswer([progress, '{"jsonrpc":"2.0","id":1,"result":{}}']));
  assert.deepEqual(told(gateway, 'streams'), [
    ['notes', 1],
    ['notes', -1],
  ]);
  assert.equal(told(gateway, 'callClosed').length, 1);
  assert.equal(told(gateway, 'served').length, 1);
});

test('a notification is timed and is no call', async () => {
  const gateway = await answered(silentAnswer(202), {
    message: { jsonrpc: '2.0', method: 'notifications/initialized' },
  });
  assert.equal(told(gateway, 'callClosed').length, 0);
  assert.deepEqual(told(gateway, 'served'), [
    [{ ...FACTS, method: 'notifications/initialized', tool: '', errorType: undefined }, 30],
  ]);
});

test('a stranger’s refusal is counted with the name of the path, a caller’s with the method it was for', async () => {
  const gateway = fakeGateway();
  await refuse(limited(gateway, { connection: 'nowhere' }), gateway, { code: 'unauthenticated', reason: 'expired' });
  await refuse(await connected(gateway), gateway, { code: 'too_large', reason: 'body' });
  const call = await parsed(gateway);
  await refuse(call, gateway, { code: 'masking_failed', reason: 'x', executed: 'no' });
  assert.deepEqual(told(gateway, 'refused'), [
    [{ by: 'stranger', connection: 'nowhere', code: 'unauthenticated' }],
    [{ by: 'caller', connection: 'notes', code: 'too_large' }],
    [{ by: 'caller', connection: 'notes', code: 'masking_failed' }],
  ]);
  assert.deepEqual(told(gateway, 'served'), [[{ ...FACTS, errorType: 'masking_failed' }, 0]]);
});

test('a call that fails after its intent is a closed call, not a refusal', async () => {
  const gateway = await answered(jsonAnswer('{"jsonrpc":'));
  assert.deepEqual(told(gateway, 'callClosed'), [
    [{ connection: 'notes', method: 'tools/call', outcome: 'error', code: 'upstream_invalid' }],
  ]);
  assert.deepEqual(told(gateway, 'exchanged'), [[{ ...FACTS, errorType: 'upstream_invalid' }, 30]]);
  assert.deepEqual(told(gateway, 'refused'), []);
});

test('a result that could not be recorded closes nothing', async () => {
  const gateway = fakeGateway();
  const call = await forwarded(gateway);
  gateway.ledger.refusing = () => LATCHED;
  await relay(call, gateway);
  assert.deepEqual(told(gateway, 'callClosed'), []);
  assert.deepEqual(
    told(gateway, 'served').map(([facts]) => (facts as { errorType: string }).errorType),
    ['audit_unavailable'],
  );
});

test('a token in the place of a tool’s name is not told', async () => {
  const gateway = fakeGateway();
  const name = `get_${ADA_TOKEN}`;
  const call = await forwarded(gateway, { message: toolCall(name) });
  await relay(call, gateway);
  assert.equal(JSON.stringify(gateway.metrics.told).includes(ADA_TOKEN), false);
  assert.equal(told(gateway, 'served').length, 1);
});

test('what was replaced is told by record: of the call and of its answer', async () => {
  const gateway = await answered(jsonAnswer('{"jsonrpc":"2.0","id":1,"result":{"password":"abcdefgh"}}'), {
    message: toolCall('get_note', { password: 'hunter2-hunter2' }),
  });
  const types = told(gateway, 'masked').flatMap(([findings]) =>
    (findings as readonly { type: string; count: number }[]).map(({ type, count }) => `${type} ${count}`),
  );
  assert.deepEqual(types, ['SECRET 1', 'SECRET 1']);
});

test('with the log at debug each message leaves one line, by the id of its call and without who or what', async () => {
  const gateway = await answered();
  await refuse(limited(gateway, { connection: 'hunter2' }), gateway, { code: 'unauthenticated', reason: 'expired' });
  const lines = gateway.logged.filter(({ msg }) => msg === 'message');
  const call = gateway.ledger.entries[0]?.call;
  assert.deepEqual(
    lines.map(({ level, call, connection, method, tool, code, ms }) => ({
      level,
      call,
      connection,
      method,
      tool,
      code,
      ms,
    })),
    [
      { level: 20, call, connection: 'notes', method: 'tools/call', tool: 'get_note', code: undefined, ms: 30 },
      {
        level: 20,
        call: lines[1]?.['call'],
        connection: '_OTHER',
        method: undefined,
        tool: undefined,
        code: 'unauthenticated',
        ms: 0,
      },
    ],
  );
});
