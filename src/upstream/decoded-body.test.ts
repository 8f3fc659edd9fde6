import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  brotliCompressSync,
  constants,
  createGzip,
  createZstdCompress,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { decodedBody } from '#upstream/decoded-body.ts';
import type { HttpBody } from '#upstream/http-exchange.ts';
import type { UpstreamFault } from '#upstream/port.ts';

const LIMITS = { messageBytes: 1024, decodedTimes: 100 };
const TEXT = 'data: {"jsonrpc":"2.0"}\n\n'.repeat(20);
const GONE: UpstreamFault = { code: 'upstream_unavailable', executed: 'unknown', reason: 'connection_lost' };

/** Gives these chunks one by one and counts how far it was read. */
function coded(chunks: Iterable<Result<Buffer, UpstreamFault>>): HttpBody & { reads: number; isCancelled: boolean } {
  const rest = chunks[Symbol.iterator]();
  const body = {
    reads: 0,
    isCancelled: false,
    async read() {
      body.reads += 1;
      const next = rest.next();
      return next.done === true ? ok(null) : next.value;
    },
    cancel: () => void (body.isCancelled = true),
    untimed: () => undefined,
  };
  return body;
}
const inPieces = (bytes: Buffer, size: number): Result<Buffer, UpstreamFault>[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => ok(bytes.subarray(at * size, (at + 1) * size)));

function decode(coding: string | string[] | undefined, body: HttpBody, limits = LIMITS): HttpBody {
  const decoded = decodedBody({ headers: { 'content-encoding': coding as string }, body }, limits);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded.value;
}

async function all(body: HttpBody): Promise<string> {
  let text = '';
  for (;;) {
    const chunk = await body.read();
    if (!chunk.ok) return `${text.length} then ${chunk.error.reason}`;
    if (chunk.value === null) return text;
    text += chunk.value.toString();
  }
}

const CODINGS = {
  gzip: gzipSync(TEXT),
  'x-gzip': gzipSync(TEXT),
  GZip: gzipSync(TEXT),
  deflate: deflateSync(TEXT),
  br: brotliCompressSync(TEXT),
  zstd: zstdCompressSync(TEXT),
};

test('each coding in use is decoded, however it is cut', async () => {
  for (const [coding, bytes] of Object.entries(CODINGS))
    for (const size of [1, 7, bytes.length])
      assert.equal(await all(decode(coding, coded(inPieces(bytes, size)))), TEXT);
});

test('an uncoded body is the body itself', () => {
  const body = coded([]);
  for (const coding of [undefined, 'identity', ' Identity ']) assert.equal(decode(coding, body), body);
});

test('several codings, or one nobody knows, are refused unread', () => {
  const body = coded([ok(CODINGS.gzip)]);
  for (const coding of ['gzip, br', 'gzip,gzip', 'compress', 'aes128gcm', '', ['gzip', 'br']]) {
    const refused = decodedBody({ headers: { 'content-encoding': coding as string }, body }, LIMITS);
    assert.deepEqual(refused, err({ code: 'upstream_invalid', executed: 'unknown', reason: 'content_encoding' }));
  }
  assert.equal(body.reads, 0);
});

test('what is said at once is decoded at once: an event is not kept for the next', async () => {
  for (const coder of [createGzip(), createZstdCompress()]) {
    const sent: Result<Buffer, UpstreamFault>[] = [];
    coder.on('data', (chunk: Buffer) => sent.push(ok(chunk)));
    const flushed = (text: string): Promise<void> =>
      new Promise((resolve) => {
        coder.write(text);
        coder.flush(
          coder instanceof createGzip().constructor ? constants.Z_SYNC_FLUSH : constants.ZSTD_e_flush,
          resolve,
        );
      });
    await flushed('data: 1\n\n');
    const first = sent.splice(0);
    const stuck = Promise.withResolvers<Result<Buffer | null, UpstreamFault>>();
    const body: HttpBody = {
      read: () => (first.length > 0 ? Promise.resolve(first.shift() ?? ok(null)) : stuck.promise),
      cancel: () => stuck.resolve(err(GONE)),
      untimed: () => undefined,
    };
    const decoded = decode(coder instanceof createGzip().constructor ? 'gzip' : 'zstd', body);
    const chunk = await decoded.read();
    assert.equal(chunk.ok && chunk.value?.toString(), 'data: 1\n\n');
    const waiting = decoded.read();
    decoded.cancel();
    const cancelled = await waiting;
    assert.equal(!cancelled.ok && cancelled.error.reason, 'cancelled');
    coder.destroy();
  }
});

test('far more than was sent is not read on, and the exchange is cancelled', async () => {
  const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024));
  const body = coded(inPieces(bomb, 512));
  assert.match(await all(decode('gzip', body)), /^\d+ then content_encoding_ratio$/);
  assert.equal(body.isCancelled, true);
  assert.ok(body.reads <= 4, `${body.reads} pieces were read`);
});

test('what only one message may hold is bounded by its size, and a stream of honest ones is not', async () => {
  const lines = Array.from({ length: 5_000 }, (_, at) => `data: ${at * 7919}\n\n`).join('');
  assert.equal(await all(decode('gzip', coded(inPieces(gzipSync(lines), 4_096)))), lines);
});

test('a cut, bent or foreign body is a fault, and the same one again', async () => {
  const whole = CODINGS.gzip;
  const bent = Buffer.from(whole);
  bent.writeUInt8(bent.readUInt8(20) ^ 0xff, 20);
  for (const bytes of [whole.subarray(0, -5), bent, Buffer.from(TEXT)]) {
    const decoded = decode('gzip', coded([ok(bytes)]));
    assert.match(await all(decoded), /then content_encoding$/);
    const again = await decoded.read();
    assert.equal(!again.ok && again.error.reason, 'content_encoding');
  }
});

test('a fault of the exchange is told as it is', async () => {
  assert.match(await all(decode('gzip', coded([ok(CODINGS.gzip.subarray(0, 15)), err(GONE)]))), /connection_lost$/);
});

test('a zstd frame that asks for more memory than the coding allows is refused', async () => {
  const greedy = zstdCompressSync(Buffer.alloc(32 * 1024 * 1024, 'ab'), {
    params: { [constants.ZSTD_c_windowLog]: 25, [constants.ZSTD_c_contentSizeFlag]: 0 },
  });
  assert.match(await all(decode('zstd', coded([ok(greedy)]))), /content_encoding/);
});
