import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relay } from '#gateway/relay.ts';
import { callerKey } from '#identity/caller.ts';
import { err, ok } from '#result.ts';
import type { UpstreamAnswer, UpstreamFault } from '#upstream/port.ts';
import { ADA, fakeGateway, forwarded, repliedOf } from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway } from '#test/fakes/gateway.ts';
import { LATCHED, headerOf, shapeOf } from '#test/fakes/ledger.ts';
import { eventOf, jsonAnswer, silentAnswer, sseAnswer, streamAnswer } from '#test/fakes/upstream.ts';
import type { Item } from '#test/fakes/upstream.ts';

const RESULT = '{"jsonrpc":"2.0","id":1,"result":{}}';
const PROGRESS = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}';
const NOTIFICATION: Ask = { message: { jsonrpc: '2.0', method: 'notifications/initialized' } };
const MODERN = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'get_note' };
const broken: UpstreamFault = { code: 'upstream_unavailable', executed: 'unknown', reason: 'ECONNRESET' };

async function relayed(
  answer: UpstreamAnswer,
  ask: Ask = {},
  before: (gateway: FakeGateway) => void = () => undefined,
) {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(answer);
  const call = await forwarded(gateway, ask);
  before(gateway);
  await relay(call, gateway);
  const reply = repliedOf(call);
  const sent = reply.sent.map((one) => {
    switch (one.form) {
      case 'json':
        return `${one.status} ${/"code":"(\w+)"/.exec(one.body)?.[1] ?? one.body}`;
      case 'empty':
        return String(one.status);
      case 'event':
        return /"code":"(\w+)"/.exec(one.text)?.[1] ?? one.text.replace(/^data: /, '').trimEnd();
    }
    return '';
  });
  return { gateway, call, sent, book: shapeOf(gateway.ledger.entries), ended: reply.ended };
}

test('a JSON answer is recorded and released', async () => {
  const { sent, book } = await relayed(jsonAnswer(RESULT));
  assert.deepEqual([sent, book], [[`200 ${RESULT}`], ['intent open', 'result ok of 0']]);
});

test('a stream is released message by message, each one after its record', async () => {
  const { sent, book, ended } = await relayed(sseAnswer([PROGRESS, PROGRESS, RESULT]));
  assert.deepEqual(sent, [PROGRESS, PROGRESS, RESULT]);
  assert.deepEqual(book, ['intent open', 'stream down of 0', 'stream down of 0', 'result ok of 0']);
  assert.equal(ended, true);
});

test('what follows the answer is recorded as late and not released, and not for ever', async () => {
  let heard = 0;
  async function* endless(): AsyncIterable<Item> {
    yield eventOf(RESULT);
    for (;;) {
      heard += 1;
      yield eventOf(PROGRESS);
    }
  }
  const { sent, book } = await relayed(streamAnswer(endless()));
  assert.deepEqual(sent, [RESULT]);
  assert.deepEqual(book.slice(0, 3), ['intent open', 'result ok of 0', 'stream late of 0']);
  assert.equal(book.length, heard + 2);
  assert.ok(heard <= 65, `${heard} late messages`);
});

test('answers to calls nobody made do not go on for ever either, and leave the call unanswered', async () => {
  async function* endless(): AsyncIterable<Item> {
    for (;;) yield eventOf('{"jsonrpc":"2.0","id":99,"result":{}}');
  }
  const { sent, book } = await relayed(streamAnswer(endless()));
  assert.deepEqual(sent, ['502 upstream_invalid']);
  assert.equal(book.at(-1), 'result error of 0');
  assert.ok(book.length <= 67);
});

test('after the answer neither a fault nor nonsense changes anything', async () => {
  for (const after of [broken, 'nonsense'] as const) {
    const { sent, book } = await relayed(sseAnswer([RESULT, after, PROGRESS]));
    assert.deepEqual([sent, book], [[RESULT], ['intent open', 'result ok of 0']]);
  }
});

test('a stream that breaks, ends or talks nonsense before the answer closes the intent with the reason', async () => {
  const cases: readonly [(string | UpstreamFault)[], string, string][] = [
    [[PROGRESS, broken], 'upstream_unavailable', 'ECONNRESET'],
    [[PROGRESS], 'upstream_invalid', 'stream_ended_without_response'],
    [[PROGRESS, '{'], 'upstream_invalid', 'parse_error'],
  ];
  for (const [events, code, reason] of cases) {
    const { gateway, sent, book, ended } = await relayed(sseAnswer(events));
    assert.deepEqual(
      [sent, book, ended],
      [[PROGRESS, code], ['intent open', 'stream down of 0', 'result error of 0'], true],
    );
    assert.equal(headerOf(gateway.ledger.entries[2]).reason, reason);
  }
});

test('a frame without a message, such as the priming event, is no broken message', async () => {
  const { sent, book } = await relayed(sseAnswer(['', RESULT]));
  assert.deepEqual([sent, book], [[RESULT], ['intent open', 'result ok of 0']]);
});

test('an answer that cannot be recorded is withheld', async () => {
  const { sent } = await relayed(jsonAnswer(RESULT), {}, (gateway) => (gateway.ledger.refusing = () => LATCHED));
  assert.deepEqual(sent, ['503 audit_unavailable']);
});

test('in a stream the client has left, a modern call is cancelled, and a legacy one is an error of the server', async () => {
  for (const [headers, outcome] of [
    [MODERN, 'cancelled'],
    [{}, 'error'],
  ] as const) {
    const gone = new AbortController();
    const { book } = await relayed(sseAnswer([broken]), { headers, gone: gone.signal }, () => gone.abort());
    assert.deepEqual(book, ['intent open', `result ${outcome} of 0`]);
  }
});

test('silence answers a notification and nothing else', async () => {
  assert.deepEqual((await relayed(silentAnswer(202), NOTIFICATION)).sent, ['202']);
  assert.deepEqual((await relayed(silentAnswer(500), NOTIFICATION)).sent, ['502 upstream_invalid']);
  const { sent, book } = await relayed(silentAnswer(202));
  assert.deepEqual([sent, book], [['502 upstream_invalid'], ['intent open', 'result error of 0']]);
});

test('a server that knows the session no longer ends it here, so that the client begins anew', async () => {
  const gateway = fakeGateway();
  const owner = { caller: callerKey(ADA), connection: 'notes' };
  const session = { ...gateway.sessions.candidate(undefined, undefined), upstreamId: 'u' };
  gateway.sessions.begin(owner, session);
  gateway.upstream.answering = () => ok(silentAnswer(404));
  const call = await forwarded(gateway, { headers: { 'mcp-session-id': session.wireId ?? '' } });
  await relay(call, gateway);
  const [sent] = repliedOf(call).sent;
  assert.match(sent?.form === 'json' ? `${sent.status} ${sent.body}` : '', /^404 .*"unknown_session"/);
  assert.equal(gateway.sessions.find(owner, session.wireId ?? ''), undefined);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['intent open', 'result error of 0']);
});

const revokedNow = (gateway: FakeGateway): void => void (gateway.identity.rechecking = () => err('revoked'));

test('for a caller revoked in the middle of a stream nothing more is released, and the intent says why', async () => {
  const given: FakeGateway[] = [];
  async function* talking(): AsyncIterable<Item> {
    yield eventOf(PROGRESS);
    given.forEach(revokedNow);
    yield eventOf(PROGRESS);
    yield eventOf(RESULT);
  }
  const { gateway, sent, book, ended } = await relayed(streamAnswer(talking()), {}, (one) => void given.push(one));
  assert.deepEqual(sent, [PROGRESS, 'unauthenticated']);
  assert.deepEqual(book, ['intent open', 'stream down of 0', 'result cancelled of 0']);
  assert.deepEqual([headerOf(gateway.ledger.entries[2]).reason, ended], ['revoked', true]);
});

test('an exchange that was cut because the caller is revoked ends as that, whatever the server made of it', async () => {
  for (const answer of [sseAnswer([broken]), sseAnswer([]), silentAnswer(202)]) {
    const { sent, book } = await relayed(answer, {}, revokedNow);
    assert.deepEqual([sent, book], [['401 unauthenticated'], ['intent open', 'result cancelled of 0']]);
  }
});

test('an answer whose caller is revoked between its record and its release is not released, and the book says so', async () => {
  const { gateway, sent, book } = await relayed(jsonAnswer(RESULT), {}, (one) => {
    one.ledger.durable = (entry) => entry.kind === 'result' && revokedNow(one);
  });
  assert.deepEqual(sent, ['401 unauthenticated']);
  assert.deepEqual(book, ['intent open', 'result ok of 0', 'stream late of 0']);
  const { code, reason } = headerOf(gateway.ledger.entries[2]);
  assert.deepEqual([code, reason, gateway.ledger.entries[2]?.payload], ['unauthenticated', 'revoked', null]);
});

test('a withheld answer of which the book cannot say so is withheld all the same', async () => {
  const { sent } = await relayed(jsonAnswer(RESULT), {}, (gateway) => {
    gateway.ledger.durable = (entry) => {
      if (entry.kind !== 'result') return;
      revokedNow(gateway);
      gateway.ledger.refusing = () => LATCHED;
    };
  });
  assert.deepEqual(sent, ['503 audit_unavailable']);
});

test('when the token ends a plain answer still arrives, and a stream that has begun gives nothing more', async () => {
  const expiredNow = (gateway: FakeGateway): void => void (gateway.identity.rechecking = () => err('expired'));
  const plain = await relayed(jsonAnswer(RESULT), {}, expiredNow);
  assert.deepEqual([plain.sent, plain.book], [[`200 ${RESULT}`], ['intent open', 'result ok of 0']]);
  const given: FakeGateway[] = [];
  async function* talking(): AsyncIterable<Item> {
    yield eventOf(PROGRESS);
    given.forEach(expiredNow);
    yield eventOf(RESULT);
  }
  const { gateway, sent, book } = await relayed(streamAnswer(talking()), {}, (one) => void given.push(one));
  assert.deepEqual(sent, [PROGRESS, 'unauthenticated']);
  assert.equal(book.at(-1), 'result cancelled of 0');
  assert.equal(headerOf(gateway.ledger.entries[2]).reason, 'token_expired');
});

/** Says this much, then nothing, and ends only when the exchange is cut. */
async function cutAfter(ask: Ask, ...said: readonly string[]): Promise<boolean> {
  const gateway = fakeGateway({ limits: { lateListenMs: 1, unclaimedAnswerMs: 1 } });
  const cut = { signal: new AbortController().signal };
  async function* silent(): AsyncIterable<Item> {
    for (const message of said) yield eventOf(message);
    if (!cut.signal.aborted)
      await new Promise((resolve) => cut.signal.addEventListener('abort', resolve, { once: true }));
  }
  gateway.upstream.answering = () => ok(streamAnswer(silent()));
  const call = await forwarded(gateway, ask);
  cut.signal = call.cut.signal;
  await relay(call, gateway);
  return call.cut.signal.aborted;
}

test('a server that never ends its stream is cut: after what wants no answer, after the answer, after the client left', async () => {
  assert.equal(await cutAfter(NOTIFICATION), true);
  assert.equal(await cutAfter({}, RESULT), true);
  assert.equal(await cutAfter({ gone: AbortSignal.abort() }), true);
});
