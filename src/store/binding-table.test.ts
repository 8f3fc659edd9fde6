import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { BindingWrite } from '#bindings/binding.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { openBindingTable } from '#store/binding-table.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const write = (
  digest: string,
  { owner = 'ada', isSingle = true, expiresMs = 1_000_000, nowMs = 1, touches = [] as BindingWrite['touches'] } = {},
): BindingWrite => ({
  row: {
    digest: bytes(digest),
    owner: bytes(owner),
    caller: bytes(owner),
    isSingle,
    sealed: bytes(`sealed ${digest} ${nowMs}`),
    expiresMs,
  },
  touches,
  nowMs,
});

function open(t: TestContext, limits: Partial<Limits> = {}, path = join(temporaryDirectory(t), 'state.db')) {
  closeSync(openSync(path, 'a'));
  const table = openBindingTable(path, { ...LIMITS, ...limits });
  t.after(() => table.close());
  const has = (digest: string): string[] => table.find(bytes(digest)).map(({ owner }) => Buffer.from(owner).toString());
  const counted = (): unknown => {
    const database = new DatabaseSync(path);
    const row = database.prepare('SELECT count, (SELECT count(*) FROM bindings) AS rows FROM bindings_count').get();
    database.close();
    return { ...row };
  };
  return { table, path, has, counted };
}

test('a row reads back as written, in another process and after a restart too', (t) => {
  const { table, path } = open(t);
  const one = write('a');
  assert.deepEqual(table.write([one]), ['bound']);
  const other = open(t, {}, path).table;
  const [row] = other.find(bytes('a'));
  assert.deepEqual(
    [row?.digest, row?.owner, row?.caller, row?.sealed].map((value) => Buffer.from(value ?? [])),
    [one.row.digest, one.row.owner, one.row.caller, one.row.sealed],
  );
  assert.deepEqual([row?.isSingle, row?.expiresMs], [true, 1_000_000]);
  table.close();
  assert.equal(open(t, {}, path).table.find(bytes('a')).length, 1);
});

test('a living single id of another owner is not taken over, an expired one is; one of the same owner is renewed', (t) => {
  const { table, has, counted } = open(t);
  assert.deepEqual(table.write([write('a', { expiresMs: 10 })]), ['bound']);
  assert.deepEqual(table.write([write('a', { owner: 'eve', nowMs: 9 }), write('b', { owner: 'eve' })]), [
    'taken',
    'bound',
  ]);
  assert.deepEqual(has('a'), ['ada']);
  assert.deepEqual(table.write([write('a', { nowMs: 9, expiresMs: 10 })]), ['bound']);
  assert.deepEqual(table.write([write('a', { owner: 'eve', nowMs: 10 })]), ['bound']);
  assert.deepEqual(has('a'), ['eve']);
  assert.deepEqual(counted(), { count: 2, rows: 2 });
});

test('an id that is not single may have many owners', (t) => {
  const { table, has, counted } = open(t);
  table.write([write('s', { isSingle: false }), write('s', { isSingle: false, owner: 'eve' })]);
  table.write([write('s', { isSingle: false, nowMs: 5 })]);
  assert.deepEqual(has('s').toSorted(), ['ada', 'eve']);
  assert.deepEqual(counted(), { count: 2, rows: 2 });
});

test('a caller over the bound loses the least recently used, and nobody else loses any', (t) => {
  const { table, has, counted } = open(t, { bindingsPerCaller: 2 });
  table.write([write('x', { owner: 'eve' }), write('a', { nowMs: 2 }), write('b', { nowMs: 3 })]);
  table.write([write('c', { nowMs: 5, touches: [{ digest: bytes('a'), owner: bytes('ada'), usedMs: 4 }] })]);
  assert.deepEqual(
    ['x', 'a', 'b', 'c'].map((digest) => has(digest).length),
    [1, 1, 0, 1],
  );
  assert.deepEqual(counted(), { count: 3, rows: 3 });
});

test('all together are bounded too', (t) => {
  const { table, has, counted } = open(t, { bindings: 3 });
  for (const [at, owner] of ['a', 'b', 'c', 'd', 'e'].entries()) table.write([write(owner, { owner, nowMs: at })]);
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].map((digest) => has(digest).length),
    [0, 0, 1, 1, 1],
  );
  assert.deepEqual(counted(), { count: 3, rows: 3 });
});

test('what has expired makes room', (t) => {
  const { table, counted } = open(t);
  table.write([write('a', { expiresMs: 5 }), write('b')]);
  table.write([write('c', { nowMs: 5 })]);
  assert.deepEqual(counted(), { count: 2, rows: 2 });
});

test('a batch that fails leaves nothing behind', (t) => {
  const { table, has } = open(t);
  const bad = { ...write('b'), row: { ...write('b').row, expiresMs: 0.5 } };
  assert.throws(() => table.write([write('a'), bad]));
  assert.deepEqual(has('a'), []);
  assert.deepEqual(table.write([write('a')]), ['bound']);
});
