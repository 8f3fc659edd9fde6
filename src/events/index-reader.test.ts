import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { NOON, positionOf, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { dropIndexFiles, metaPath, monthPath } from '#events/index-files.ts';
import { openIndexReader } from '#events/index-reader.ts';
import { openIndexStore } from '#events/index-store.ts';
import { MONTH_SCHEMA } from '#events/index-schema.ts';

const EVERYTHING = { sinceMs: -8.64e15, untilMs: 8.64e15, order: 'newest', limit: 10 } as const;

test('what is committed is seen while the writer still has the index open', (t) => {
  const directory = temporaryDirectory(t);
  const { store } = openIndexStore({ directory, origin: 'acme/a', indexedTextBytes: 100 });
  const reader = openIndexReader(directory, 'a');
  assert.equal(reader.indexedThrough(), 0);
  store.apply([toolCall(0, 'find', {}, {}, NOON)], positionOf(1));
  assert.equal(reader.indexedThrough(), 1);
  assert.equal(reader.page(EVERYTHING).length, 1);
  store.close();
});

test('a reader that stays open sees the rebuilt index, not the files it knew', (t) => {
  const directory = temporaryDirectory(t);
  const build = (name: string): void => {
    dropIndexFiles(directory);
    const { store } = openIndexStore({ directory, origin: 'acme/a', indexedTextBytes: 100 });
    store.apply([toolCall(0, name, {}, {}, NOON)], positionOf(1));
    store.close();
  };
  const reader = openIndexReader(directory, 'a');
  for (const name of ['before', 'after']) {
    build(name);
    assert.equal(reader.page(EVERYTHING)[0]?.event.name, name);
  }
  reader.close();
});

test('an index of another schema counts as empty until it is built again', (t) => {
  const directory = temporaryDirectory(t);
  const { store } = openIndexStore({ directory, origin: 'acme/a', indexedTextBytes: 100 });
  store.apply([toolCall(0, 'find', {}, {}, NOON)], positionOf(1));
  store.close();
  const meta = new DatabaseSync(metaPath(directory));
  meta.exec('UPDATE identity SET schema = schema + 1');
  meta.close();
  const reader = openIndexReader(directory, 'a');
  assert.deepEqual([reader.indexedThrough(), reader.page(EVERYTHING)], [0, []]);
});

test('an index that is only being made counts as empty', (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(metaPath(directory), '');
  assert.equal(openIndexReader(directory, 'a').indexedThrough(), 0);
});

test('who, what, where and when are answered by an index, in order, without a sort', (t) => {
  const database = new DatabaseSync(monthPath(temporaryDirectory(t), '2026-11'));
  database.exec(MONTH_SCHEMA);
  const planOf = (condition: string, ...values: readonly string[]): string => {
    const sql = `EXPLAIN QUERY PLAN SELECT * FROM events WHERE key >= 1 AND key < 9 AND ${condition} ORDER BY key DESC LIMIT 9`;
    return (database.prepare(sql).all(...values) as { detail: string }[]).map(({ detail }) => detail).join('; ');
  };
  for (const [condition, index] of [
    ['caller_subject = ?', 'who'],
    ['connection = ?', 'where_to'],
    ['name = ?', 'what'],
    ["(method = ? AND method <> 'tools/call')", 'how'],
    ['session = ?', 'by_session'],
    ['code = ?', 'by_code'],
    ["(outcome = ? AND outcome <> 'ok')", 'not_ok'],
    ["(kind = ? AND kind <> 'intent')", 'not_calls'],
  ] as const) {
    const plan = planOf(condition, 'x');
    assert.match(plan, new RegExp(`USING INDEX ${index} \\(.*rowid>\\? AND rowid<\\?\\)`), plan);
    assert.doesNotMatch(plan, /TEMP B-TREE/);
  }
  assert.match(
    planOf('caller_subject = ? AND name = ?', 'x', 'y'),
    /USING INDEX who_what \(caller_subject=\? AND name=\? AND rowid/,
  );
  assert.match(
    planOf('caller_subject = ? AND connection = ?', 'x', 'y'),
    /USING INDEX who_where \(caller_subject=\? AND connection=\? AND rowid/,
  );
  database.close();
});
