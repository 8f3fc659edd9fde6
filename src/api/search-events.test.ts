import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ROUTES } from '#api/routes.ts';
import { AUDITOR_TOKEN, by, directSearcher, listenApi } from '#test/fakes/api.ts';
import { answer, NOON, record, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

const CALLS = Array.from({ length: 10 }, (_, i) => [
  toolCall(2 * i, `tool${i % 2}`, { word: `w${i}` }, {}, NOON + i),
  answer(2 * i + 1, 2 * i, 'found'),
]).flat();

async function opened(t: TestContext) {
  const data = temporaryDirectory(t);
  writeIndex(data, 'a', CALLS);
  const { ask, gateway } = await listenApi(t, ROUTES, {
    searcher: directSearcher(t, data, () => NOON + 1_000),
    limits: { searchWaitMs: 0 },
  });
  const get = async (target: string) => {
    const { status, headers, text } = await ask({ method: 'GET', path: target, headers: by(AUDITOR_TOKEN) });
    const body = JSON.parse(text) as unknown;
    const links = new Map(
      [...String(headers['link'] ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url = '', rel = '']) => [
        rel,
        url.replace(/^https:\/\/[^/]+/, ''),
      ]),
    );
    const ids = Array.isArray(body) ? body.map((event: { id: string }) => event.id) : [];
    return {
      status,
      body: body as Record<string, unknown>,
      ids,
      next: links.get('next'),
      self: links.get('self'),
      headers,
    };
  };
  return { data, get, gateway };
}

const IDS = Array.from({ length: 10 }, (_, i) => `a:${2 * i}`);

test('bounded pages lead to the end and no further, each self link gives its page again', async (t) => {
  const { get } = await opened(t);
  for (const query of ['order=newest&limit=3', `until=${new Date(NOON + 999).toISOString()}&limit=3`]) {
    const ids: string[] = [];
    let target: string | undefined = `/api/v1/events?${query}`;
    while (target !== undefined) {
      const page = await get(target);
      assert.equal(page.status, 200);
      assert.deepEqual((await get(page.self ?? '')).ids, page.ids);
      assert.equal(page.headers['x-gatebook-more'], String(page.next !== undefined));
      ids.push(...page.ids);
      target = page.next;
    }
    assert.deepEqual(ids, query.startsWith('order=newest') ? IDS.toReversed() : IDS);
  }
});

test('polling always has a next link, and it gives what completed since and nothing twice', async (t) => {
  const { data, get } = await opened(t);
  const first = await get('/api/v1/events?limit=100');
  assert.deepEqual([first.ids, first.headers['x-gatebook-more']], [IDS, 'false']);
  const idle = await get(first.next ?? '');
  assert.deepEqual([idle.ids, typeof idle.next], [[], 'string']);
  writeIndex(data, 'a', [toolCall(20, 'new', {}), toolCall(21, 'newer', {}), answer(22, 21, 'x')]);
  const more = await get(idle.next ?? '');
  assert.deepEqual(more.ids, ['a:21']);
  writeIndex(data, 'a', [answer(23, 20, 'x')]);
  assert.deepEqual((await get(more.next ?? '')).ids, ['a:20']);
  assert.deepEqual((await get(first.next ?? '')).ids, ['a:21', 'a:20']);
});

test('a relative time stays where it was when the first page was asked', async (t) => {
  const { data, get, gateway } = await opened(t);
  // The gateway's clock is months before the events: an hour of it is all of them.
  const first = await get('/api/v1/events?order=newest&limit=2&until=1h');
  assert.deepEqual(first.ids, []);
  const { next = '' } = await get('/api/v1/events?since=1h&limit=2');
  writeIndex(data, 'a', [toolCall(20, 'late', {}, {}, NOON), answer(21, 20, 'x')]);
  gateway.advance(NOON + 86_400_000 - gateway.clock());
  let page = await get(next);
  const ids = [...page.ids];
  while (page.headers['x-gatebook-more'] === 'true') {
    page = await get(page.next ?? '');
    ids.push(...page.ids);
  }
  assert.deepEqual(ids, [...IDS.slice(2), 'a:20']);
  assert.match(page.next ?? '', /since=1h&/);
});

test('a cursor is good for its own search only, and one that was changed is recorded as refused', async (t) => {
  const { get, gateway } = await opened(t);
  const { next = '' } = await get('/api/v1/events?order=newest&limit=2&filter=name%20eq%20%22tool1%22');
  assert.equal((await get(next)).status, 200);
  const after = new URL(next, 'https://x').searchParams.get('after') ?? '';
  const changes = [
    next.replace('tool1', 'tool0'),
    next.replace('order=newest', 'order=oldest'),
    `/api/v1/events?after=${after}`,
    `/api/v1/events?order=newest&after=${after}`,
    `${next.slice(0, -2)}AA`,
    '/api/v1/events?after=e30',
  ];
  for (const target of changes) {
    const { status, body } = await get(target);
    assert.deepEqual([status, body['code']], [400, 'invalid_cursor'], target);
  }
  assert.equal(gateway.ledger.entries.filter(({ st }) => st === 'invalid_cursor').length, changes.length);
});

test('a filter that cannot be read is answered with its place', async (t) => {
  const { get } = await opened(t);
  const { status, body } = await get('/api/v1/events?filter=name%20is%20%22x%22');
  assert.deepEqual([status, body['parameter'], body['offset']], [400, 'filter', 5]);
  assert.match(String(body['expected']), /an operator/);
});

test('wait lets a record be found that is, and says so of one that is not yet', async (t) => {
  const { data, get } = await opened(t);
  assert.equal((await get('/api/v1/events?wait=a:19')).status, 200);
  const early = await get('/api/v1/events?wait=a:20');
  assert.deepEqual([early.status, early.body['code']], [503, 'not_indexed']);
  writeIndex(data, 'a', [record({ n: 20, kind: 'denied', st: 'denied' })]);
  assert.equal((await get('/api/v1/events?wait=a:20')).status, 200);
  assert.equal((await get('/api/v1/events?wait=a')).status, 400);
});

test('how far the index is, is said with every answer', async (t) => {
  const { data, get } = await opened(t);
  writeIndex(data, 'a-2', [toolCall(0, 'x', {})]);
  assert.equal((await get('/api/v1/events?limit=1')).headers['x-gatebook-indexed-through'], 'a:20, a-2:1');
});
