import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LIMITS } from '#limits.ts';
import { openBlob, pieceCount, pieceKeyName, plainBytes, sealBlob, sealedBytes } from '#ledger/blob.ts';
import type { SealedBlob } from '#ledger/blob.ts';

const of = { origin: 'acme/a', call: 'a'.repeat(26), kind: 'result' };
const pieceKey = {
  day: 20_000,
  subject: Buffer.from('0123456789abcdef', 'hex'),
  key: createSecretKey(randomBytes(32)),
};

function seal(header: string, payload: Buffer | null): { blob: SealedBlob; steps: number } {
  const sealing = sealBlob(of, Buffer.from(header), payload, pieceKey, randomBytes);
  for (let steps = 1; ; steps += 1) {
    const step = sealing.next();
    if (step.done === true) return { blob: step.value, steps };
  }
}
const keysFor = (blob: SealedBlob) => blob.pieces.map(() => pieceKey.key);

test('what is sealed opens to the same header and payload, and takes the bytes announced', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.option(fc.uint8Array({ maxLength: 500 })), (header, raw) => {
      const payload = raw === null ? null : Buffer.from(raw);
      const { blob, steps } = seal(header, payload);
      const opened = openBlob(of, blob, blob.pieces, keysFor(blob));
      assert.ok(opened.ok);
      assert.deepEqual(opened.value, { header: Buffer.from(header), payload });
      assert.equal(steps, 1, 'a small record is sealed in one step');
      assert.equal(
        blob.pieces.reduce((sum, piece) => sum + piece.length, 0),
        sealedBytes(plainBytes(Buffer.byteLength(header), payload?.length ?? 0)),
      );
    }),
  );
});

test('a large payload is cut at one mebibyte of plaintext and sealed in steps', () => {
  const payload = randomBytes(2 * LIMITS.blobPieceBytes);
  const { blob, steps } = seal('{}', payload);
  assert.equal(blob.pieces.length, 3);
  assert.equal(blob.pieces.length, pieceCount(plainBytes(2, payload.length)));
  assert.equal(blob.pieces[0]?.length, LIMITS.blobPieceBytes + 40);
  assert.ok(steps >= 3);
  const opened = openBlob(of, blob, blob.pieces, keysFor(blob));
  assert.ok(opened.ok && opened.value.payload?.equals(payload));
});

test('a blob does not open as another call, kind or log, with another key, or with pieces swapped', () => {
  const { blob } = seal('{}', randomBytes(LIMITS.blobPieceBytes * 2));
  const open = (change: Partial<typeof of>, pieces = blob.pieces, keys = keysFor(blob)) =>
    openBlob({ ...of, ...change }, blob, pieces, keys).ok;
  assert.ok(open({}));
  assert.ok(!open({ call: 'b'.repeat(26) }));
  assert.ok(!open({ kind: 'intent' }));
  assert.ok(!open({ origin: 'acme/b' }));
  assert.ok(
    !open(
      {},
      [blob.pieces[1], blob.pieces[0], blob.pieces[2]].filter((piece) => piece !== undefined),
    ),
  );
  assert.ok(!open({}, blob.pieces.slice(0, 2)));
  assert.ok(
    !open(
      {},
      blob.pieces,
      blob.pieces.map(() => createSecretKey(randomBytes(32))),
    ),
  );
});

test('a header or payload that does not match its commitment is refused though it decrypts', () => {
  const { blob } = seal('{}', Buffer.from('payload'));
  const other = seal('{}', Buffer.from('payload')).blob;
  assert.match(
    JSON.stringify(openBlob(of, { hc: other.hc, pc: blob.pc }, blob.pieces, keysFor(blob))),
    /header does not match/,
  );
  assert.match(
    JSON.stringify(openBlob(of, { hc: blob.hc, pc: other.pc }, blob.pieces, keysFor(blob))),
    /payload does not match/,
  );
  assert.match(
    JSON.stringify(openBlob(of, { hc: blob.hc, pc: null }, blob.pieces, keysFor(blob))),
    /without a commitment/,
  );
});

test('the same content twice shares no commitment, no ciphertext and no nonce', () => {
  const [a, b] = [seal('{}', Buffer.from('same')).blob, seal('{}', Buffer.from('same')).blob];
  assert.notEqual(a.hc, b.hc);
  assert.notEqual(a.pc, b.pc);
  assert.notDeepEqual(a.pieces[0]?.subarray(12, 24), b.pieces[0]?.subarray(12, 24));
});

test('a piece names its keys, a stub of a piece names none', () => {
  const { blob } = seal('{}', null);
  assert.deepEqual(pieceKeyName(blob.pieces[0] ?? Buffer.alloc(0)), { day: 20_000, subject: pieceKey.subject });
  assert.equal(pieceKeyName(Buffer.alloc(39)), undefined);
});
