import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Event } from '#api/contract/event.ts';
import { ROUTES } from '#api/routes.ts';
import { openBook } from '#events/book.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { AUDITOR_TOKEN, by, directSearcher, listenApi } from '#test/fakes/api.ts';
import { indexedBook } from '#test/fakes/indexed-book.ts';
import { LATCHED, shapeOf } from '#test/fakes/ledger.ts';

async function opened(t: TestContext) {
  const real = await indexedBook(t);
  const book = openBook(nodeDisk, {
    dataDirectory: real.data,
    deployment: 'acme',
    firstShard: 'a',
    masterKey: undefined,
  });
  t.after(() => book.close());
  const { ask, gateway } = await listenApi(t, ROUTES, {
    book,
    searcher: directSearcher(t, real.data, () => Date.now()),
    limits: { searchWaitMs: 0 },
  });
  const get = async (path: string) => {
    const { status, text } = await ask({ method: 'GET', path: `/api/v1/events/${path}`, headers: by(AUDITOR_TOKEN) });
    return { status, body: JSON.parse(text) as Record<string, unknown>, text };
  };
  return { real, get, gateway, book };
}

test('an event is given verified, by any of its records, without payloads', async (t) => {
  const { real, get, gateway } = await opened(t);
  for (const n of [real.first, real.first + 1]) {
    const { status, body } = await get(`a/${n}`);
    const event = Event.parse(body);
    assert.deepEqual([status, event.id, event.verified, 'arguments' in event], [200, `a:${real.first}`, true, false]);
  }
  assert.deepEqual(gateway.ledger.entries, []);
});

test('payloads are given after the record of who reads them, and not at all when it cannot be made', async (t) => {
  const { real, get, gateway } = await opened(t);
  const path = `a/${real.first}?payloads=true`;
  const { body } = await get(path);
  assert.deepEqual(body['arguments'], { customer: 'Ada' });
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control payloads_read']);
  gateway.ledger.refusing = () => LATCHED;
  const shut = await get(path);
  assert.deepEqual([shut.status, shut.body['code']], [503, 'audit_unavailable']);
  assert.ok(!shut.text.includes('Ada') && !shut.text.includes('Lovelace'));
  assert.equal((await get(`a/${real.first}`)).status, 200);
});

test('nothing is recorded for payloads that do not exist', async (t) => {
  const { get, gateway } = await opened(t);
  assert.equal((await get('a/999?payloads=true')).status, 404);
  assert.deepEqual(gateway.ledger.entries, []);
});

test('what is past the end, of no shard, or no number is not there', async (t) => {
  const { get } = await opened(t);
  for (const [path, status] of [
    ['a/999', 404],
    ['b/0', 404],
    ['constructor/0', 404],
    ['a/-1', 400],
    ['a/1e1', 400],
    ['A/1', 400],
    ['a/9007199254740993', 400],
  ] as const)
    assert.equal((await get(path)).status, status, path);
});

test('a record the index lacks is told apart from one the book lacks', async (t) => {
  const { real, get } = await opened(t);
  const n = await real.call('late', {}, 'x');
  const { status, body } = await get(`a/${n}`);
  assert.deepEqual([status, body['code']], [503, 'not_indexed']);
});

test('a record that does not hold is no event', async (t) => {
  const { real, get, book, gateway } = await opened(t);
  const source = await book.source('a');
  book.source = () =>
    Promise.resolve({ ...source, read: () => Promise.reject(new Error('00000000.seg at offset 7: damaged')) });
  const { status, body } = await get(`a/${real.first}`);
  assert.deepEqual([status, body['code']], [500, 'record_damaged']);
  assert.equal(gateway.logged.length, 1);
});
