import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TileBuilder, tilePath } from '#ledger/verify/tiles.ts';
import { leafHash, merkleRoot } from '#test/golden/build.ts';

test('paths are the ones of the C2SP page', () => {
  assert.equal(tilePath(0, 1_234_067, 256), 'tile/0/x001/x234/067');
  assert.equal(tilePath(1, 0, 17), 'tile/1/000.p/17');
  assert.equal(tilePath('entries', 999, 256), 'tile/entries/999');
  assert.equal(tilePath('entries', 1000, 1), 'tile/entries/x001/000.p/1');
});

async function build(size: number): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const tiles = new TileBuilder((path, bytes) => {
    assert.equal(files.has(path), false, 'a file is written once');
    files.set(path, bytes);
    return Promise.resolve();
  });
  for (let index = 0; index < size; index += 1) {
    const leaf = Buffer.from(`leaf ${index}`);
    await tiles.add(leaf, leafHash(leaf));
  }
  await tiles.finish('note');
  return files;
}
const hashOf = (index: number): Buffer => leafHash(Buffer.from(`leaf ${index}`));

test('a tree of 70,000 has the tiles that the C2SP page names for it', async () => {
  const files = await build(70_000);
  const tilesOf = (level: number, partial: boolean): string[] =>
    [...files.keys()].filter((path) => path.startsWith(`tile/${level}/`) && path.includes('.p/') === partial);
  assert.equal(tilesOf(0, false).length, 273);
  assert.deepEqual(tilesOf(0, true), ['tile/0/273.p/112']);
  assert.deepEqual(tilesOf(1, false), ['tile/1/000']);
  assert.deepEqual(tilesOf(1, true), ['tile/1/001.p/17']);
  assert.deepEqual(tilesOf(2, true), ['tile/2/000.p/1']);
  assert.equal(files.get('checkpoint')?.toString(), 'note');
});

test('a tree of exactly 256 has one full tile, one partial tile above it and no empty one', async () => {
  const files = await build(256);
  assert.deepEqual([...files.keys()], ['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1', 'checkpoint']);
  const hashes = Array.from({ length: 256 }, (_, index) => hashOf(index));
  assert.deepEqual(files.get('tile/0/000'), Buffer.concat(hashes));
  assert.deepEqual(files.get('tile/1/000.p/1'), merkleRoot(hashes));
});

test('a bundle holds each leaf behind its length, big-endian', async () => {
  const files = await build(2);
  assert.deepEqual(files.get('tile/entries/000.p/2'), Buffer.from('\0\u0006leaf 0\0\u0006leaf 1'));
});
