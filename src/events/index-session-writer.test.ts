import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { META_SCHEMA } from '#events/index-schema.ts';
import type { SessionRow } from '#events/session-row.ts';
import { SessionWriter } from '#events/index-session-writer.ts';
import { answer, record, toolCall } from '#test/fakes/event-records.ts';

const NONE = (): undefined => undefined;

function opened(t: TestContext) {
  const meta = new DatabaseSync(':memory:');
  t.after(() => meta.close());
  meta.exec(META_SCHEMA);
  const rows = () => meta.prepare('SELECT * FROM sessions ORDER BY n').all() as SessionRow[];
  return { meta, rows };
}

test('a session goes on where another writer left it', (t) => {
  const { meta, rows } = opened(t);
  const first = new SessionWriter(meta);
  first.add(toolCall(0, 'find', {}), NONE);
  first.flush();
  const second = new SessionWriter(meta);
  second.add(answer(1, 0, 'x', { session: 's1' }), NONE);
  second.add(toolCall(2, 'delete', {}), NONE);
  second.flush();
  const [row, ...others] = rows();
  assert.deepEqual([row?.calls, row?.closed, row?.tools, row?.last_n, others], [2, 1, '["find","delete"]', 2, []]);
});

test('what does not name its session is of the one its call is of', (t) => {
  const { meta, rows } = opened(t);
  const writer = new SessionWriter(meta);
  writer.add(toolCall(0, 'find', {}), NONE);
  writer.add(record({ n: 1, ref: 0, kind: 'orphan', st: 'orphan' }), (ref) => (ref === 0 ? 's1' : undefined));
  writer.flush();
  assert.deepEqual(
    rows().map(({ calls, closed, errors }) => [calls, closed, errors]),
    [[1, 1, 1]],
  );
});

test('a record of no session makes none', (t) => {
  const { meta, rows } = opened(t);
  const writer = new SessionWriter(meta);
  writer.add(record({ n: 0, kind: 'denied', st: 'unauthenticated' }), NONE);
  writer.add(record({ n: 1, kind: 'stream', st: 'late', header: null }), NONE);
  writer.flush();
  assert.deepEqual(rows(), []);
});

test('more sessions than are kept in memory are all counted', (t) => {
  const { meta, rows } = opened(t);
  const writer = new SessionWriter(meta);
  for (const round of [0, 1]) {
    for (let n = 0; n < 10_050; n += 1)
      writer.add(toolCall(round * 20_000 + n, 'find', {}, { session: `s${n}` }), NONE);
    writer.flush();
  }
  assert.equal(rows().length, 10_050);
  assert.ok(rows().every(({ calls }) => calls === 2));
});

test('starts, stops and revocations are kept once, in whatever order a batch is read again', (t) => {
  const { meta } = opened(t);
  const writer = new SessionWriter(meta);
  const records = [
    record({ n: 0, kind: 'control', st: 'start' }),
    record({ n: 1, kind: 'control', st: 'revocation', header: { detail: { scope: 'all', epoch: 'x' } } }),
    record({ n: 2, kind: 'control', st: 'stop' }),
    record({ n: 3, kind: 'control', st: 'heartbeat' }),
  ];
  for (const one of [...records, ...records]) writer.add(one, NONE);
  writer.flush();
  assert.deepEqual(
    meta
      .prepare('SELECT n FROM run')
      .all()
      .map((row) => row['n']),
    [2],
  );
  const revocations = meta.prepare('SELECT n, scope FROM revocations').all();
  assert.deepEqual(
    revocations.map((row) => ({ ...row })),
    [{ n: 1, scope: '{"scope":"all","epoch":"x"}' }],
  );
});
