import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { checkPieces, splitRecordBody } from '#ledger/verify/record-body.ts';

function body(
  leaf: Buffer,
  pieces: readonly Buffer[],
  lie: { leaf?: number; count?: number; length?: number } = {},
): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(lie.leaf ?? leaf.length, 0);
  head.writeUInt16LE(lie.count ?? pieces.length, 2);
  const parts = pieces.flatMap((piece) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(lie.length ?? piece.length);
    return [length, piece];
  });
  return Buffer.concat([head, leaf, ...parts]);
}
const leaf = Buffer.from('{}');
const piece = Buffer.alloc(50, 7);
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');

test('leaf and pieces come apart as they were put together, an empty piece included', () => {
  const split = splitRecordBody(body(leaf, [piece, Buffer.alloc(0)]));
  assert.ok(split.ok);
  assert.deepEqual(split.value, { leaf, pieces: [piece, Buffer.alloc(0)] });
});

test('every length that disagrees with the body is refused', () => {
  const wrong = [
    Buffer.alloc(3),
    body(leaf, [], { leaf: 3 }),
    body(Buffer.alloc(BOUNDS.leafBytes + 1), []),
    body(leaf, [piece], { count: 2 }),
    body(
      leaf,
      Array.from({ length: BOUNDS.piecesPerRecord + 1 }, () => piece),
    ),
    body(leaf, [piece], { count: 0 }),
    body(leaf, [piece], { length: 51 }),
    body(leaf, [piece], { length: 49 }),
    body(leaf, [Buffer.alloc(39)]),
    body(leaf, [Buffer.alloc(BOUNDS.piecePlainBytes + BOUNDS.pieceOverheadBytes + 1)]),
    Buffer.concat([body(leaf, [piece]), Buffer.alloc(1)]),
  ];
  for (const [index, bytes] of wrong.entries()) assert.equal(splitRecordBody(bytes).ok, false, `case ${index}`);
});

test('a piece with another hash is named, a removed one is not missed', () => {
  assert.equal(checkPieces([piece, Buffer.alloc(0)], [hash(piece), hash(leaf)]), undefined);
  assert.match(checkPieces([piece, leaf], [hash(piece), hash(piece)]) ?? '', /piece 1/);
  assert.match(checkPieces([piece], []) ?? '', /promises 0/);
});
