import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseNote, parseVkey, parseVkeys, verifyNote } from '#ledger/verify/note.ts';

// The example of https://c2sp.org/signed-note.
const VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const NOTE = `This is an example message.

\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;
const verify = (text: string, vkey = VKEY) => {
  const note = parseNote(Buffer.from(text));
  const keys = parseVkeys(vkey);
  assert.ok(keys.ok);
  return note.ok ? verifyNote(note.value, keys.value) : note;
};

test('the example of the C2SP page verifies with its key', () => {
  const signers = verify(NOTE);
  assert.ok(signers.ok);
  assert.deepEqual(
    signers.value.map((key) => key.id),
    ['530d903a'],
  );
});

test('a changed text, a changed signature and a note of strangers are refused', () => {
  assert.match(JSON.stringify(verify(NOTE.replace('an example', 'no example'))), /does not verify/);
  assert.match(JSON.stringify(verify(NOTE.replace('Uw2QOkn8', 'Uw2QOkn9'))), /does not verify/);
  assert.match(JSON.stringify(verify(NOTE.replace('Uw2QOk', 'Uw2QOw'))), /not signed by the given key/);
  assert.match(JSON.stringify(verify(NOTE.replace('example.com/foo', 'example.com/bar'))), /not signed/);
});

test('a signature of an unknown key beside a good one is ignored', () => {
  const stranger = `\u2014 witness.example ${Buffer.alloc(68, 5).toString('base64')}\n`;
  assert.equal(verify(NOTE + stranger).ok, true);
});

test('malformed notes are refused', () => {
  const wrong = [
    NOTE.slice(0, -1),
    NOTE.replace('\n\n', '\n'),
    `${NOTE}\n`,
    NOTE.replace('example message', 'example\tmessage'),
    NOTE.replace('aQM=', 'aQN='),
    NOTE.replace('\u2014 ', '- '),
    NOTE.replace('\u2014 example.com/foo ', '\u2014 example.com/foo  '),
    `text\n\n\u2014 name AAAA\n`,
    `text\n\n${`\u2014 name ${Buffer.alloc(8).toString('base64')}\n`.repeat(65)}`,
  ];
  for (const text of wrong) assert.equal(parseNote(Buffer.from(text)).ok, false, text.slice(0, 60));
  assert.equal(parseNote(Buffer.from([0xff, 0x0a, 0x0a])).ok, false);
});

test('a verifier key whose id, type, length or spelling is wrong is refused', () => {
  assert.equal(parseVkey(VKEY).ok, true);
  const wrong = [
    VKEY.replace('530d903a', '530d903b'),
    VKEY.replace('530d903a', '530D903A'),
    VKEY.replace('example.com', 'example com'),
    VKEY.replace('+Aek', '+Bek'),
    VKEY.slice(0, -4),
    'example.com/foo',
    '',
  ];
  for (const vkey of wrong) assert.equal(parseVkey(vkey).ok, false, vkey);
});

test('a key of another algorithm or length is refused although its id is right', () => {
  for (const material of [Buffer.alloc(33, 2), Buffer.concat([Buffer.from([1]), Buffer.alloc(31, 9)])]) {
    const id = createHash('sha256').update('acme/a\n').update(material).digest('hex').slice(0, 8);
    const key = parseVkey(`acme/a+${id}+${material.toString('base64')}`);
    assert.deepEqual(key, { ok: false, error: 'is not an Ed25519 key' });
  }
});

test('a key file holds one key a line, and not none and not very many', () => {
  const keys = parseVkeys(`${VKEY}\n`);
  assert.ok(keys.ok && keys.value.length === 1);
  assert.equal(parseVkeys('\n').ok, false);
  assert.equal(parseVkeys(`${VKEY}\n`.repeat(17)).ok, false);
  assert.equal(parseVkeys(`${VKEY}\nnonsense\n`).ok, false);
});
