import assert from 'node:assert/strict';
import { test } from 'node:test';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { sseEvents } from '#upstream/http-events.ts';
import type { HttpBody } from '#upstream/http-exchange.ts';
import type { UpstreamFault } from '#upstream/port.ts';

function body(chunks: readonly (string | UpstreamFault | null)[]): HttpBody & { cancelled: boolean; reads: number } {
  const self = {
    cancelled: false,
    reads: 0,
    read: async (): Promise<Result<Buffer | null, UpstreamFault>> => {
      const chunk = chunks[self.reads++] ?? null;
      if (chunk === null) return ok(null);
      return typeof chunk === 'string' ? ok(Buffer.from(chunk)) : err(chunk);
    },
    cancel: () => void (self.cancelled = true),
    untimed: () => {},
  };
  return self;
}

async function all(source: HttpBody): Promise<string[]> {
  const found: string[] = [];
  for await (const event of sseEvents(source, { messageBytes: 8 }))
    found.push(event.ok ? event.value.data.toString() : event.error.reason);
  return found;
}

test('events come however they are cut, an unfinished last one does not', async () => {
  assert.deepEqual(await all(body(['da', 'ta: a\n', '\ndata: b\n\ndata: c'])), ['a', 'b']);
});

test('an event beyond the bound ends the stream, finished or not, after those before it', async () => {
  const large = body(['data: a\n\ndata: 123456789\n\ndata: b\n\n']);
  assert.deepEqual(await all(large), ['a', 'message_too_large']);
  assert.equal(large.cancelled, true);
  assert.deepEqual(await all(body([`: ${'x'.repeat(40_000)}`])), ['message_too_large']);
});

test('a fault of the connection is the last element', async () => {
  const fault: UpstreamFault = { code: 'upstream_unavailable', executed: 'unknown', reason: 'connection_lost' };
  assert.deepEqual(await all(body(['data: a\n\n', fault, 'data: b\n\n'])), ['a', 'connection_lost']);
});

test('nothing is read ahead, and leaving early closes the stream', async () => {
  const source = body(['data: a\n\n', 'data: b\n\n']);
  for await (const event of sseEvents(source, { messageBytes: 8 })) {
    assert.ok(event.ok);
    break;
  }
  assert.equal(source.reads, 1);
  assert.equal(source.cancelled, true);
});
