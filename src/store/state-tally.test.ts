import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import { openStateDb } from '#store/state-db.ts';
import type { StateDb } from '#store/state-db.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const OPTIONS = { limits: LIMITS, mark: () => undefined, marked: () => undefined, log: { warn: () => undefined } };

async function revoke(state: StateDb, subjects: number, from = 0, prefix = 'id'): Promise<void> {
  for (let at = from; at < from + subjects; at += 1) {
    const scope = { scope: 'caller', issuer: 'https://idp', subject: `s${at}` } as const;
    const by = { issuer: '', subject: '' };
    await state.announce({ id: `${prefix}${at}`, scope, atMs: 1, epochMs: 61_000 + at, reason: 'r'.repeat(200), by });
    await state.enforce(`${prefix}${at}`, `a:${at}`);
  }
}

function open(t: TestContext, path = join(temporaryDirectory(t), 'state.db')): { path: string; state: StateDb } {
  const state = openStateDb({ ...OPTIONS, path });
  t.after(() => state.close());
  return { path, state };
}

test('a state with an older file under its newest pages is not opened, although it says it is the newest', async (t) => {
  const { path, state } = open(t);
  await revoke(state, 100);
  const writer = new DatabaseSync(path);
  t.after(() => writer.close());
  writer.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  copyFileSync(path, `${path}.before`);
  await revoke(state, 40, 100);
  writer.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  assert.equal(writer.prepare('SELECT * FROM state, tally').get()?.['revision'], 140);
  copyFileSync(`${path}.before`, path);
  // A writer that noticed nothing: it writes what it has cached and changed, and the rest is of before.
  writer.exec(`BEGIN; UPDATE state SET revision = revision + 1;
    INSERT INTO revocations VALUES ('last', 141, 'a:1', 'all', NULL, NULL, NULL, 1, 1, '', '', ''); COMMIT`);
  const fresh = new DatabaseSync(path);
  assert.equal(fresh.prepare('SELECT revision FROM state').get()?.['revision'], 141);
  assert.notEqual(fresh.prepare('SELECT count(*) AS count FROM revocations NOT INDEXED').get()?.['count'], 141);
  fresh.close();
  assert.throws(() => open(t, path), /different times/);
});

test('the tally follows every change, and a state of before there was one is counted as it is', async (t) => {
  const { path, state } = open(t);
  await revoke(state, 3);
  await revoke(state, 1, 0, 'again');
  await state.close();
  const before = new DatabaseSync(path);
  for (const name of ['came', 'went', 'changed']) before.exec(`DROP TRIGGER revocation_${name}`);
  before.exec('DROP TABLE tally; DELETE FROM revocations WHERE revision = 2');
  before.close();
  const { state: later } = open(t, path);
  await revoke(later, 2, 3);
  await later.announce({
    id: 'x',
    scope: { scope: 'all' },
    atMs: 1,
    epochMs: 1,
    reason: '',
    by: { issuer: '', subject: '' },
  });
  await later.withdraw('x');
  await later.close();
  assert.equal((await open(t, path).state.inForceAfter(0)).length, 4);
});
