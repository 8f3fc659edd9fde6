/** Behaviour over real pipes and streams is in stdio.test.ts and sse.test.ts; here is what neither can bring about. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { ok } from '#result.ts';
import { createChannelUpstream } from '#upstream/channel-upstream.ts';
import { sendable } from '#upstream/port.ts';
import type { UpstreamRequest } from '#upstream/port.ts';
import { createManualTimers } from '#upstream/timers.ts';

function rig() {
  const written: string[] = [];
  const upstream = createChannelUpstream(
    {
      connection: 'c',
      limits: { ...LIMITS, pendingCalls: 4, queuedBytes: 1_000, idleMs: 1_000, clients: 2 },
      timers: createManualTimers(),
      events: {
        onUnattributed: () => {},
        onServerRequest: async () => undefined,
        onLate: () => {},
        onStray: () => {},
        onStderr: () => {},
        onEnded: () => {},
      },
      ownerOf: ({ caller }) => ({ key: caller, pace: caller, caller }),
      endsWithSession: false,
      splitsEras: false,
      open: async (_owner, _request, events) =>
        ok({
          write: async (message) => {
            written.push(message.toString());
            queueMicrotask(() => events.hear(Buffer.from('{"jsonrpc":"2.0","id":1,"result":{}}')));
            return ok(undefined);
          },
          pause: () => {},
          stop: () => {},
          gone: Promise.resolve(),
        }),
    },
    1_000,
  );
  return { upstream, written };
}

const request = (overrides: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  caller: 'ann',
  gatewaySession: undefined,
  kind: 'request',
  idText: '9',
  method: 'm',
  progressTokenText: undefined,
  body: Buffer.from('{"jsonrpc":"2.0","id":9,"method":"m"}'),
  headers: [],
  credential: [],
  timeoutMs: 1_000,
  signal: new AbortController().signal,
  ...overrides,
});

test('an intent is written once: a second use is a bug', async () => {
  const { upstream, written } = rig();
  const once = sendable(request(), { shard: 'a', n: 1 });
  const answer = await upstream.exchange(once);
  assert.ok(answer.ok && answer.value.form === 'json');
  await assert.rejects(upstream.exchange(once), /already sent/);
  assert.deepEqual(written, ['{"jsonrpc":"2.0","id":1,"method":"m"}']);
});

test('nothing is written for a caller who has left', async () => {
  const { upstream, written } = rig();
  const signal = AbortSignal.abort();
  const left = await upstream.exchange(sendable(request({ signal }), { shard: 'a', n: 2 }));
  assert.deepEqual(left, { ok: false, error: { code: 'upstream_unavailable', executed: 'no', reason: 'aborted' } });
  assert.deepEqual(written, []);
});
