/**
 * The hashes of the ledger's tree, kept with the index so that a proof need not read the whole book: tiles of 256, level by
 * level, as C2SP tlog-tiles has them. In `meta.db`, so that they say exactly as much as the rest of the index does.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { SubtreeRoot } from '#ledger/inclusion-proof.ts';
import { HASH_BYTES, nodeHash } from '#ledger/merkle.ts';

const TILE_HASHES = 256;
const TILE_HEIGHT = 8;
/** Tiles of a level are numbered from here on; 2^53 records fill seven levels. */
const LEVEL_IDS = 2 ** 48;

const idOf = (level: number, tile: number): number => level * LEVEL_IDS + tile;

/** Leaf hashes that `meta` holds. */
export function treeSize(meta: DatabaseSync): number {
  const last = meta
    .prepare('SELECT id, length(hashes) AS bytes FROM tree WHERE id < ? ORDER BY id DESC LIMIT 1')
    .get(LEVEL_IDS) as { readonly id: number; readonly bytes: number } | undefined;
  return last === undefined ? 0 : last.id * TILE_HASHES + last.bytes / HASH_BYTES;
}

/** Roots of complete subtrees, as far as `treeSize` goes; throws beyond. */
export function treeSubtrees(meta: DatabaseSync): SubtreeRoot {
  const select = meta.prepare('SELECT hashes FROM tree WHERE id = ?');
  const tiles = new Map<number, Buffer>();
  const tileOf = (level: number, tile: number): Buffer => {
    const id = idOf(level, tile);
    const known = tiles.get(id) ?? bytesOf((select.get(id) as { readonly hashes: Uint8Array } | undefined)?.hashes);
    tiles.set(id, known);
    return known;
  };
  return (height, at) => {
    const level = Math.floor(height / TILE_HEIGHT);
    const count = 2 ** (height % TILE_HEIGHT);
    const first = (at * count) % TILE_HASHES;
    const tile = tileOf(level, Math.floor((at * count) / TILE_HASHES));
    const hashes = tile.subarray(first * HASH_BYTES, (first + count) * HASH_BYTES);
    if (hashes.length !== count * HASH_BYTES) throw new RangeError('the tree does not go so far');
    return rootOf(hashes);
  };
}

/** Writes inside whatever transaction is open. */
export class TreeWriter {
  readonly #meta: DatabaseSync;
  /** The last tile of each level, not full yet. */
  readonly #open: { tile: number; hashes: Buffer[]; changed: boolean }[] = [];
  #size: number;

  constructor(meta: DatabaseSync) {
    this.#meta = meta;
    this.#size = treeSize(meta);
    for (
      let [level, count] = [0, this.#size];
      count > 0;
      [level, count] = [level + 1, Math.floor(count / TILE_HASHES)]
    ) {
      const tile = Math.floor(count / TILE_HASHES);
      const row = meta.prepare('SELECT hashes FROM tree WHERE id = ?').get(idOf(level, tile)) as
        | { readonly hashes: Uint8Array }
        | undefined;
      this.#open.push({ tile, hashes: split(bytesOf(row?.hashes)), changed: false });
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Takes the next record and no other: one read again changes nothing, and behind a gap the tree does not grow. */
  append(n: number, leafHash: Buffer): void {
    if (n !== this.#size) return;
    this.#size += 1;
    this.#push(0, leafHash);
  }

  flush(): void {
    for (const [level, { tile, hashes, changed }] of this.#open.entries())
      if (changed && hashes.length > 0) this.#write(level, tile, hashes);
    for (const open of this.#open) open.changed = false;
  }

  #push(level: number, hash: Buffer): void {
    const open = (this.#open[level] ??= { tile: 0, hashes: [], changed: false });
    open.hashes.push(hash);
    open.changed = true;
    if (open.hashes.length < TILE_HASHES) return;
    const { tile, hashes } = open;
    this.#write(level, tile, hashes);
    this.#open[level] = { tile: tile + 1, hashes: [], changed: false };
    this.#push(level + 1, rootOf(Buffer.concat(hashes)));
  }

  #write(level: number, tile: number, hashes: readonly Buffer[]): void {
    this.#meta
      .prepare('INSERT OR REPLACE INTO tree (id, hashes) VALUES (?, ?)')
      .run(idOf(level, tile), Buffer.concat(hashes));
  }
}

const bytesOf = (bytes: Uint8Array | undefined): Buffer =>
  bytes === undefined ? Buffer.alloc(0) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const split = (bytes: Buffer): Buffer[] =>
  Array.from({ length: bytes.length / HASH_BYTES }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));

/** Root of a complete subtree over the hashes one beside the other. */
function rootOf(hashes: Buffer): Buffer {
  let row = split(hashes);
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, at) =>
      nodeHash(row[2 * at] ?? Buffer.alloc(0), row[2 * at + 1] ?? Buffer.alloc(0)),
    );
  }
  return row[0] ?? Buffer.alloc(0);
}
