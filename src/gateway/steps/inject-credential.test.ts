import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Headers } from '#gateway/call.ts';
import { NOTHING_MIRRORED } from '#gateway/mirrored-headers.ts';
import { injectCredential, upwardHeaders } from '#gateway/steps/inject-credential.ts';
import type { UpwardTrace } from '#gateway/steps/inject-credential.ts';
import { callerKey } from '#identity/caller.ts';
import { intentOf } from '#upstream/port.ts';
import { ADA, ADA_TOKEN, UPSTREAM_SECRET, fakeGateway, recorded, toolCall } from '#test/fakes/gateway.ts';

const same = (text: string): string => text;
const ACCEPT = ['accept', '*/*'];
const PASSED = ['accept', 'mcp-protocol-version', 'mcp-method', 'mcp-name'];
const NO_TRACE = { sent: undefined, passesBaggage: false };
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';

test('of all headers there are only the named few go up', () => {
  const name = fc.oneof(
    fc.constantFrom(
      ...PASSED,
      'traceparent',
      'tracestate',
      'baggage',
      'authorization',
      'proxy-authorization',
      'cookie',
      'x-forwarded-for',
      'x-forwarded-host',
      'forwarded',
      'via',
      'host',
      'origin',
      'referer',
      'accept-encoding',
      'connection',
      'te',
      'transfer-encoding',
      'expect',
      'content-length',
      'content-type',
      'mcp-session-id',
      'last-event-id',
      'x-mcp-param-a',
      'mcp-param',
      'mcp-params-a',
    ),
    fc.stringMatching(/^[a-z0-9-]{1,20}$/),
    fc.stringMatching(/^mcp-param-[a-z0-9]{1,8}$/),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
      const headers: Headers = new Map(pairs.map(([header, value]) => [header, [value]]));
      const expected = [...headers].filter(([header]) => PASSED.includes(header) || header.startsWith('mcp-param-'));
      assert.deepEqual(upwardHeaders(headers, undefined, same, NO_TRACE, NOTHING_MIRRORED), [
        ...(headers.has('accept') ? [] : [ACCEPT]),
        ...expected.map(([header, [value]]) => [header, value]),
      ]);
    }),
  );
});

test('what the client accepts goes up as it said it, for the server to judge', () => {
  const headers: Headers = new Map([['accept', ['application/json', 'text/event-stream;q=0.5']]]);
  assert.deepEqual(upwardHeaders(headers, undefined, same, NO_TRACE, NOTHING_MIRRORED), [
    ['accept', 'application/json'],
    ['accept', 'text/event-stream;q=0.5'],
  ]);
});

test('a secret in an encoded header is masked, and an encoded header without one goes up as it was spelled', () => {
  const mask = (text: string): string => text.replaceAll('hidden', 'größe');
  const encoded = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;
  const up = (name: string, value: string) =>
    upwardHeaders(new Map([[name, [value]]]), undefined, mask, NO_TRACE, NOTHING_MIRRORED).find(
      ([header]) => header === name,
    )?.[1];
  for (const name of ['mcp-name', 'mcp-param-region']) {
    assert.equal(up(name, encoded('a hidden word')), encoded('a größe word'));
    assert.equal(up(name, 'a hidden word'), encoded('a größe word'));
    assert.equal(up(name, encoded('harmless')), encoded('harmless'));
    assert.equal(up(name, 'harmless'), 'harmless');
  }
});

test("the session id that goes up is the upstream's own, never the client's", () => {
  const headers: Headers = new Map([['mcp-session-id', ['of-the-client']]]);
  assert.deepEqual(upwardHeaders(headers, undefined, same, NO_TRACE, NOTHING_MIRRORED), [ACCEPT]);
  assert.deepEqual(upwardHeaders(headers, 'of-the-server', same, NO_TRACE, NOTHING_MIRRORED), [
    ACCEPT,
    ['mcp-session-id', 'of-the-server'],
  ]);
});

test('trace context goes up as it came when it is valid, and not at all when it is not', () => {
  const up = (context: Record<string, string>, trace: UpwardTrace = NO_TRACE) =>
    Object.fromEntries(
      upwardHeaders(new Map(Object.entries(context).map(([name, value]) => [name, [value]])), undefined, same, trace),
    );
  const accept = ACCEPT[1];
  const came = { traceparent: PARENT, tracestate: 'a=b', baggage: 'user=ada' };
  assert.deepEqual(up(came), { accept, traceparent: PARENT, tracestate: 'a=b' });
  assert.deepEqual(up(came, { sent: undefined, passesBaggage: true }), { accept, ...came });
  assert.deepEqual(up({ ...came, traceparent: 'evil' }), { accept });
  assert.deepEqual(up({ ...came, tracestate: 'x'.repeat(600) }), { accept, traceparent: PARENT });
  const sent = { traceparent: PARENT.replace('00f067aa0ba902b7', '1111111111111111') };
  assert.deepEqual(up(came, { sent, passesBaggage: false }), { accept, ...sent });
});

test('a trace header with a secret in it stays here as a whole', () => {
  const headers: Headers = new Map([
    ['traceparent', [PARENT]],
    ['tracestate', ['a=hidden']],
    ['baggage', ['a=hidden']],
  ]);
  const mask = (text: string): string => text.replaceAll('hidden', '[SECRET]');
  assert.deepEqual(
    upwardHeaders(headers, undefined, mask, { sent: undefined, passesBaggage: true }, NOTHING_MIRRORED),
    [ACCEPT, ['traceparent', PARENT]],
  );
});

test("the caller's token goes up in no header, and the credential stands apart from what the client sent", async () => {
  const gateway = fakeGateway();
  const call = await recorded(gateway, {
    headers: {
      cookie: 'a=b',
      'x-api-key': 'k',
      baggage: `token=${ADA_TOKEN}`,
      'Mcp-Name': 'get_note',
      'x-forwarded-for': '1.2.3.4',
    },
  });
  const result = injectCredential(call, gateway);
  assert.ok(result.ok);
  const { sendable } = result.value;
  assert.deepEqual(
    sendable.headers.map(([name]) => name),
    ['accept', 'mcp-name'],
  );
  assert.equal(JSON.stringify(sendable.headers).includes(ADA_TOKEN), false);
  assert.equal(sendable.body.includes(ADA_TOKEN), false);
  assert.deepEqual(sendable.credential, [['authorization', `Bearer ${UPSTREAM_SECRET}`]]);
});

test('what goes up is the masked body under its own intent', async () => {
  const gateway = fakeGateway();
  const call = await recorded(gateway, { message: toolCall('get_note', { leak: UPSTREAM_SECRET }, 'id-7') });
  const result = injectCredential(call, gateway);
  assert.ok(result.ok);
  const { sendable } = result.value;
  assert.equal(sendable.body, call.masked.send);
  assert.equal(intentOf(sendable), call.intent);
  assert.deepEqual(
    [sendable.kind, sendable.idText, sendable.method, sendable.caller, sendable.timeoutMs],
    ['request', '"id-7"', 'tools/call', callerKey(ADA), gateway.limits.upstreamHeadersMs],
  );
});

test('a client that leaves cancels a modern call, and leaves a legacy one alone', async () => {
  const gateway = fakeGateway();
  const gone = new AbortController();
  const legacy = injectCredential(await recorded(gateway, { gone: gone.signal }), gateway);
  const modern = injectCredential(
    await recorded(gateway, {
      gone: gone.signal,
      headers: { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'get_note' },
    }),
    gateway,
  );
  assert.ok(legacy.ok && modern.ok);
  gone.abort();
  assert.deepEqual([legacy.value.sendable.signal.aborted, modern.value.sendable.signal.aborted], [false, true]);
  gateway.stop();
  assert.equal(legacy.value.sendable.signal.aborted, true);
});

test('where no message goes up, no header that would repeat one does', () => {
  const headers = new Map(
    ['mcp-method', 'mcp-name', 'mcp-param-q', 'accept', 'mcp-protocol-version'].map((name) => [name, ['x']]),
  );
  assert.deepEqual(
    upwardHeaders(headers, undefined, same, NO_TRACE).map(([name]) => name),
    ['accept', 'mcp-protocol-version'],
  );
});
