import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatVerifierKey, openCheckpoint, parseVerifierKey } from '#ledger/note.ts';
import { createSigner } from '#ledger/signer.ts';

const signer = createSigner('acme/a', Buffer.alloc(32, 7));
const checkpoint = { origin: 'acme/a', size: 17, root: Buffer.alloc(32, 9) };
const note = signer.sign(checkpoint);

test('the key of Go’s sumdb is parsed and formatted as Go does', () => {
  const vkey = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
  const parsed = parseVerifierKey(vkey);
  assert.ok(parsed.ok);
  assert.equal(parsed.value.id.toString('hex'), '033de0ae');
  assert.equal(
    formatVerifierKey('sum.golang.org', Buffer.from(vkey.split('+').slice(2).join('+'), 'base64').subarray(1)),
    vkey,
  );
});

test('a verifier key whose id does not belong to it is refused', () => {
  for (const vkey of [signer.vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), 'acme/a', '', signer.vkey.slice(0, -4)])
    assert.equal(parseVerifierKey(vkey).ok, false);
});

test('a signed checkpoint opens with its key, also beside signatures of others', () => {
  assert.deepEqual(openCheckpoint(note, signer.verifier), { ok: true, value: checkpoint });
  const witnessed = `${note}— witness.example/w ${Buffer.alloc(76).toString('base64')}\n`;
  assert.equal(openCheckpoint(witnessed, signer.verifier).ok, true);
});

test('a changed body, another key, a cut note and a missing signature are refused', () => {
  const stranger = createSigner('acme/a', Buffer.alloc(32, 8));
  for (const bad of [
    note.replace('17', '18'),
    stranger.sign(checkpoint),
    note.slice(0, -1),
    note.slice(0, note.indexOf('—')),
    '',
    'x\n\n— acme/a AAAA\n',
  ]) {
    assert.equal(openCheckpoint(bad, signer.verifier).ok, false, bad);
  }
});

test('a note is refused whose body is signed but is no plain checkpoint of this log', () => {
  assert.match(
    JSON.stringify(openCheckpoint(signer.sign({ ...checkpoint, origin: 'other/b' }), signer.verifier)),
    /another log/,
  );
  assert.equal(openCheckpoint(signer.sign({ ...checkpoint, root: Buffer.alloc(31) }), signer.verifier).ok, false);
  assert.equal(openCheckpoint(signer.sign({ ...checkpoint, size: -1 }), signer.verifier).ok, false);
});

test('an overlong note is refused before it is looked at', () => {
  assert.match(JSON.stringify(openCheckpoint('x'.repeat(70_000), signer.verifier)), /too long/);
});
