import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as always, option, property, stringMatching } from 'fast-check';
import { createEventIds } from '#gateway/event-ids.ts';

const create = (prefix = '', byte = 1) =>
  createEventIds({ key: Buffer.alloc(32, byte), prefix, limits: { eventIdChars: 64 } });
const sealed = (id: string | undefined): string => id ?? assert.fail('not sealed');

test('what was sealed for a session opens in that session, whatever the server wrote', () => {
  const ids = create('w2-');
  const upstreamId = stringMatching(/^[!-~]([ -~]{0,40}[!-~])?$/);
  always(
    property(upstreamId, option(stringMatching(/^[a-z2-7]{26}$/), { nil: undefined }), (id, call) => {
      const given = sealed(ids.seal('session', { call, upstreamId: id }));
      assert.match(given, /^w2-[A-Za-z0-9_-]+$/);
      assert.deepEqual(ids.open('session', given), { call, upstreamId: id });
    }),
  );
});

test('another session, another process, or one changed character opens nothing', () => {
  const ids = create();
  const given = sealed(ids.seal('session', { call: 'call', upstreamId: 'e-1' }));
  assert.equal(ids.open('other', given), undefined);
  assert.equal(create('', 2).open('session', given), undefined);
  assert.equal(create('w1-').open('session', given), undefined);
  for (let at = 0; at < given.length; at += 1) {
    const changed = `${given.slice(0, at)}${given[at] === 'A' ? 'B' : 'A'}${given.slice(at + 1)}`;
    // The last character carries bits that base64 does not use.
    if (Buffer.from(changed, 'base64url').equals(Buffer.from(given, 'base64url'))) continue;
    assert.equal(ids.open('session', changed), undefined, `character ${at}`);
  }
});

test('what is no id at all opens nothing', () => {
  const ids = create();
  for (const id of ['', 'A', 'A'.repeat(36), 'A'.repeat(100_000), 'é', 'a b', '\0'])
    assert.equal(ids.open('session', id), undefined);
});

test('the same id is sealed differently each time, and the words of the server are not seen in it', () => {
  const ids = create();
  const place = { call: undefined, upstreamId: 'upstream-words' };
  const given = new Set(Array.from({ length: 50 }, () => sealed(ids.seal('session', place))));
  assert.equal(given.size, 50);
  for (const id of given) assert.equal(Buffer.from(id, 'base64url').includes('upstream'), false);
});

test('an id that could not be sent back in a header is not passed down', () => {
  const ids = create();
  for (const upstreamId of ['', ' a', 'a ', 'é', 'a\nb', 'x'.repeat(65)])
    assert.equal(ids.seal('session', { call: undefined, upstreamId }), undefined, JSON.stringify(upstreamId));
  assert.notEqual(ids.seal('session', { call: undefined, upstreamId: 'x'.repeat(64) }), undefined);
});
