import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSteps } from '#gateway/chain.ts';
import type { Chained, Step } from '#gateway/chain.ts';
import { err, ok } from '#result.ts';

type Base = { readonly text: string };
type Counted = Base & { readonly count: number };
type Deps = { readonly factor: number };
const count: Step<Base, Counted, Deps> = (call) => ok({ ...call, count: call.text.length });
const multiply: Step<Counted, Counted, Deps> = async (call, deps) => ok({ ...call, count: call.count * deps.factor });
const refuse: Step<Counted, Counted, Deps> = () => err({ code: 'too_large', reason: 'test' });

test('steps run in order, synchronous and asynchronous, each with what the ones before established', async () => {
  const done = await runSteps([count, multiply] as const, { text: 'four' }, { factor: 3 });
  assert.deepEqual(done, { ok: true, value: { text: 'four', count: 12 } });
});

test('a refusal stops the row and brings the call as far as it was known', async () => {
  let ran = false;
  const after: Step<Counted, Counted, Deps> = (call) => {
    ran = true;
    return ok(call);
  };
  const done = await runSteps([count, refuse, after] as const, { text: 'four' }, { factor: 3 });
  assert.deepEqual(done, {
    ok: false,
    error: { refusal: { code: 'too_large', reason: 'test' }, call: { text: 'four', count: 4 } },
  });
  assert.equal(ran, false);
});

test('a row in the wrong order has the type never', () => {
  const wrong: [Chained<Base, readonly [typeof multiply, typeof count], Deps>] extends [never] ? true : false = true;
  const right: [Chained<Base, readonly [typeof count, typeof multiply], Deps>] extends [never] ? true : false = false;
  assert.deepEqual([wrong, right], [true, false]);
});
