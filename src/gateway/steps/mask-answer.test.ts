import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskAnswer } from '#gateway/steps/mask-answer.ts';
import { createMasker } from '#masking/masker.ts';
import { callerKey } from '#identity/caller.ts';
import { err } from '#result.ts';
import { ADA_TOKEN, UPSTREAM_SECRET, fakeGateway, forwarded, understood } from '#test/fakes/gateway.ts';

const answer = (text: string) => ({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }] } });

test("a server that repeats its credential or the caller's token is not heard with it, neither below nor in the book", async () => {
  const gateway = fakeGateway();
  const call = await forwarded(gateway);
  const echo = answer(`${UPSTREAM_SECRET} ${ADA_TOKEN} ${Buffer.from(UPSTREAM_SECRET).toString('base64')}`);
  const result = await maskAnswer(understood(gateway, call, echo), gateway);
  assert.ok(result.ok);
  for (const copy of [result.value.masked.send, result.value.masked.stored])
    for (const secret of [UPSTREAM_SECRET, ADA_TOKEN, Buffer.from(UPSTREAM_SECRET).toString('base64')])
      assert.equal(copy.includes(secret), false);
});

test('an answer with nothing to mask stays the very bytes the server sent', async () => {
  const gateway = fakeGateway();
  const call = await forwarded(gateway);
  const heardAnswer = understood(gateway, call, answer('harmless'));
  const result = await maskAnswer(heardAnswer, gateway);
  assert.equal(result.ok && result.value.masked.send, heardAnswer.message.doc.bytes);
});

test('an answer that cannot be masked is kept back, and the call has perhaps run', async () => {
  const real = createMasker({ key: Buffer.alloc(32, 7), store: { operator: 'redact', fields: [] } });
  const gateway = fakeGateway();
  const call = await forwarded(gateway);
  const failing = {
    ...gateway,
    masker: { ...real, maskAnySize: () => err({ code: 'masking_failed', reason: 'RangeError' } as const) },
  };
  const heardAnswer = understood(gateway, call, answer('x'));
  assert.deepEqual(await maskAnswer(heardAnswer, failing), {
    ok: false,
    error: {
      code: 'masking_failed',
      reason: 'RangeError',
      executed: 'unknown',
      bytes: heardAnswer.message.doc.bytes.length,
    },
  });
});

test('a large message may be masked later, whoever its caller is, and a small one has its outcome at once', async () => {
  const owners: string[] = [];
  const gateway = fakeGateway();
  const input = understood(gateway, await forwarded(gateway), answer('x'));
  assert.equal(maskAnswer(input, gateway) instanceof Promise, false);
  const late = {
    ...gateway,
    masker: {
      ...gateway.masker,
      maskAnySize: (_doc: unknown, _context: unknown, owner: string) => {
        owners.push(owner);
        return Promise.resolve(err({ code: 'masking_failed', reason: 'too_slow' } as const));
      },
    },
  };
  assert.deepEqual(await maskAnswer(input, late), {
    ok: false,
    error: { code: 'masking_failed', reason: 'too_slow', executed: 'unknown', bytes: input.message.doc.bytes.length },
  });
  assert.deepEqual(owners, [callerKey(input.call.verified.caller)]);
});
