import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Forwarded, RestingCall } from '#gateway/call.ts';
import { createResumableCalls } from '#gateway/resumable-calls.ts';
import type { Expiry } from '#gateway/resumable-calls.ts';
import { callerKey } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { ok } from '#result.ts';
import { fakeGateway, forwarded, GRACE_TOKEN } from '#test/fakes/gateway.ts';
import { sseAnswer } from '#test/fakes/upstream.ts';

const QUIET = { cut: (): void => undefined, expire: async (): Promise<void> => undefined };
const table = (limits: Partial<Limits> = {}) => createResumableCalls({ ...LIMITS, ...limits });

async function calls(count: number, token?: string): Promise<Forwarded[]> {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const made: Forwarded[] = [];
  for (let at = 0; at < count; at += 1)
    made.push({ ...(await forwarded(gateway, token === undefined ? {} : { token })), id: `${token ?? 'ada'}-${at}` });
  return made;
}
const first = async (): Promise<Forwarded> => (await calls(1))[0] ?? assert.fail('no call');

test('a call that waits is given to who asks in its session, once; the next gets it when that one is over', async () => {
  const resumables = table();
  const call = await first();
  resumables.attach('s', call, QUIET).wait();
  assert.equal(await resumables.take('other', call.id), undefined);
  assert.equal((await resumables.take('s', call.id))?.state, 'open');
  const next = resumables.take('s', call.id);
  const again = resumables.attach('s', call, QUIET);
  again.close();
  assert.equal((await next)?.state, 'closed');
});

test('a call whose exchange goes on is cut, and given when the exchange is over, in the state it then has', async () => {
  for (const end of ['wait', 'close'] as const) {
    const resumables = table();
    const call = await first();
    let cuts = 0;
    const attachment = resumables.attach('s', call, { ...QUIET, cut: () => void (cuts += 1) });
    let isGiven = false;
    const taken = resumables.take('s', call.id).finally(() => (isGiven = true));
    await new Promise((turn) => setImmediate(turn));
    assert.deepEqual([cuts, attachment.isTaken(), isGiven], [1, true, false]);
    attachment[end]();
    assert.equal((await taken)?.state, end === 'wait' ? 'open' : 'closed');
  }
});

test('a close after the wait changes nothing', async () => {
  const resumables = table();
  const call = await first();
  const attachment = resumables.attach('s', call, QUIET);
  attachment.wait();
  attachment.close();
  assert.equal((await resumables.take('s', call.id))?.state, 'open');
});

test('a call that nobody resumes in time, or whose session or gateway ends, is closed with the reason', async () => {
  const ends: [Expiry, Partial<Limits>, (resumables: ReturnType<typeof table>) => void][] = [
    ['not_resumed', { resumeWaitMs: 1 }, () => undefined],
    ['session_ended', {}, (resumables) => resumables.endOf('s')],
    ['stopping', {}, (resumables) => resumables.endAll()],
  ];
  for (const [reason, limits, end] of ends) {
    const resumables = table(limits);
    const call = await first();
    const expired = Promise.withResolvers<Expiry>();
    const written = Promise.withResolvers<void>();
    const expire = (_: RestingCall, why: Expiry): Promise<void> => {
      expired.resolve(why);
      return written.promise;
    };
    resumables.attach('s', call, { ...QUIET, expire }).wait();
    end(resumables);
    assert.equal(await expired.promise, reason);
    assert.equal(resumables.ending(), 1);
    written.resolve();
    await new Promise((turn) => setImmediate(turn));
    assert.deepEqual([resumables.ending(), (await resumables.take('s', call.id))?.state], [0, 'closed']);
  }
});

test('the end of another session ends nothing here', async () => {
  const resumables = table();
  const call = await first();
  resumables.attach('s', call, QUIET).wait();
  resumables.endOf('other');
  assert.equal((await resumables.take('s', call.id))?.state, 'open');
});

test('a resumption that came to nothing leaves the call waiting', async () => {
  const resumables = table();
  const call = await first();
  resumables.attach('s', call, QUIET).wait();
  await resumables.take('s', call.id);
  const next = resumables.take('s', call.id);
  resumables.giveBack('s', call.id);
  assert.equal((await next)?.state, 'open');
});

test('one caller has only so many calls waiting', async () => {
  const resumables = table({ waitingCallsPerCaller: 2 });
  const made = await calls(3);
  const waits = made.map((call) => resumables.attach('s', call, QUIET).wait());
  assert.deepEqual(waits, [true, true, false]);
  assert.equal((await resumables.take('s', 'ada-2'))?.state, 'closed');
  const [graces] = await calls(1, GRACE_TOKEN);
  assert.equal(graces === undefined ? false : resumables.attach('g', graces, QUIET).wait(), true);
});

test('the oldest that are over are forgotten, of one caller and of all, and never one that is open', async () => {
  const resumables = table({ resumableCallsPerCaller: 2, resumableCalls: 3 });
  const [open, ...rest] = await calls(4);
  if (open !== undefined) resumables.attach('s', open, QUIET).wait();
  for (const call of rest) resumables.attach('s', call, QUIET).close();
  assert.deepEqual(
    ['ada-0', 'ada-1', 'ada-2', 'ada-3'].map((id) => resumables.has('s', id)),
    [true, false, false, true],
  );
  for (const call of await calls(2, GRACE_TOKEN)) resumables.attach('g', call, QUIET).close();
  assert.deepEqual([resumables.has('s', 'ada-0'), resumables.has('s', 'ada-3')], [true, false]);
});

test('a call that is over is forgotten after a while, and one that waits is not', async () => {
  const resumables = table({ closedCallMs: 1 });
  const over = await first();
  const open = { ...over, id: 'open' };
  resumables.attach('s', open, QUIET).wait();
  resumables.attach('s', over, QUIET).close();
  while (resumables.has('s', over.id)) await new Promise((turn) => setTimeout(turn, 1));
  assert.equal((await resumables.take('s', open.id))?.state, 'open');
});

test('a call somebody was going on with when its session or the gateway ended waits no more', async () => {
  for (const [reason, end] of [
    ['session_ended', (resumables: ReturnType<typeof table>) => resumables.endOf('s')],
    ['stopping', (resumables: ReturnType<typeof table>) => resumables.endAll()],
  ] as const) {
    const resumables = table();
    const call = await first();
    const expired: Expiry[] = [];
    resumables.attach('s', call, { ...QUIET, expire: async (_call, why) => void expired.push(why) }).wait();
    await resumables.take('s', call.id);
    end(resumables);
    assert.deepEqual(expired, []);
    resumables.giveBack('s', call.id);
    assert.deepEqual(expired, [reason]);
    assert.equal((await resumables.take('s', call.id))?.state, 'closed');
  }
});

test('a call that is over is forgotten when its session uses its id again; one that waits is not, nor those of others', async () => {
  const resumables = table();
  const [over, waiting, others] = await calls(3);
  assert.ok(over !== undefined && waiting !== undefined && others !== undefined);
  resumables.attach('s', over, QUIET).close();
  resumables.attach('s', waiting, QUIET).wait();
  resumables.attach('other', others, QUIET).close();
  const { message, verified } = over;
  const idKey = message.kind === 'request' ? message.idKey : '';
  resumables.forget(callerKey(verified.caller), 's', (key) => key === `not ${idKey}`);
  assert.equal(resumables.has('s', over.id), true);
  resumables.forget(callerKey(verified.caller), 's', (key) => key === idKey);
  assert.deepEqual(
    [resumables.has('s', over.id), resumables.has('s', waiting.id), resumables.has('other', others.id)],
    [false, true, true],
  );
});
