import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint, EndpointAnswer } from '#cli/connect-endpoint.ts';
import type { ConnectFailure } from '#cli/connect-failure.ts';
import { follow, keepListening } from '#cli/connect-streams.ts';
import type { Place } from '#cli/connect-streams.ts';
import { LIMITS } from '#limits.ts';
import type { SseEvent } from '#mcp/sse.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { UpstreamFault } from '#upstream/port.ts';
import { createManualTimers } from '#upstream/timers.ts';

const one = (data: string, rest: Partial<SseEvent> = {}): Result<SseEvent, UpstreamFault> =>
  ok({ data: Buffer.from(data), event: undefined, id: undefined, retryMs: undefined, ...rest });
async function* events(...all: Result<SseEvent, UpstreamFault>[]) {
  yield* all;
}
const place = (): Place => ({ lastEventId: undefined, retryMs: 1_000 });

test('a place moves with ids and retry times, and not past a message that was not dealt with', async () => {
  const at = place();
  assert.equal(
    await follow(events(one('', { id: 'a', retryMs: 7 })), at, async () => assert.fail('no message')),
    false,
  );
  assert.deepEqual(at, { lastEventId: 'a', retryMs: 7 });
  await assert.rejects(follow(events(one('x', { id: 'b' })), at, () => Promise.reject(new Error('client gone'))));
  assert.equal(at.lastEventId, 'a');
  assert.equal(await follow(events(one('x', { id: 'c' }), one('y', { id: 'd' })), at, async () => true), true);
  assert.equal(at.lastEventId, 'c', 'nothing after the last message is read');
  await follow(events(one('', { id: 'ü' })), at, async () => false);
  assert.equal(at.lastEventId, undefined, 'what cannot be a header is not sent back');
});

test('events of other names are no messages', async () => {
  const heard: string[] = [];
  const hear = async (message: Buffer) => heard.push(message.toString()) > 9;
  await follow(events(one('a', { event: 'ping' }), one('b', { event: 'message' }), one('c')), place(), hear);
  assert.deepEqual(heard, ['b', 'c']);
});

type Step = Result<EndpointAnswer, ConnectFailure>;
const refused = (status: number | undefined): Step =>
  err({ code: 'x', executed: 'unknown', message: 'm', ...(status === undefined ? {} : { status }) });

/** Lets time pass until it settles; gives the waits. */
async function run(steps: readonly Step[], of: 'call' | 'server', connectResumes = 3) {
  const timers = createManualTimers();
  const waits: number[] = [];
  const recording = {
    ...timers,
    after: (ms: number, then: () => void) => {
      waits.push(ms);
      return timers.after(ms, then);
    },
  };
  let asked = 0;
  const endpoint: Endpoint = { ask: async () => steps[asked++] ?? refused(400) };
  const limits = { ...LIMITS, connectResumes };
  const parts = {
    endpoint,
    timers: recording,
    limits,
    headers: () => [],
    hear: async () => false,
    signal: new AbortController().signal,
  };
  const running = keepListening(parts, place(), of);
  const over = { is: false };
  void running.finally(() => (over.is = true));
  while (!over.is) {
    await new Promise(setImmediate);
    timers.advance(LIMITS.connectRetryMsMax);
  }
  const ended = await running;
  return { status: typeof ended === 'string' ? ended : ended.status, asked, waits };
}

test('failures of the way are waited out ever longer up to a bound, a refusal ends it', async () => {
  const stream: Step = ok({
    sessionId: undefined,
    form: 'sse',
    events: events(),
  });
  const many = await run(
    [...Array.from({ length: 8 }, () => refused(undefined)), refused(503), refused(401), stream, refused(403)],
    'server',
  );
  assert.deepEqual(many.status, 403);
  assert.deepEqual(many.waits.slice(0, 6), [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  assert.equal(many.waits.at(-1), 1_000, 'a stream that was there sets it back');
  assert.equal(many.asked, 12);
});

test('the stream of a call is waited with before it is taken up, and given up after so many failures, or a refused token', async () => {
  const failing = await run([refused(undefined), refused(502), refused(undefined)], 'call');
  assert.deepEqual([failing.status, failing.asked, failing.waits[0]], [undefined, 3, 1_000]);
  assert.equal((await run([refused(401)], 'call')).asked, 1);
});
