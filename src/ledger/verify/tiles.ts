/**
 * A log as C2SP tlog-tiles (https://c2sp.org/tlog-tiles): Merkle tree tiles of 256 hashes and entry bundles, as a finite
 * set of files that other people's tools verify. Makes paths and bytes; whoever calls it has verified the records and
 * decides where the files go.
 */
import { MerkleEdge } from '#ledger/verify/tree.ts';

const TILE_WIDTH = 256;

/** Takes one finished file; `path` is relative to the log's prefix and uses `/`. */
export type TileSink = (path: string, bytes: Buffer) => Promise<void>;

type Level = { readonly hashes: Buffer[]; tiles: number };

/** `tile/<L>/<N>[.p/<W>]`: N in groups of three digits, all but the last behind an `x`; W only of a partial tile. */
export function tilePath(level: number | 'entries', index: number, width: number): string {
  const groups: string[] = [];
  let rest = index;
  do {
    groups.unshift(String(rest % 1000).padStart(3, '0'));
    rest = Math.floor(rest / 1000);
  } while (rest > 0);
  const path = groups.map((group, place) => (place === groups.length - 1 ? group : `x${group}`)).join('/');
  return `tile/${level}/${path}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

/** Streams records into tiles; holds one unfinished tile per level and one unfinished bundle. */
export class TileBuilder {
  readonly #sink: TileSink;
  readonly #levels: Level[] = [];
  #bundle: Buffer[] = [];
  #bundles = 0;

  constructor(sink: TileSink) {
    this.#sink = sink;
  }

  /** The next record: the exact bytes of its leaf and their RFC 6962 leaf hash. */
  async add(leaf: Buffer, hash: Buffer): Promise<void> {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(leaf.length);
    this.#bundle.push(length, Buffer.from(leaf));
    if (this.#bundle.length === 2 * TILE_WIDTH) await this.#writeBundle();
    await this.#addHash(0, hash);
  }

  /** Writes the partial tiles of the final size, then the checkpoint that makes them one log. */
  async finish(checkpoint: string): Promise<void> {
    if (this.#bundle.length > 0) await this.#writeBundle();
    for (const [level, { hashes, tiles }] of this.#levels.entries()) {
      // "The partial tile at level l MUST NOT be hashed into a tile at the level above. Empty tiles MUST NOT be served."
      if (hashes.length > 0) await this.#sink(tilePath(level, tiles, hashes.length), Buffer.concat(hashes));
    }
    await this.#sink('checkpoint', Buffer.from(checkpoint));
  }

  async #addHash(level: number, hash: Buffer): Promise<void> {
    const at = (this.#levels[level] ??= { hashes: [], tiles: 0 });
    at.hashes.push(hash);
    if (at.hashes.length < TILE_WIDTH) return;
    const full = at.hashes.splice(0);
    await this.#sink(tilePath(level, at.tiles, TILE_WIDTH), Buffer.concat(full));
    at.tiles += 1;
    const subtree = new MerkleEdge();
    for (const one of full) subtree.append(one);
    await this.#addHash(level + 1, subtree.root());
  }

  async #writeBundle(): Promise<void> {
    const bundle = this.#bundle;
    this.#bundle = [];
    await this.#sink(tilePath('entries', this.#bundles, bundle.length / 2), Buffer.concat(bundle));
    this.#bundles += 1;
  }
}
