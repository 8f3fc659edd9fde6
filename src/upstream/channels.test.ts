/** What no kind of channel shows by itself: with channels that open and end by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { ok } from '#result.ts';
import type { Result } from '#result.ts';
import { Channels, unavailable } from '#upstream/channels.ts';
import type { Channel, ChannelEvents } from '#upstream/channels.ts';
import type { UpstreamFault, UpstreamRequest } from '#upstream/port.ts';
import { createManualTimers } from '#upstream/timers.ts';

type Opened = {
  readonly events: ChannelEvents;
  readonly settle: (opened: Result<Channel, UpstreamFault>) => void;
  readonly stops: () => number;
};

function rig({ sessions = 10, endsWithSession = true, splitsEras = false } = {}) {
  const opened: Opened[] = [];
  const timers = createManualTimers();
  const channels = new Channels({
    connection: 'c',
    limits: { ...LIMITS, sessions, pendingCalls: 4, queuedBytes: 1_000, idleMs: 1_000, clients: 2 },
    timers,
    events: {
      onUnattributed: () => {},
      onServerRequest: async () => undefined,
      onLate: () => {},
      onStray: () => {},
      onStderr: () => {},
      onEnded: () => {},
    },
    // As of a process where eras are split, else as of a stream.
    ownerOf: ({ caller, gatewaySession }) => ({
      key: splitsEras ? caller : (gatewaySession ?? caller),
      pace: caller,
      caller,
    }),
    endsWithSession,
    splitsEras,
    open: (_owner, _request, events) => {
      const { promise, resolve } = Promise.withResolvers<Result<Channel, UpstreamFault>>();
      opened.push({ events, settle: resolve, stops: () => stops });
      let stops = 0;
      return promise.then((result) => (result.ok ? ok({ ...result.value, stop: () => void (stops += 1) }) : result));
    },
  });
  return { channels, opened, timers };
}

const channel: Channel = {
  write: async () => ok(undefined),
  pause: () => {},
  stop: () => {},
  gone: Promise.resolve(),
};
const request = (overrides: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  caller: 'ann',
  gatewaySession: 's1',
  kind: 'request',
  idText: '1',
  method: 'initialize',
  progressTokenText: undefined,
  body: Buffer.from('{}'),
  headers: [],
  credential: [],
  timeoutMs: 1_000,
  signal: new AbortController().signal,
  ...overrides,
});
const later = (overrides: Partial<UpstreamRequest> = {}) => request({ method: 'tools/call', ...overrides });
const reason = (result: Result<unknown, UpstreamFault>): string => (result.ok ? 'ok' : result.error.reason);

test('all who wait for a channel that does not open hear why, and their session is lost', async () => {
  const { channels, opened } = rig();
  const waiting = [channels.for(request()), channels.for(later())];
  opened[0]?.settle(unavailable('connect_failed'));
  assert.deepEqual((await Promise.all(waiting)).map(reason), ['connect_failed', 'connect_failed']);
  assert.equal(opened.length, 1);
  assert.equal(reason(await channels.for(later())), 'session_lost');
});

test('a server that cannot be reached is tried ever more rarely, a cap that is reached says nothing about it', async () => {
  const { channels, opened, timers } = rig();
  for (const [at, why] of ['busy', 'busy', 'busy', 'down', 'down'].entries()) {
    const asked = channels.for(request());
    opened[at]?.settle(unavailable(why));
    assert.equal(reason(await asked), why);
  }
  assert.equal(reason(await channels.for(request())), 'restart_pace');
  timers.advance(LIMITS.stdioRestartMs);
  const again = channels.for(request());
  opened[5]?.settle(ok(channel));
  assert.equal(reason(await again), 'ok');
});

test('a channel that opens after its session was ended is stopped', async () => {
  const { channels, opened } = rig();
  const asked = channels.for(request());
  channels.forget('s1');
  assert.equal(opened[0]?.events.dropped.aborted, true);
  opened[0]?.settle(ok(channel));
  assert.equal(reason(await asked), 'session_lost');
  assert.equal(opened[0]?.stops(), 1);
});

test('a session forgotten for newer ones ends the channel that is its own, and no other', async () => {
  for (const endsWithSession of [true, false]) {
    const { channels, opened } = rig({ sessions: 1, endsWithSession });
    for (const gatewaySession of ['s1', 's2']) {
      const asked = channels.for(request({ gatewaySession }));
      opened.at(-1)?.settle(ok(channel));
      await asked;
    }
    assert.equal(opened[0]?.stops(), endsWithSession ? 1 : 0);
    assert.equal(opened[1]?.stops(), 0);
    assert.equal(reason(await channels.for(later({ gatewaySession: 's1' }))), 'session_lost');
    assert.equal(reason(await channels.for(later({ gatewaySession: 's2' }))), 'ok');
  }
});

test('what comes over a channel that is nobody’s any more is not heard', async () => {
  const { channels, opened } = rig();
  const asked = channels.for(request());
  opened[0]?.settle(ok(channel));
  await asked;
  const word = Buffer.from('{"jsonrpc":"2.0","method":"notifications/message"}');
  assert.equal(opened[0]?.events.hear(word), true);
  channels.forget('s1');
  assert.equal(opened[0]?.events.hear(word), false);
  assert.equal(opened[0]?.events.ended('stream_ended'), true, 'asked for');
});

test('where a server settles on one era, clients of both have a channel each, and finding out settles nothing', async () => {
  const { channels, opened } = rig({ splitsEras: true });
  const over = async (overrides: Partial<UpstreamRequest>): Promise<unknown> => {
    const asked = channels.for(request({ gatewaySession: undefined, ...overrides }));
    opened.at(-1)?.settle(ok(channel));
    const found = await asked;
    return found.ok ? found.value : found.error.reason;
  };
  const modern = { isModern: true, method: 'tools/call' };
  const discovery = { isModern: true, method: 'server/discover' };
  const first = await over(discovery);
  assert.equal(await over(discovery), first);
  const legacy = await over({ method: 'initialize', gatewaySession: 's1' });
  assert.equal(legacy, first, 'a client that falls back goes on where it asked');
  assert.equal(await over({ method: 'tools/call', gatewaySession: 's1' }), legacy);
  assert.equal(opened.length, 1);

  const second = await over(discovery);
  assert.notEqual(second, legacy, 'a legacy server would say that there is no discovery');
  assert.equal(await over(modern), second);
  assert.equal(await over(discovery), second);
  assert.equal(await over({ ...modern, kind: 'response', method: '' }), second);
  assert.equal(opened.length, 2);
  assert.equal(await over({ method: 'tools/call', gatewaySession: 's1' }), legacy);

  channels.endCallers(() => true);
  assert.deepEqual(
    opened.map(({ stops }) => stops()),
    [1, 1],
  );
  assert.notEqual(await over(modern), second, 'a new one takes the place');
});
