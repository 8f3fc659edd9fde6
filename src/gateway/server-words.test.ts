import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordServerWords } from '#gateway/server-words.ts';
import { err } from '#result.ts';
import { fakeGateway } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const SECRET = 'server-secret-8Kd2mQ';
const speaker = { connection: 'notes', caller: 'https://idp.example\nada' };
const message = (value: object): Buffer => Buffer.from(JSON.stringify(value));
function start() {
  const gateway = fakeGateway();
  const words = recordServerWords({ ...gateway, secrets: gateway.masker.secretsOf([SECRET]) });
  return { ...gateway, words };
}

test('what belongs to no call is recorded as late, masked, under the caller whose process spoke', async () => {
  const { words, ledger } = start();
  await words.onUnattributed({
    ...speaker,
    sessions: [],
    message: message({ jsonrpc: '2.0', method: 'notifications/message', params: { data: SECRET } }),
  });
  assert.deepEqual(shapeOf(ledger.entries), ['stream late']);
  const [entry] = ledger.entries;
  assert.equal(entry?.subject, speaker.caller);
  assert.equal(entry?.payload?.includes(SECRET), false);
  const header = headerOf(entry);
  assert.deepEqual(
    [header.connection, header.method, header.reason],
    ['notes', 'notifications/message', 'unattributed'],
  );
});

test('what cannot be masked leaves its size and the reason, and nothing of itself', async () => {
  const gateway = fakeGateway();
  const fault = { code: 'masking_failed', reason: 'too_slow' } as const;
  const masker = { ...gateway.masker, maskAnySize: () => err(fault) };
  const words = recordServerWords({ ...gateway, masker, secrets: masker.secretsOf([]) });
  const said = message({ jsonrpc: '2.0', method: 'notifications/x', params: { data: 'ada' } });
  await words.onStray({ ...speaker, message: said });
  const [entry] = gateway.ledger.entries;
  assert.deepEqual([entry?.payload, entry?.mask], [null, { n: 0, f: ['failed'] }]);
  const { code, reason, bytes } = headerOf(entry);
  assert.deepEqual([code, reason, bytes], ['masking_failed', 'unasked', said.length]);
});

test('a late answer names the intent of the abandoned call', async () => {
  const { words, ledger } = start();
  await words.onLate({
    ...speaker,
    intent: { shard: 'a', n: 12 },
    message: message({ jsonrpc: '2.0', id: 1, result: {} }),
  });
  assert.deepEqual(shapeOf(ledger.entries), ['stream late of 12']);
});

test('of bytes that are no message only the size is kept', async () => {
  const { words, ledger } = start();
  await words.onStray({ ...speaker, message: Buffer.from(`not json ${SECRET}`) });
  const [entry] = ledger.entries;
  assert.equal(entry?.payload, null);
  assert.equal(headerOf(entry).bytes, 9 + SECRET.length);
});

test('a request nobody can be asked is recorded, then the reply to it, before the reply may be written', async () => {
  const { words, ledger } = start();
  const asked = {
    ...speaker,
    message: message({ jsonrpc: '2.0', id: 1, method: 'roots/list' }),
    reply: message({ jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'x' } }),
  };
  const ref = await words.onServerRequest(asked);
  assert.deepEqual(shapeOf(ledger.entries), ['stream late', 'stream up']);
  assert.equal(ref?.n, 1);
  assert.equal(ledger.entries[0]?.call, ledger.entries[1]?.call);
});

test('when the ledger does not take the record, the reply is not written', async () => {
  const { words, ledger } = start();
  ledger.refusing = () => LATCHED;
  const asked = {
    ...speaker,
    message: message({ jsonrpc: '2.0', id: 1, method: 'roots/list' }),
    reply: Buffer.from('{}'),
  };
  assert.equal(await words.onServerRequest(asked), undefined);
});

test('a secret that a server puts into a method or a name is masked in the header as well', async () => {
  const { words, ledger } = start();
  await words.onUnattributed({
    ...speaker,
    sessions: [],
    message: message({ jsonrpc: '2.0', method: `notifications/${SECRET}` }),
  });
  assert.equal(ledger.entries[0]?.header.includes(SECRET), false);
  assert.match(headerOf(ledger.entries[0]).method ?? '', /^notifications\/\[SECRET/);
});
