import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { getSession, listSessions } from '#api/contract/sessions.ts';
import { ROUTES } from '#api/routes.ts';
import { AUDITOR_TOKEN, by, directSearcher, listenApi, STRANGER_TOKEN } from '#test/fakes/api.ts';
import { answer, NOON, record, ROBOT, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

const RECORDS = [
  ...Array.from({ length: 4 }, (_, i) => {
    const header = { session: `s${i}`, protocol: '2026-07-28', ...(i === 0 ? { caller: ROBOT } : {}) };
    return [
      toolCall(3 * i, 'find', { secret: 'argument' }, header, NOON + i),
      answer(3 * i + 1, 3 * i, 'secret answer', { session: `s${i}` }),
      toolCall(3 * i + 2, 'delete', {}, header, NOON + i),
    ];
  }).flat(),
  record({ n: 12, kind: 'denied', st: 'unauthenticated', header: { connection: 'crm', count: 9 } }),
];

async function opened(t: TestContext, token = AUDITOR_TOKEN) {
  const data = temporaryDirectory(t);
  writeIndex(data, 'a', RECORDS);
  const { ask } = await listenApi(t, ROUTES, {
    searcher: directSearcher(t, data, () => NOON + 1_000),
    limits: { searchWaitMs: 0 },
  });
  return async (target: string) => {
    const { status, headers, text } = await ask({ method: 'GET', path: target, headers: by(token) });
    const next = /<https:\/\/[^/]+([^>]+)>; rel="next"/.exec(String(headers['link'] ?? ''))?.[1];
    return { status, text, json: JSON.parse(text) as unknown, next, headers };
  };
}

const listAnswer = listSessions.answers[200].content['application/json'];
const showAnswer = getSession.answers[200].content['application/json'];

test('sessions come newest begun first, page by page, and what belongs to none is counted on the first', async (t) => {
  const get = await opened(t);
  const seen: string[] = [];
  let counted = 0;
  let target: string | undefined = '/api/v1/sessions?limit=3&since=1h';
  while (target !== undefined) {
    const page = await get(target);
    assert.equal(page.status, 200, page.text);
    const { sessions, unattributed } = listAnswer.parse(page.json);
    seen.push(...sessions.map(({ id }) => id));
    counted += unattributed?.count ?? 0;
    assert.equal(page.headers['x-gatebook-indexed-through'], 'a:13');
    target = page.next;
  }
  assert.deepEqual([seen, counted], [['s3', 's2', 's1', 's0'], 9]);
});

test('a cursor is good for the search it was given for and no other', async (t) => {
  const get = await opened(t);
  const { next = '' } = await get('/api/v1/sessions?limit=1');
  assert.equal((await get(next)).status, 200);
  assert.equal((await get(`${next}&caller=robot`)).status, 400);
  const after = new URL(next, 'https://x').searchParams.get('after');
  assert.equal((await get(`/api/v1/sessions/s0?after=${after}`)).status, 400);
  assert.equal((await get(`/api/v1/events?order=newest&after=${after}`)).status, 400);
});

test('sessions are narrowed by caller, and a parameter that is none is refused', async (t) => {
  const get = await opened(t);
  const { sessions } = listAnswer.parse((await get('/api/v1/sessions?caller=robot')).json);
  assert.deepEqual(
    sessions.map(({ id }) => id),
    ['s0'],
  );
  for (const query of ['callers=x', 'limit=0', 'since=yesterday', 'caller=a&caller=b'])
    assert.equal((await get(`/api/v1/sessions?${query}`)).status, 400, query);
});

test('a session gives its head and its events, page by page, without a word of their payloads', async (t) => {
  const get = await opened(t);
  const first = await get('/api/v1/sessions/s2?limit=1');
  const second = await get(first.next ?? '');
  const pages = [first, second].map(({ json }) => showAnswer.parse(json));
  assert.deepEqual(
    pages.flatMap(({ events }) => events.map(({ id, outcome }) => [id, outcome])),
    [
      ['a:6', 'ok'],
      ['a:8', 'open'],
    ],
  );
  assert.equal(second.next, undefined);
  const { session } = pages[0] ?? assert.fail();
  assert.deepEqual(
    [session.era, session.calls, session.open, session.tools, session.state],
    ['modern', 2, 1, ['find', 'delete'], 'open'],
  );
  assert.doesNotMatch(first.text + second.text, /secret/);
});

test('an unknown session is not found, and a name that can be none is refused', async (t) => {
  const get = await opened(t);
  assert.equal((await get('/api/v1/sessions/unknown')).status, 404);
  assert.equal((await get('/api/v1/sessions/UNKNOWN')).status, 400);
});

test('who has no role sees no session', async (t) => {
  const get = await opened(t, STRANGER_TOKEN);
  assert.equal((await get('/api/v1/sessions')).status, 403);
  assert.equal((await get('/api/v1/sessions/s1')).status, 403);
});
