import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LIMITS } from '#limits.ts';
import { decodeLeaf, encodeLeaf, entryFault, MASK_FLAGS, PIECES_MAX, statusFits } from '#ledger/leaf.ts';
import { OUTCOMES } from '#ledger/record.ts';
import type { Leaf } from '#ledger/record.ts';

const sha = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const index = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const shape = fc.oneof(
  fc.constant({ kind: 'intent', st: 'open', ref: null } as const),
  fc.record({ kind: fc.constant('result' as const), st: fc.constantFrom(...OUTCOMES), ref: index }),
  fc.record({ kind: fc.constant('stream' as const), st: fc.constantFrom('up', 'down', 'late'), ref: fc.option(index) }),
  fc.constant({ kind: 'anchor', st: 'witness.example/w+1', ref: null } as const),
);
const leaves: fc.Arbitrary<Leaf> = fc
  .record({
    shape,
    n: index,
    t: index,
    call: fc.stringMatching(/^[a-z2-7]{26}$/),
    hc: sha,
    pc: fc.option(sha),
    bc: fc.array(sha, { minLength: 1, maxLength: PIECES_MAX }),
    n2: fc.nat(),
    f: fc.subarray([...MASK_FLAGS]),
    pol: fc.option(fc.stringMatching(/^[0-9a-f]{16}$/)),
  })
  .map(({ shape, n, t, call, hc, pc, bc, n2, f, pol }) => ({
    v: 1,
    n,
    t,
    ...shape,
    call,
    hc,
    pc,
    bc,
    mask: f.length > 0 ? { n: n2, f } : { n: n2 },
    pol,
  }));

/** RFC 8785 for values without floats and with ASCII keys: sorted keys, no spaces. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    .join(',')}}`;
}

test('a leaf is canonical JSON, within its bound, and decodes to itself', () => {
  fc.assert(
    fc.property(leaves, (leaf) => {
      const text = encodeLeaf(leaf);
      assert.equal(text, canonical(leaf));
      assert.ok(text.length <= LIMITS.leafBytes);
      assert.deepEqual(decodeLeaf(Buffer.from(text)), { ok: true, value: leaf });
    }),
  );
});

test('whatever decodes encodes to the same bytes: no second spelling of a leaf is accepted', () => {
  fc.assert(
    fc.property(leaves, fc.nat(), fc.integer({ min: 1, max: 255 }), (leaf, where, mask) => {
      const bytes = Buffer.from(encodeLeaf(leaf));
      bytes[where % bytes.length] = (bytes[where % bytes.length] ?? 0) ^ mask;
      const decoded = decodeLeaf(bytes);
      if (decoded.ok) assert.equal(encodeLeaf(decoded.value), bytes.toString('latin1'));
    }),
    { numRuns: 2_000 },
  );
});

const good: Leaf = {
  v: 1,
  n: 1,
  t: 2,
  kind: 'intent',
  call: 'a'.repeat(26),
  ref: null,
  st: 'open',
  hc: Buffer.alloc(32).toString('base64'),
  pc: null,
  bc: [Buffer.alloc(32).toString('base64')],
  mask: { n: 0 },
  pol: null,
};

test('keys in another order, spaces, extra keys and other spellings of numbers are refused', () => {
  const text = encodeLeaf(good);
  for (const other of [
    JSON.stringify(good),
    text.replace('"n":1', '"n":1.0'),
    text.replace('"n":1', '"n":1e0'),
    text.replace('{', '{ '),
    text.replace('"v":1', '"v":1,"x":0'),
    text.replace('"v":1', '"v":2'),
    text.replace('"n":1,', '"n":1,"n":1,'),
    text.replace('"open"', '"op\\u0065n"'),
    `${text} `,
    'null',
    '',
  ]) {
    assert.equal(decodeLeaf(Buffer.from(other)).ok, false, other);
  }
});

test('what an author may not write is named', () => {
  const faulty: readonly (readonly [Partial<Leaf>, RegExp])[] = [
    [{ call: 'A'.repeat(26) }, /call id/],
    [{ st: 'ok' }, /does not fit kind/],
    [{ ref: 3 }, /ref 3/],
    [{ kind: 'result', st: 'ok' }, /ref null/],
    [{ kind: 'stream', st: 'up', ref: -1 }, /ref -1/],
    [{ kind: 'denied', st: '"' }, /does not fit kind/],
    [{ mask: { n: 0.5 } }, /mask/],
    [{ mask: { n: 1, f: ['odd'] } }, /mask/],
    [{ pol: 'ABCDEF0123456789' }, /pol/],
  ];
  for (const [change, words] of faulty) assert.match(entryFault({ ...good, ...change }) ?? '', words);
  assert.equal(entryFault(good), undefined);
});

test('an anchor may be named after its witness, a control only by an act', () => {
  assert.ok(statusFits('anchor', 'witness.example/w1'));
  assert.ok(!statusFits('control', 'witness.example'));
});
