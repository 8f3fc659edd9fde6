import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALONE, ownerOf, sessionPrefix } from '#gateway/fleet.ts';

const THIRD = { own: 3, count: 4 } as const;
const web = { connection: 'github', isProcess: false };

test('a session belongs to the worker that began it, whichever worker is asked', () => {
  for (const own of [1, 2, 3, 4]) {
    const sessionIds = [`${sessionPrefix({ own, count: 4 })}abc`];
    for (const asked of [1, 2, 3, 4]) assert.equal(ownerOf({ own: asked, count: 4 }, { ...web, sessionIds }), own);
  }
});

test('what belongs to nobody is answered where it arrived: no session, a foreign id, a worker there is not, two ids', () => {
  for (const sessionIds of [[], ['abc'], ['w9-abc'], ['w0-abc'], ['w01-abc'], ['W2-abc'], ['w2-abc', 'w2-abc']])
    assert.equal(ownerOf(THIRD, { ...web, sessionIds }), 3, String(sessionIds));
});

test('a server that is a process has one worker, the same for all who ask and whatever session is claimed', () => {
  const owners = ['notes', 'files', 'memory', 'shell', 'db'].map((connection) => {
    const asked = [1, 2, 3, 4].map((own) =>
      ownerOf({ own, count: 4 }, { connection, isProcess: true, sessionIds: [`w${own}-abc`] }),
    );
    assert.equal(new Set(asked).size, 1);
    return asked[0] ?? 0;
  });
  assert.ok(owners.every((owner) => owner >= 1 && owner <= 4));
  assert.ok(new Set(owners).size > 1);
});

test('a gateway of one process owns everything and marks no session', () => {
  assert.equal(sessionPrefix(ALONE), '');
  assert.equal(ownerOf(ALONE, { ...web, sessionIds: ['w2-abc'] }), 1);
});
