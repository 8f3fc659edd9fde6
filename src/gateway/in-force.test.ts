import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInForce } from '#gateway/in-force.ts';
import { fakeGateway } from '#test/fakes/gateway.ts';

const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

test('an exchange keeps the gateway of its arrival, the next one takes the new', async () => {
  const [old, next] = [fakeGateway(), fakeGateway()];
  const inForce = createInForce(old);
  const { promise, resolve } = Promise.withResolvers<void>();
  const seen: unknown[] = [];
  const first = inForce.hold(async (gateway) => {
    await promise;
    seen.push(gateway === old);
  });
  void inForce.replace(next);
  assert.equal(inForce.current(), next);
  await inForce.hold(async (gateway) => void seen.push(gateway === next));
  resolve();
  await first;
  assert.deepEqual(seen, [true, true]);
});

test('a replaced gateway counts as ended only when the last exchange of it and of all before it has ended', async () => {
  const inForce = createInForce(fakeGateway());
  const [one, two] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ended: string[] = [];
  const first = inForce.hold(() => one.promise);
  void inForce.replace(fakeGateway()).then(() => ended.push('first'));
  const second = inForce.hold(() => two.promise);
  void inForce.replace(fakeGateway()).then(() => ended.push('second'));
  two.resolve();
  await second;
  await turn();
  assert.deepEqual(ended, []);
  one.resolve();
  await first;
  await turn();
  assert.deepEqual(ended, ['first', 'second']);
});

test('an exchange that fails does not hold its gateway for ever', async () => {
  const inForce = createInForce(fakeGateway());
  await assert.rejects(inForce.hold(() => Promise.reject(new Error('bug'))));
  await inForce.replace(fakeGateway());
});
