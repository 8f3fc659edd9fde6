import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUTES } from '#api/routes.ts';
import type { EventStreams } from '#events/event-streams.ts';
import type { StreamJob } from '#events/stream-jobs.ts';
import { err, ok } from '#result.ts';
import { AUDITOR_TOKEN, by, directSearcher, listenApi } from '#test/fakes/api.ts';
import { NOON } from '#test/fakes/event-records.ts';
import { headerOf, LATCHED } from '#test/fakes/ledger.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

type Opened = { readonly job: StreamJob; readonly reader: string };

/** Streams of fixed lines that remember what was asked of them. */
function fakeStreams(lines: () => AsyncGenerator<string, void, undefined>) {
  const opened: Opened[] = [];
  let isFull = false;
  const streams: EventStreams = {
    open(job, reader) {
      if (isFull) return err('streams');
      opened.push({ job, reader });
      return ok(lines());
    },
    close: async () => undefined,
  };
  return { streams, opened, fill: () => void (isFull = true) };
}

async function* twoLines(): AsyncGenerator<string, void, undefined> {
  yield '{"id":"a:1"}\n';
  yield '{"id":"a:2"}\n';
}

const GET = { method: 'GET', headers: by(AUDITOR_TOKEN) };
const EXPORT = '/api/v1/events/export';

async function listening(t: Parameters<typeof listenApi>[0], lines = twoLines) {
  const fake = fakeStreams(lines);
  const searcher = directSearcher(t, temporaryDirectory(t), () => NOON);
  return { ...fake, ...(await listenApi(t, ROUTES, { streams: fake.streams, searcher })) };
}

test('an export is a stream of its format, of the request and the caller', async (t) => {
  const { ask, opened } = await listening(t);
  const jsonl = await ask({ ...GET, path: `${EXPORT}?filter=name%20pr&since=1d` });
  assert.deepEqual([jsonl.status, jsonl.text], [200, '{"id":"a:1"}\n{"id":"a:2"}\n']);
  assert.equal(jsonl.headers['content-type'], 'application/x-ndjson');
  const csv = await ask({ ...GET, path: `${EXPORT}?format=csv` });
  assert.match(csv.headers['content-type'] ?? '', /^text\/csv/);
  assert.match(csv.headers['content-disposition'] ?? '', /gatebook-events\.csv/);
  assert.deepEqual(opened[0], {
    job: {
      kind: 'export',
      format: 'jsonl',
      request: { filter: 'name pr', since: '1d', until: undefined, payloads: false },
    },
    reader: 'https://issuer.example\nada',
  });
});

test('payloads are exported after the record of who, what and when, and not at all without it', async (t) => {
  let asked = 0;
  const { ask, gateway } = await listening(t, async function* () {
    asked += 1;
    yield 'payload\n';
  });
  gateway.ledger.refusing = () => LATCHED;
  const path = `${EXPORT}?payloads=true&filter=name%20pr&since=1d`;
  const shut = await ask({ ...GET, path });
  assert.deepEqual([shut.status, shut.text.includes('payload\n'), asked], [503, false, 0]);
  gateway.ledger.refusing = () => undefined;
  let durableBefore = -1;
  gateway.ledger.durable = () => void (durableBefore = asked);
  assert.equal((await ask({ ...GET, path })).text, 'payload\n');
  assert.deepEqual([durableBefore, asked], [0, 1]);
  assert.deepEqual(headerOf(gateway.ledger.entries[0]).detail, {
    operation: 'exportEvents',
    format: 'jsonl',
    filter: 'name pr',
    since: '1d',
    until: null,
  });
});

test('a request that cannot be read is refused before a stream is opened', async (t) => {
  const { ask, opened } = await listening(t);
  for (const query of ['filter=x', 'since=now', 'format=xml', 'payloads=yes', 'q=ada'])
    assert.equal((await ask({ ...GET, path: `${EXPORT}?${query}` })).status, 400, query);
  assert.deepEqual(opened, []);
});

test('more streams than there is room for are refused, with when to come again', async (t) => {
  const { ask, fill } = await listening(t);
  fill();
  for (const path of [EXPORT, '/api/v1/events/tail']) {
    const { status, headers } = await ask({ ...GET, path });
    assert.deepEqual([status, headers['retry-after']], [429, '5'], path);
  }
});

test('a stream that fails in the middle is cut off, so that nobody takes it for the whole', async (t) => {
  const { ask, gateway } = await listening(t, async function* () {
    yield '{"id":"a:1"}\n';
    throw new Error('record 2 does not hold');
  });
  await assert.rejects(ask({ ...GET, path: EXPORT }));
  assert.equal(gateway.logged.length, 1);
});

test('a tail is a stream that no proxy holds back', async (t) => {
  const { ask, opened } = await listening(t);
  const { headers, text } = await ask({ ...GET, path: '/api/v1/events/tail' });
  assert.deepEqual([headers['content-type'], headers['x-accel-buffering']], ['application/x-ndjson', 'no']);
  assert.ok(text.endsWith('\n'));
  assert.deepEqual(opened[0]?.job, { kind: 'tail' });
});
