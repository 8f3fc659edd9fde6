import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCheckpoint, signerName } from '#ledger/verify/checkpoint.ts';
import { parseVkeys } from '#ledger/verify/note.ts';
import { LogBuilder } from '#test/golden/build.ts';

const log = new LogBuilder();
const keys = parseVkeys(log.vkey);
const root = Buffer.alloc(32, 3);
const read = (text: string) => {
  assert.ok(keys.ok);
  return readCheckpoint(Buffer.from(text), keys.value);
};

test('a signed checkpoint gives origin, size, root and signer', () => {
  const checkpoint = read(log.note(20_852_163, root));
  assert.ok(checkpoint.ok);
  const { origin, size, signers, firstSigner } = checkpoint.value;
  assert.deepEqual([origin, size, checkpoint.value.root], ['acme/a', 20_852_163, root]);
  assert.deepEqual(signers.map(signerName), [firstSigner]);
});

test('a size with a leading zero, a sign or beyond what is exact, and a root of another length are refused', () => {
  const note = log.note(12, root);
  for (const size of ['012', '-1', '+12', '1e1', '', '9007199254740992', '99999999999999999']) {
    assert.match(JSON.stringify(read(note.replace('\n12\n', `\n${size}\n`))), /tree size/, size);
  }
  assert.match(JSON.stringify(read(log.note(12, Buffer.alloc(31)))), /root hash/);
});

test('a checkpoint without an origin is refused although its signature holds', () => {
  assert.match(JSON.stringify(read(log.note(12, root, '', ''))), /no origin/);
});

test('a checkpoint whose size was changed after signing is refused', () => {
  assert.match(JSON.stringify(read(log.note(12, root).replace('\n12\n', '\n13\n'))), /does not verify/);
});

test('extension lines are given back, empty ones refused', () => {
  const extended = read(log.note(12, root, 'witness me\n'));
  assert.ok(extended.ok);
  assert.deepEqual(extended.value.extensions, ['witness me']);
  assert.equal(read(log.note(12, root, '\nx\n')).ok, false);
});
