import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import type { WebSession } from '#oauth/web-session.ts';
import { openWebSessionTable } from '#store/web-session-table.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const digest = (id: string): Buffer => Buffer.from(id.padEnd(32, '.'));
const session = (id: string, change: Partial<WebSession> = {}): WebSession => ({
  digest: digest(id),
  id,
  signIn: 'ada-1',
  beganAtMs: 1_000,
  usedAtMs: 1_000,
  freshAtMs: 900,
  endsAtMs: 50_000,
  network: '192.0.2.0/24',
  browser: 'Firefox on Linux',
  ...change,
});

function open(t: TestContext, limits: Partial<Limits> = {}) {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '');
  const table = openWebSessionTable(path, { ...LIMITS, ...limits });
  t.after(() => table.close());
  const begin = (one: WebSession, replaces?: Uint8Array): void =>
    table.write([{ act: 'begin', session: one, replaces }]);
  const ids = (signIn = 'ada-1'): readonly string[] => table.of([signIn]).map(({ id }) => id);
  return { path, table, begin, ids };
}

test('a session is found by its digest alone, as it began', (t) => {
  const { table, begin } = open(t);
  begin(session('a'));
  assert.deepEqual(table.find(digest('a'))?.signIn, 'ada-1');
  const { digest: kept, ...rest } = table.find(digest('a')) ?? session('none');
  const { digest: _given, ...given } = session('a');
  assert.deepEqual(rest, given);
  assert.deepEqual(Buffer.from(kept), digest('a'));
  assert.equal(table.find(digest('b')), undefined);
});

test('the session a browser had before ends with the new one', (t) => {
  const { table, begin } = open(t);
  begin(session('a'));
  begin(session('b', { signIn: 'grace-1' }), digest('a'));
  assert.equal(table.find(digest('a')), undefined);
  assert.equal(table.find(digest('b'))?.signIn, 'grace-1');
});

test('a use moves forward only, and brings nothing back that ended', (t) => {
  const { table, begin } = open(t);
  begin(session('a'));
  table.write([{ act: 'use', digest: digest('a'), atMs: 3_000 }]);
  table.write([{ act: 'use', digest: digest('a'), atMs: 2_000 }]);
  assert.equal(table.find(digest('a'))?.usedAtMs, 3_000);
  table.write([
    { act: 'end', ids: ['a'] },
    { act: 'use', digest: digest('a'), atMs: 4_000 },
  ]);
  assert.equal(table.find(digest('a')), undefined);
});

test('one ends, or all of a sign-in, and no other', (t) => {
  const { table, begin, ids } = open(t);
  for (const id of ['a', 'b', 'c']) begin(session(id, { beganAtMs: id.charCodeAt(0) }));
  begin(session('g', { signIn: 'grace-1' }));
  table.write([{ act: 'end', ids: ['b', 'unknown'] }]);
  assert.deepEqual(ids(), ['c', 'a']);
  table.write([{ act: 'end_of', signIns: ['ada-1', 'unknown'] }]);
  assert.deepEqual(ids(), []);
  assert.deepEqual(ids('grace-1'), ['g']);
});

test('a digest that is there already begins nothing', (t) => {
  const { table, begin } = open(t);
  begin(session('a'));
  assert.throws(() => begin(session('b', { digest: digest('a'), signIn: 'eve-1' })));
  assert.equal(table.find(digest('a'))?.signIn, 'ada-1');
});

test('of a sign-in, and in all, those used longest ago go when there are too many', (t) => {
  const { begin, ids } = open(t, { webSessionsPerSignIn: 2, webSessions: 3 });
  begin(session('a', { usedAtMs: 1 }));
  begin(session('b', { usedAtMs: 3 }));
  begin(session('c', { usedAtMs: 2 }));
  assert.deepEqual(ids().toSorted(), ['b', 'c']);
  begin(session('g', { signIn: 'grace-1' }));
  begin(session('h', { signIn: 'grace-2' }));
  assert.deepEqual(ids(), ['b']);
});

test('what is over is removed when another begins', (t) => {
  const { table, begin } = open(t);
  begin(session('a', { endsAtMs: 2_000 }));
  begin(session('b', { beganAtMs: 2_000 }));
  assert.equal(table.find(digest('a')), undefined);
});

test('another file in its place is another table, not the memory of the first', (t) => {
  const { path, table, begin } = open(t);
  begin(session('a'));
  const other = `${path}.other`;
  writeFileSync(other, '');
  renameSync(other, path);
  assert.equal(table.find(digest('a')), undefined);
});

test('a file that is not there is an error, never an empty table', (t) => {
  const path = join(temporaryDirectory(t), 'missing.db');
  assert.throws(() => openWebSessionTable(path, LIMITS));
});
