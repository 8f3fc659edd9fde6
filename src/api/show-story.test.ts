import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ApprovalStory } from '#api/contract/approval-story.ts';
import { ROUTES } from '#api/routes.ts';
import { openBook } from '#events/book.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { AUDITOR_TOKEN, by, directSearcher, LEAD_TOKEN, listenApi } from '#test/fakes/api.ts';
import { STORY, writeStory } from '#test/fakes/approval-story.ts';
import { idOf } from '#test/fakes/gateway.ts';
import { indexBook, indexedBook } from '#test/fakes/indexed-book.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

async function opened(t: TestContext) {
  const real = await indexedBook(t);
  await writeStory(real);
  await indexBook(real.data);
  const place = { dataDirectory: real.data, deployment: 'acme', firstShard: 'a', masterKey: undefined };
  const book = openBook(nodeDisk, place);
  t.after(() => book.close());
  const searcher = directSearcher(t, real.data, () => Date.now());
  const { ask, gateway } = await listenApi(t, ROUTES, { book, searcher, limits: { searchWaitMs: 0 } });
  const get = async (id: string, query = '', token = AUDITOR_TOKEN) => {
    const answer = await ask({ method: 'GET', path: `/api/v1/approvals/${id}/story${query}`, headers: by(token) });
    return { status: answer.status, text: answer.text, json: JSON.parse(answer.text) as Record<string, unknown> };
  };
  return { real, get, gateway };
}

test('an auditor reads the whole story of an approval, verified and without payloads', async (t) => {
  const { get, gateway } = await opened(t);
  const { status, json, text } = await get(STORY);
  assert.equal(status, 200, text);
  const { steps, whole, approval } = ApprovalStory.parse(json);
  assert.deepEqual(
    steps.map(({ code, kind }) => code ?? kind),
    ['approval_requested', 'approval_told', 'approval_vote', 'intent'],
  );
  assert.deepEqual([approval, whole, steps.every(({ verified }) => verified)], [STORY, true, true]);
  assert.equal(text.includes('"arguments"'), false);
  assert.deepEqual(gateway.ledger.entries, []);
});

test('payloads of a story are given after the record of who reads them, and not at all without it', async (t) => {
  const { get, gateway } = await opened(t);
  assert.match((await get(STORY, '?payloads=true')).text, /"arguments":\{"id":7\}/);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control payloads_read']);
  assert.equal(headerOf(gateway.ledger.entries[0]).detail?.['approval'], STORY);
  gateway.ledger.refusing = () => LATCHED;
  const shut = await get(STORY, '?payloads=true');
  assert.deepEqual([shut.status, shut.text.includes('"arguments"')], [503, false]);
});

test('a story is for auditors and admins, of an id that the book knows', async (t) => {
  const { get, real } = await opened(t);
  assert.equal((await get(STORY, '', LEAD_TOKEN)).status, 403);
  assert.equal((await get(`apr_${idOf(9)}`)).status, 404);
  assert.equal((await get('apr_x')).status, 400);
  await real.call('late', {}, 'x');
  assert.equal(ApprovalStory.parse((await get(STORY)).json).whole, false);
});
