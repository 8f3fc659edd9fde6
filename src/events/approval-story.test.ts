import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { isApprovalId, storyOf, storyRequest } from '#events/approval-story.ts';
import { openBook } from '#events/book.ts';
import { searchEvents } from '#events/search.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { LIMITS } from '#limits.ts';
import { STORY, writeStory } from '#test/fakes/approval-story.ts';
import { idOf } from '#test/fakes/gateway.ts';
import { indexBook, indexedBook } from '#test/fakes/indexed-book.ts';

async function told(t: TestContext, approvalStorySteps: number = LIMITS.approvalStorySteps, payloads = false) {
  const real = await indexedBook(t);
  const written = await writeStory(real);
  await writeStory(real, `apr_${idOf(8)}`);
  await indexBook(real.data);
  const book = openBook(nodeDisk, {
    dataDirectory: real.data,
    deployment: 'acme',
    firstShard: 'a',
    masterKey: undefined,
  });
  t.after(() => book.close());
  const page = searchEvents(book.index, storyRequest(STORY, { approvalStorySteps }), { nowMs: 0, limits: LIMITS });
  assert.ok(page.ok);
  const tell = (id = STORY) => storyOf(id, page.value, book, { payloads, isIndexed: true });
  return { ...written, tell };
}

test('the story of an approval is what was asked, of whom, who was told, who decided and why, and what came of it', async (t) => {
  const { tell, intent } = await told(t);
  const { steps, whole } = await tell();
  assert.deepEqual(
    steps.map(({ kind, code, outcome, caller, reason }) => [kind, code, outcome, caller?.subject, reason]),
    [
      ['control', 'approval_requested', undefined, 'alice', undefined],
      ['control', 'approval_told', undefined, 'grace', undefined],
      ['control', 'approval_vote', undefined, 'grace', 'ticket 17'],
      ['intent', undefined, 'ok', 'alice', undefined],
    ],
  );
  assert.deepEqual(steps[0]?.detail?.['approvers'], ['okta:leads']);
  assert.deepEqual([steps[3]?.result, whole], [`a:${intent + 1}`, true]);
  assert.equal(
    steps.every(({ verified }) => verified),
    true,
  );
  assert.equal(JSON.stringify(steps).includes('arguments'), false);
});

test('payloads are in it only when they are asked for', async (t) => {
  const { tell } = await told(t, undefined, true);
  const { steps } = await tell();
  assert.deepEqual([steps[0]?.arguments, steps[3]?.arguments], [{ id: 7 }, { id: 7 }]);
  assert.ok(steps[3]?.answer);
});

test('a story that is longer than one tells says so, and one of another approval is none of it', async (t) => {
  const { tell } = await told(t, 2);
  const short = await tell();
  assert.deepEqual([short.steps.length, short.whole], [2, false]);
  const other = await tell(`apr_${idOf(8)}`);
  assert.deepEqual([other.steps.length, other.whole], [0, false]);
});

test('nothing but the id of an approval is put into a filter', () => {
  assert.equal(isApprovalId(STORY), true);
  for (const id of ['apr_', `${STORY}"`, `${STORY} or name pr`, STORY.toUpperCase()]) {
    assert.equal(isApprovalId(id), false, id);
    assert.throws(() => storyRequest(id, LIMITS));
  }
});
