import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLeaf } from '#ledger/verify/leaf.ts';
import { LogBuilder } from '#test/golden/build.ts';

const log = new LogBuilder();
const good = log.recordBody(
  { kind: 'intent', st: 'open', call: 'a'.repeat(26), mask: { n: 2, f: ['budget', 'truncated'] } },
  7,
);

test('a leaf of the format is read with its values', () => {
  const leaf = parseLeaf(good.leaf);
  assert.ok(leaf.ok);
  assert.deepEqual(
    [leaf.value.n, leaf.value.kind, leaf.value.st, leaf.value.ref, leaf.value.pc],
    [7, 'intent', 'open', null, null],
  );
  assert.equal(leaf.value.bc.length, 1);
});

test('a leaf from which any key is taken is refused', () => {
  const value: unknown = JSON.parse(good.leaf.toString());
  assert.ok(typeof value === 'object' && value !== null);
  for (const key of Object.keys(value)) {
    const rest = Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
    const leaf = parseLeaf(Buffer.from(JSON.stringify(rest)));
    assert.deepEqual(leaf, { ok: false, error: `lacks the key "${key}"` });
  }
});

test('a flipped bit in a leaf either makes it invalid or another value, never the same value in another spelling', () => {
  const before = parseLeaf(good.leaf);
  for (let at = 0; at < good.leaf.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const bad = Buffer.from(good.leaf);
      bad[at] = (bad[at] ?? 0) ^ (1 << bit);
      const leaf = parseLeaf(bad);
      if (leaf.ok && before.ok) {
        const spelled = (bytes: Buffer): unknown => JSON.parse(bytes.toString());
        assert.notDeepEqual(spelled(bad), spelled(good.leaf), `byte ${at}, bit ${bit}`);
      }
    }
  }
});
