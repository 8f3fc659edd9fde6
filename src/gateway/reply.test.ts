import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { createReply } from '#gateway/reply.ts';

/** A client's end of a connection that takes bytes only when the test says so. */
class Wire extends Socket {
  readonly taken: Buffer[] = [];
  reading = true;
  #held: (() => void) | undefined;

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.taken.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, encoding));
    if (this.reading) done();
    else this.#held = done;
  }
  override _writev(
    chunks: { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }[],
    done: (error?: Error) => void,
  ): void {
    for (const { chunk, encoding } of chunks.slice(0, -1)) this.taken.push(Buffer.from(chunk as string, encoding));
    const last = chunks.at(-1);
    if (last !== undefined) this._write(last.chunk, last.encoding, done);
  }
  readOn(): void {
    this.reading = true;
    const done = this.#held;
    this.#held = undefined;
    done?.();
  }
  get text(): string {
    return Buffer.concat(this.taken).toString();
  }
}

function open(stallMs = 60_000, quietMs = 60_000) {
  const wire = new Wire();
  const request = new IncomingMessage(wire);
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  const response = new ServerResponse(request);
  response.assignSocket(wire);
  // As the server of node:http does.
  wire.on('drain', () => response.emit('drain'));
  return { wire, response, reply: createReply(response, { stallMs, quietMs }) };
}
/** What was written in this turn goes to the socket in the next. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
/** More than a socket buffers: `write` says to wait. */
const LARGE = Buffer.alloc(256 * 1024, 0x61);

test('a JSON answer is one body of stated type and length', async () => {
  const { wire, reply } = open();
  assert.equal(reply.started(), false);
  assert.equal(await reply.json(502, [['x-gatebook-call', 'c']], '{"é":1}', 'application/problem+json'), 'sent');
  assert.match(wire.text, /^HTTP\/1\.1 502 /);
  for (const line of ['x-gatebook-call: c', 'content-type: application/problem+json', 'content-length: 8'])
    assert.ok(wire.text.toLowerCase().includes(`\r\n${line}\r\n`), line);
  assert.ok(wire.text.endsWith('\r\n\r\n{"é":1}'));
  assert.equal(reply.started(), true);
});

test('an answer without a body has none', async () => {
  const { wire, reply } = open();
  assert.equal(await reply.empty(202, []), 'sent');
  assert.match(wire.text, /^HTTP\/1\.1 202 /);
  assert.ok(wire.text.split('\r\n\r\n')[1]?.replace(/^0$/, '') === '');
});

test('the first event brings the head of a stream that nobody may hold back, further ones only themselves', async () => {
  const { wire, reply } = open();
  assert.equal(await reply.event('data: 1\n\n', [['mcp-session-id', 's']]), 'sent');
  await turn();
  const head = wire.text.toLowerCase();
  for (const line of [
    'mcp-session-id: s',
    'content-type: text/event-stream',
    'cache-control: no-cache, no-transform',
    'x-accel-buffering: no',
  ])
    assert.ok(head.includes(`\r\n${line}\r\n`), line);
  assert.equal(await reply.event('data: 2\n\n', [['x-later', 'never']]), 'sent');
  await turn();
  assert.equal(wire.text.includes('x-later'), false);
  assert.match(wire.text, /data: 1[\s\S]*data: 2/);
  reply.end();
  reply.end();
});

test('an event waits until the client has taken it', async () => {
  const { wire, reply } = open();
  wire.reading = false;
  let settled = false;
  const sending = reply.event(LARGE, []).then((delivery) => {
    settled = true;
    return delivery;
  });
  await turn();
  assert.equal(settled, false);
  wire.readOn();
  assert.equal(await sending, 'sent');
});

test('a client that takes nothing for too long is cut off', async () => {
  const { wire, response, reply } = open(1);
  wire.reading = false;
  assert.equal(await reply.event(LARGE, []), 'gone');
  assert.equal(response.destroyed, true);
  assert.equal(reply.gone(), true);
  assert.equal(await reply.event('data: 1\n\n', []), 'gone');
});

test('a client that leaves while an event waits is gone at once, and no listener stays', async () => {
  const { wire, response, reply } = open();
  const [drains, closes] = [response.listenerCount('drain'), response.listenerCount('close')];
  wire.reading = false;
  const sending = reply.event(LARGE, []);
  response.destroy();
  assert.equal(await sending, 'gone');
  assert.equal(reply.gone(), true);
  assert.deepEqual([response.listenerCount('drain'), response.listenerCount('close')], [drains, closes]);
});

test('nothing is written to a client that has left', async () => {
  const { wire, response, reply } = open();
  response.destroy();
  assert.deepEqual(
    [await reply.json(200, [], '{}'), await reply.empty(202, []), await reply.event('data: 1\n\n', [])],
    ['gone', 'gone', 'gone'],
  );
  assert.equal(wire.text, '');
});

test('nothing follows the end of an answer, not even while its client still reads it', async () => {
  const { wire, response, reply } = open();
  const errors: unknown[] = [];
  response.on('error', (error) => errors.push(error));
  wire.reading = false;
  const answering = reply.json(200, [], LARGE);
  const later = [reply.event('data: 1\n\n', []), reply.json(200, [], '{}'), reply.empty(202, [])];
  reply.end();
  await turn();
  wire.readOn();
  assert.equal(await answering, 'sent');
  assert.deepEqual(await Promise.all(later), ['gone', 'gone', 'gone']);
  await turn();
  assert.deepEqual(errors, []);
  assert.ok(wire.text.endsWith(`\r\n\r\n${LARGE.toString()}`));
});

test('a client that has not taken all is cut off without the rest, and one that has is left alone', async () => {
  const { wire, response, reply } = open();
  await reply.event('data: taken\n\n', []);
  await turn();
  // Written and not on the wire yet: the client has had no chance to take it.
  await reply.event('data: just now\n\n', []);
  reply.dropUnsent();
  await turn();
  assert.equal(response.destroyed, false);
  assert.match(wire.text, /just now/);
  wire.reading = false;
  await reply.event('data: on its way\n\n', []);
  await turn();
  void reply.event('data: held back\n\n', []);
  reply.dropUnsent();
  await turn();
  assert.equal(response.destroyed, true);
  assert.doesNotMatch(wire.text, /held back/);
});

test('a comment sends the head of a stream once, waits for nobody who does not read, and follows no end', async () => {
  const { wire, reply } = open();
  reply.comment([['x-gatebook-call', 'c1']]);
  await turn();
  assert.match(wire.text, /^HTTP\/1\.1 200 .*x-gatebook-call: c1.*text\/event-stream/is);
  assert.equal(reply.released(), false);
  const first = wire.text.length;
  reply.comment([]);
  await turn();
  assert.ok(wire.text.length > first);
  reply.end();
  await turn();
  const ended = wire.text.length;
  reply.comment([]);
  await turn();
  assert.equal(wire.text.length, ended);
});
