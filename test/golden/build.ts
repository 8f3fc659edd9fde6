/**
 * Builds small ledgers in memory straight from docs/ledger-format.md, for the verifier's tests and attacks. Shares no
 * code with the writer nor with the verifier, so that a misreading of the page by either of them shows up here.
 * Everything is derived from a counter: the same calls give the same bytes.
 */
import {
  type KeyObject,
  createCipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
} from 'node:crypto';
import { crc32 } from 'node:zlib';

export type Files = Map<string, Buffer>;

export type DraftRecord = {
  readonly kind: string;
  readonly st: string;
  readonly call?: string;
  readonly ref?: number | null;
  readonly header?: string;
  readonly payload?: Buffer | null;
  readonly subject?: string;
  readonly mask?: unknown;
  readonly pol?: string | null;
  /** Overrides keys of the leaf, for leaves that lie. */
  readonly leaf?: Readonly<Record<string, unknown>>;
  /** Overrides the spelling of the leaf. */
  readonly leafText?: (canonical: string) => string;
  /** Replaces the plaintext of the blob before it is sealed. */
  readonly plain?: (plain: Buffer) => Buffer;
  /** Replaces stored pieces after their hashes were taken. */
  readonly stored?: (pieces: Buffer[]) => Buffer[];
};

export type LogOptions = {
  readonly origin?: string;
  readonly segmentBytes?: number;
  /** A different one signs with a different key. */
  readonly seed?: string;
  readonly pieceBytes?: number;
};

const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const u16 = (n: number): Buffer => Buffer.from([n & 0xff, n >> 8]);
const u32 = (n: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
};
const u64 = (n: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(n));
  return bytes;
};
const hkdf = (ikm: Buffer, info: Buffer): Buffer => Buffer.from(hkdfSync('sha256', ikm, '', info, 32));

export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
};

export const frame = (type: 'H' | 'R' | 'C', body: Buffer): Buffer => {
  const head = Buffer.concat([Buffer.from([type.charCodeAt(0), 0, 0, 0]), u32(body.length), u32(crc32(body))]);
  return Buffer.concat([head, u32(crc32(head)), body]);
};

export const leafHash = (leaf: Uint8Array): Buffer => sha256(Buffer.from([0]), leaf);

/** RFC 6962 section 2.1, written as the recursion of the RFC. */
export const merkleRoot = (hashes: readonly Buffer[]): Buffer => {
  const [only] = hashes;
  if (only === undefined) return sha256();
  if (hashes.length === 1) return only;
  const split = largestPowerBelow(hashes.length);
  return sha256(Buffer.from([1]), merkleRoot(hashes.slice(0, split)), merkleRoot(hashes.slice(split)));
};
const largestPowerBelow = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1);

export const rightEdge = (hashes: readonly Buffer[]): Buffer[] => {
  const edge: Buffer[] = [];
  for (let at = 0; at < hashes.length;) {
    const width = 2 ** Math.floor(Math.log2(hashes.length - at));
    edge.push(merkleRoot(hashes.slice(at, at + width)));
    at += width;
  }
  return edge;
};

const signingKey = (seed: Buffer): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });

export class LogBuilder {
  readonly origin: string;
  readonly segmentBytes: number;
  readonly vkey: string;
  readonly hashes: Buffer[] = [];
  readonly leaves: Buffer[] = [];
  /** Issued checkpoints, by size. */
  readonly checkpoints = new Map<number, string>();
  /** The frames of each segment, in order, so that an attack can rearrange them. */
  readonly segments: Buffer[][] = [];
  readonly open = new Map<number, string>();
  readonly #key: KeyObject;
  readonly #keyId: Buffer;
  readonly #pieceBytes: number;
  readonly #master = sha256('master');
  readonly #ring = new Map<string, Buffer>();
  #drawn = 0;

  constructor(options: LogOptions = {}) {
    this.origin = options.origin ?? 'acme/a';
    this.segmentBytes = options.segmentBytes ?? 64 * 1024;
    this.#pieceBytes = options.pieceBytes ?? 1024 * 1024;
    this.#key = signingKey(sha256(options.seed ?? 'log key'));
    const jwk = createPublicKey(this.#key).export({ format: 'jwk' });
    const material = Buffer.concat([Buffer.from([1]), Buffer.from(jwk.x ?? '', 'base64url')]);
    this.#keyId = sha256(`${this.origin}\n`, material).subarray(0, 4);
    this.vkey = `${this.origin}+${this.#keyId.toString('hex')}+${material.toString('base64')}`;
    this.roll();
  }

  get size(): number {
    return this.hashes.length;
  }

  random(length: number): Buffer {
    this.#drawn += 1;
    return hkdf(Buffer.from(String(this.#drawn)), Buffer.from('random')).subarray(0, length);
  }

  callId(): string {
    const bytes = this.random(26);
    return [...bytes].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('');
  }

  headerBody(override: Readonly<Record<string, unknown>> = {}): Buffer {
    return Buffer.from(
      canonical({
        format: 'gatebook-ledger',
        v: 1,
        origin: this.origin,
        segment: this.segments.length,
        size: this.segmentBytes,
        first: this.size,
        edge: rightEdge(this.hashes).map((hash) => hash.toString('base64')),
        open: [...this.open].sort(([a], [b]) => a - b),
        keys: [this.vkey],
        t: 1_760_000_000_000,
        ...override,
      }),
    );
  }

  /** Begins the next segment. */
  roll(override: Readonly<Record<string, unknown>> = {}): void {
    this.segments.push([Buffer.from('GBSEG01\n'), frame('H', this.headerBody(override))]);
  }

  /** Appends a batch with its commit; begins a new segment when it does not fit. Returns the first index. */
  batch(drafts: readonly DraftRecord[], commit: CommitOptions = {}): number {
    const first = this.size;
    const openBefore = [...this.open];
    const frames = drafts.map((draft) => this.record(draft));
    const bytes = frames.reduce((sum, one) => sum + one.length, 0) + 1_024;
    const current = this.segments.at(-1) ?? [];
    if (current.length > 2 && lengthOf(current) + bytes > this.segmentBytes) {
      const [hashes, openAfter] = [this.hashes.splice(first), [...this.open]];
      this.#setOpen(openBefore);
      this.roll();
      this.hashes.push(...hashes);
      this.#setOpen(openAfter);
    }
    (this.segments.at(-1) ?? []).push(...frames, this.commitFrame(first, drafts.length, commit));
    return first;
  }

  #setOpen(entries: readonly (readonly [number, string])[]): void {
    this.open.clear();
    for (const [n, call] of entries) this.open.set(n, call);
  }

  /** Adds one record to the tree and returns its frame. */
  record(draft: DraftRecord): Buffer {
    const { body, leaf } = this.recordBody(draft, this.size);
    if (draft.kind === 'intent') this.open.set(this.size, draft.call ?? '');
    if (draft.kind === 'result' || draft.kind === 'orphan') this.open.delete(draft.ref ?? -1);
    this.leaves.push(leaf);
    this.hashes.push(leafHash(leaf));
    return frame('R', body);
  }

  recordBody(draft: DraftRecord, n: number): { readonly body: Buffer; readonly leaf: Buffer } {
    const call = draft.call ?? this.callId();
    const header = Buffer.from(draft.header ?? '{"method":"tools/call"}');
    const payload = draft.payload ?? null;
    const [hs, ps] = [this.random(32), this.random(32)];
    const plain = Buffer.concat([hs, ps, u32(header.length), header, payload ?? Buffer.alloc(0)]);
    const pieces = this.#seal(
      draft.plain?.(plain) ?? plain,
      draft.subject ?? 'okta\nada',
      `${this.origin}\n${call}\n${draft.kind}`,
    );
    const leafText = canonical({
      v: 1,
      n,
      t: 1_760_000_000_000 + n,
      kind: draft.kind,
      call,
      ref: draft.ref ?? null,
      st: draft.st,
      hc: sha256('gatebook/v1/header\0', hs, header).toString('base64'),
      pc: payload === null ? null : sha256('gatebook/v1/payload\0', ps, payload).toString('base64'),
      bc: pieces.map((piece) => sha256(piece).toString('base64')),
      mask: draft.mask ?? { n: 0 },
      pol: draft.pol ?? null,
      ...draft.leaf,
    });
    const leaf = Buffer.from(draft.leafText?.(leafText) ?? leafText);
    const stored = draft.stored?.(pieces) ?? pieces;
    const parts = stored.flatMap((piece) => [u32(piece.length), piece]);
    return { body: Buffer.concat([u16(leaf.length), u16(stored.length), leaf, ...parts]), leaf };
  }

  #seal(plain: Buffer, subject: string, aad: string): Buffer[] {
    const day = 20_370;
    const subjectId = sha256(subject).toString('hex').slice(0, 16);
    const [dayKey, subjectKey] = [this.#keyOf(`day:${day}`), this.#keyOf(`subject:${subjectId}`)];
    const info = Buffer.concat([Buffer.from('gatebook/v1/blob\0'), u32(day), Buffer.from(subjectId, 'hex')]);
    const key = hkdf(Buffer.concat([dayKey, subjectKey]), info);
    const count = Math.max(1, Math.ceil(plain.length / this.#pieceBytes));
    return Array.from({ length: count }, (_, index) => {
      const cut = plain.subarray(index * this.#pieceBytes, (index + 1) * this.#pieceBytes);
      const head = Buffer.concat([u32(day), Buffer.from(subjectId, 'hex')]);
      return Buffer.concat([head, this.#encrypt(key, cut, `${aad}\n${index}/${count}`)]);
    });
  }

  #keyOf(id: string): Buffer {
    const key = this.#ring.get(id) ?? sha256('ring', id);
    this.#ring.set(id, key);
    return key;
  }

  #encrypt(key: Buffer, plain: Buffer, aad: string): Buffer {
    const nonce = this.random(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(Buffer.from(aad));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  note(size: number, root: Buffer, extension = '', originLine = this.origin): string {
    const text = `${originLine}\n${size}\n${root.toString('base64')}\n${extension}`;
    const signature = Buffer.concat([this.#keyId, sign(null, Buffer.from(text), this.#key)]);
    return `${text}\n— ${this.origin} ${signature.toString('base64')}\n`;
  }

  commitFrame(first: number, count: number, options: CommitOptions = {}): Buffer {
    const note = this.note(
      options.size ?? this.size,
      options.root ?? merkleRoot(this.hashes),
      options.extension,
      options.originLine,
    );
    this.checkpoints.set(this.size, note);
    const whole = Buffer.from(note + (options.moreSignatures ?? ''));
    return frame('C', Buffer.concat([u64(options.first ?? first), u32(options.count ?? count), whole]));
  }

  /** The shard's directory: segments, log.vkey and, unless told otherwise, a watermark at the end. */
  files(watermark = true): Files {
    const files: Files = new Map();
    for (const [index, frames] of this.segments.entries()) files.set(segmentFile(index), this.padded(frames));
    files.set('log.vkey', Buffer.from(`${this.vkey}\n`));
    if (watermark) files.set('watermark', this.watermark());
    return files;
  }

  /** A segment file of these frames, zeros to its end. */
  padded(frames: readonly Buffer[]): Buffer {
    const bytes = Buffer.alloc(this.segmentBytes);
    if (lengthOf(frames) > bytes.length) throw new Error('the frames do not fit into the segment');
    Buffer.concat(frames).copy(bytes);
    return bytes;
  }

  watermark(segment = this.segments.length - 1, offset?: number, size = this.size): Buffer {
    const end = offset ?? lengthOf(this.segments[segment] ?? []);
    const head = Buffer.concat([Buffer.from('GBWM'), u32(segment), u64(end), u64(size)]);
    return Buffer.concat([head, u32(crc32(head)), u32(0)]);
  }

  /** The key directory, without the keys whose ids are given. */
  keyFiles(destroyed: readonly string[] = []): Files {
    const wrap = hkdf(this.#master, Buffer.from('gatebook/v1/wrap'));
    const who = createHmac('sha256', hkdf(this.#master, Buffer.from('gatebook/v1/who')))
      .update('okta\nada')
      .digest('base64');
    const lines = [...this.#ring]
      .filter(([id]) => !destroyed.includes(id))
      .map(([id, key]) => {
        const wrapped = this.#encrypt(wrap, key, id).toString('base64');
        return `${JSON.stringify(id.startsWith('day:') ? { id, wrapped } : { id, who, wrapped })}\n`;
      });
    return new Map([
      ['master.key', Buffer.from(`${this.#master.toString('base64')}\n`)],
      ['ring.jsonl', Buffer.from(lines.join(''))],
    ]);
  }

  ringIds(): string[] {
    return [...this.#ring.keys()];
  }
}

export type CommitOptions = {
  readonly first?: number;
  readonly count?: number;
  readonly size?: number;
  readonly root?: Buffer;
  readonly extension?: string;
  readonly originLine?: string;
  readonly moreSignatures?: string;
};

export const segmentFile = (index: number): string => `${String(index).padStart(8, '0')}.seg`;
export const lengthOf = (frames: readonly Buffer[]): number => frames.reduce((sum, one) => sum + one.length, 0);

/** `calls` intents with their results, two records a batch, after the record that opens the log. */
export function buildLog(calls: number, options: LogOptions = {}): LogBuilder {
  const log = new LogBuilder(options);
  log.batch([
    { kind: 'control', st: 'opened' },
    { kind: 'control', st: 'start' },
  ]);
  for (let index = 0; index < calls; index += 1) appendCall(log, index);
  return log;
}

export function appendCall(log: LogBuilder, index: number): void {
  const call = log.callId();
  const payload = Buffer.from(`{"jsonrpc":"2.0","id":${index},"method":"tools/call"}`);
  const ref = log.size;
  log.batch([
    { kind: 'intent', st: 'open', call, payload, pol: '0123456789abcdef' },
    { kind: 'result', st: 'ok', call, ref, payload, mask: { n: 1, f: ['truncated'] } },
  ]);
}

/** Files in memory in the shape the verifier reads them. */
export const memoryFiles = (files: ReadonlyMap<string, Buffer>) => ({
  names: () => Promise.resolve([...files.keys()].sort()),
  open: (name: string) => {
    const bytes = files.get(name);
    if (bytes === undefined) return Promise.resolve(undefined);
    return Promise.resolve({
      bytes: bytes.length,
      // Looks the file up again: a test may replace it, as a running gateway does.
      read: (into: Buffer, position: number) => Promise.resolve((files.get(name) ?? bytes).copy(into, 0, position)),
      close: () => Promise.resolve(),
    });
  },
});
