import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskRequest } from '#gateway/steps/mask-request.ts';
import { createMasker, UNWANTED } from '#masking/masker.ts';
import { callerKey } from '#identity/caller.ts';
import { err } from '#result.ts';
import { ADA_TOKEN, UPSTREAM_SECRET, fakeGateway, followed, toolCall } from '#test/fakes/gateway.ts';

const masker = createMasker({ key: Buffer.alloc(32, 7), store: { operator: 'redact', fields: ['password'] } });

test('what needs no masking goes up as the very bytes that came', async () => {
  const gateway = fakeGateway();
  const call = await followed(gateway, {
    message:
      '{ "jsonrpc":"2.0", "id":1e0,"method":"tools/call","params":{"name":"get_note","n":12345678901234567890} }',
  });
  const result = await maskRequest(call, gateway);
  assert.ok(result.ok);
  assert.equal(result.value.masked.send, call.body);
});

test("the caller's token and the credential are neither sent nor stored", async () => {
  const gateway = fakeGateway();
  const message = toolCall('get_note', { mine: ADA_TOKEN, theirs: `x ${UPSTREAM_SECRET} y` });
  const result = await maskRequest(await followed(gateway, { message }), gateway);
  assert.ok(result.ok);
  const { masked, secrets } = result.value;
  for (const copy of [masked.send, masked.stored, gateway.masker.maskText(ADA_TOKEN + UPSTREAM_SECRET, secrets)]) {
    assert.equal(copy.includes(ADA_TOKEN), false);
    assert.equal(copy.includes(UPSTREAM_SECRET), false);
  }
});

test("a field of a secret's name is sent but not stored", async () => {
  const gateway = fakeGateway();
  const result = await maskRequest(
    await followed(gateway, { message: toolCall('get_note', { password: 'hunter2hunter2' }) }),
    gateway,
  );
  assert.ok(result.ok);
  assert.equal(result.value.masked.send.includes('hunter2hunter2'), true);
  assert.equal(result.value.masked.stored.includes('hunter2hunter2'), false);
});

test('a message that cannot be masked goes nowhere, and nothing was executed', async () => {
  const failing = { ...masker, maskAnySize: () => err({ code: 'masking_failed', reason: 'RangeError' } as const) };
  const gateway = fakeGateway({ masker: failing });
  assert.deepEqual(await maskRequest(await followed(gateway), gateway), {
    ok: false,
    error: { code: 'masking_failed', reason: 'RangeError', executed: 'no' },
  });
});

test('a large message may be masked later, whoever its caller is, and a small one has its outcome at once', async () => {
  const owners: string[] = [];
  const gateway = fakeGateway();
  const input = await followed(gateway);
  assert.equal(maskRequest(input, gateway) instanceof Promise, false);
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
  assert.deepEqual(await maskRequest(input, late), {
    ok: false,
    error: { code: 'masking_failed', reason: 'too_slow', executed: 'no' },
  });
  assert.deepEqual(owners, [callerKey(input.verified.caller)]);
});

test('a message whose client left is not masked for nobody, except of the legacy era, whose calls go on', async () => {
  const gateway = fakeGateway();
  const given: unknown[] = [];
  const waiting = {
    ...gateway,
    masker: {
      ...gateway.masker,
      maskAnySize: (...[, , , unwanted]: Parameters<typeof gateway.masker.maskAnySize>) => {
        given.push(unwanted);
        return err({ code: 'masking_failed', reason: UNWANTED } as const);
      },
    },
  };
  const call = await followed(gateway);
  for (const era of ['modern', 'legacy'] as const)
    assert.deepEqual(await maskRequest({ ...call, era }, waiting), {
      ok: false,
      error: { code: 'client_gone', reason: 'while_masking' },
    });
  assert.deepEqual(given, [call.gone, undefined]);
});
