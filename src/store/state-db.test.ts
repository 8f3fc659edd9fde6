import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import type { Revocation, RevocationScope } from '#identity/revocation.ts';
import { LIMITS } from '#limits.ts';
import { openStateDb } from '#store/state-db.ts';
import type { StateDb } from '#store/state-db.ts';
import type { Marker } from '#store/roll-back-marker.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const ADA: RevocationScope = { scope: 'caller', issuer: 'https://idp', subject: 'ada' };
const APP: RevocationScope = { scope: 'client', client: 'idp:app' };
const ALL: RevocationScope = { scope: 'all' };
const SCOPES: readonly RevocationScope[] = [ALL, ADA, APP];
const DAY_MS = 24 * 3_600_000;
const revocation = (id: string, more: Partial<Revocation> = {}): Revocation => ({
  id,
  scope: ADA,
  atMs: 1_000,
  epochMs: 61_000,
  reason: 'a stolen laptop',
  by: { issuer: 'https://idp', subject: 'root' },
  ...more,
});

function open(
  t: TestContext,
  path = join(temporaryDirectory(t), 'state.db'),
  limits: Partial<typeof LIMITS> = {},
  mark: (state: Marker) => void = () => undefined,
): { readonly path: string; readonly state: StateDb; readonly warned: string[] } {
  const warned: string[] = [];
  const log = { warn: (_fields: object, message: string) => void warned.push(message) };
  const state = openStateDb({ path, limits: { ...LIMITS, ...limits }, mark, marked: () => undefined, log });
  t.after(() => state.close());
  return { path, state, warned };
}
async function inForce(state: StateDb, one: Revocation, record = 'a:7') {
  assert.equal(await state.announce(one), true);
  return state.enforce(one.id, record);
}

test('a revocation is announced, then in force, and reads back whole, also after the file is opened anew', async (t) => {
  const { path, state } = open(t);
  for (const [at, scope] of SCOPES.entries()) await state.announce(revocation(`id${at}`, { scope }));
  assert.deepEqual(await state.inForceAfter(0), []);
  assert.deepEqual(
    await state.announced(),
    SCOPES.map((scope, at) => revocation(`id${at}`, { scope })),
  );
  for (const at of SCOPES.keys()) await state.enforce(`id${at}`, `a:${at}`);
  const expected = SCOPES.map((scope, at) => ({
    ...revocation(`id${at}`, { scope }),
    revision: at + 1,
    record: `a:${at}`,
  }));
  assert.deepEqual(await state.inForceAfter(0), expected);
  assert.deepEqual(await state.inForceAfter(2), expected.slice(2));
  assert.deepEqual(await state.announced(), []);
  await state.close();
  assert.deepEqual(await open(t, path).state.inForceAfter(0), expected);
});

test('what one process puts in force another on the same file sees, and nothing twice', async (t) => {
  const { path, state } = open(t);
  const other = open(t, path).state;
  assert.deepEqual(await other.inForceAfter(0), []);
  const enforced = await inForce(state, revocation('one'));
  assert.deepEqual(await other.inForceAfter(0), [enforced]);
  assert.deepEqual(await other.inForceAfter(enforced.revision), []);
  const second = await inForce(other, revocation('two', { scope: { scope: 'all' } }));
  assert.deepEqual(await state.inForceAfter(enforced.revision), [second]);
});

test('a second revocation of the same scope takes the place of the first, and its epoch never falls', async (t) => {
  const { state } = open(t);
  await inForce(state, revocation('one', { epochMs: 90_000 }));
  await inForce(state, revocation('other', { scope: { scope: 'client', client: 'idp:app' } }));
  const later = await inForce(state, revocation('two', { epochMs: 70_000 }));
  assert.equal(later.epochMs, 90_000);
  assert.deepEqual(
    (await state.inForceAfter(0)).map(({ id }) => id),
    ['other', 'two'],
  );
});

test('one that was announced can be taken back, and one in force cannot', async (t) => {
  const { state } = open(t);
  await state.announce(revocation('one'));
  assert.equal(await state.withdraw('one'), undefined);
  assert.deepEqual(await state.announced(), []);
  const enforced = await inForce(state, revocation('two'));
  assert.deepEqual(await state.withdraw('two'), enforced);
  assert.deepEqual(await state.enforce('two', 'b:9'), enforced);
  assert.deepEqual(await state.inForceAfter(0), [enforced]);
  await assert.rejects(state.enforce('one', 'a:1'), /never announced/);
});

test('there is room for so many and no more, and what outlives every token makes room', async (t) => {
  const { state } = open(t, undefined, { revocationEpochs: 1 as never });
  await inForce(state, revocation('one'));
  assert.equal(await state.announce(revocation('two', { scope: APP })), false);
  const later = { atMs: LIMITS.revocationKeptMs + DAY_MS, epochMs: LIMITS.revocationKeptMs + DAY_MS };
  assert.equal(await state.announce(revocation('three', later)), true);
});

test('an earlier copy put over the open file is noticed before anything is read from it or written into it', async (t) => {
  const { path, state } = open(t);
  const settle = (): void => {
    const database = new DatabaseSync(path);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
  };
  await inForce(state, revocation('one'));
  settle();
  copyFileSync(path, `${path}.backup`);
  const other = open(t, path).state;
  await inForce(state, revocation('two', { scope: { scope: 'client', client: 'idp:app' } }));
  await inForce(state, revocation('three', { scope: ALL, epochMs: 1_000 }));
  assert.equal((await other.inForceAfter(0)).length, 3);
  settle();
  copyFileSync(`${path}.backup`, path);
  // A process that knows nothing of what was numbers anew what the others have seen under that number.
  const fresh = open(t, path).state;
  await inForce(fresh, revocation('four', { scope: { scope: 'client', client: 'idp:thief' } }));
  await assert.rejects(other.inForceAfter(3), /another state\.db/);
  await assert.rejects(state.announce(revocation('five')), /another state\.db/);
});

test('a full store still takes one of everybody, whose epoch makes room, and one that takes the place of another', async (t) => {
  const { state } = open(t, undefined, { revocationEpochs: 2 as never });
  await inForce(state, revocation('one'));
  await inForce(state, revocation('later', { scope: APP, epochMs: 62_000 }));
  assert.equal(await state.announce(revocation('other', { scope: { scope: 'client', client: 'idp:cli' } })), false);
  await inForce(state, revocation('again'));
  await inForce(state, revocation('all', { scope: ALL }));
  await inForce(state, revocation('all again', { scope: ALL, epochMs: 60_000 }));
  assert.deepEqual(
    (await state.inForceAfter(0)).map(({ id, epochMs }) => [id, epochMs]),
    [
      ['later', 62_000],
      ['all again', 61_000],
    ],
  );
  assert.equal(await state.announce(revocation('other', { scope: { scope: 'client', client: 'idp:cli' } })), true);
});

test('so many and no more are dropped in one act', async (t) => {
  const { state } = open(t, undefined, { revocationsDropped: 1 as never });
  await inForce(state, revocation('one'));
  await inForce(state, revocation('two', { scope: APP }));
  await inForce(state, revocation('all', { scope: ALL }));
  assert.equal((await state.inForceAfter(0)).length, 2);
  const long = { atMs: LIMITS.revocationKeptMs + DAY_MS, epochMs: LIMITS.revocationKeptMs + DAY_MS };
  await state.announce(revocation('later', long));
  assert.equal((await state.inForceAfter(0)).length, 1);
});

test('there is room for so many of everybody too', async (t) => {
  const { state } = open(t, undefined, { revocationEpochs: 1 as never });
  assert.equal(await state.announce(revocation('all', { scope: ALL })), true);
  assert.equal(await state.announce(revocation('another', { scope: ALL })), false);
});

test('each that comes into force is marked under the lock with the newest revision; a mark that fails is said and undoes nothing', async (t) => {
  const marks: Marker[] = [];
  const { state } = open(t, undefined, {}, (at) => void marks.push(at));
  await inForce(state, revocation('one'));
  await inForce(state, revocation('two'));
  assert.deepEqual(
    marks.map(({ revision }) => revision),
    [1, 2],
  );
  assert.match(marks[0]?.store ?? '', /^[0-9a-f]{32}$/);
  const failing = open(t, undefined, {}, () => {
    throw new Error('read-only');
  });
  const enforced = await inForce(failing.state, revocation('one'));
  assert.deepEqual(await failing.state.inForceAfter(0), [enforced]);
  assert.equal(failing.warned.length, 1);
});

test('the file is private, written through, and refused when others may write to it', async (t) => {
  if (process.platform === 'win32') return;
  const { path, state } = open(t);
  await inForce(state, revocation('one'));
  for (const name of [path, `${path}-wal`, `${path}-shm`]) assert.equal(statSync(name).mode & 0o777, 0o600, name);
  await state.close();
  chmodSync(path, 0o644);
  await open(t, path).state.close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  chmodSync(path, 0o620);
  assert.throws(() => open(t, path), /others may write/);
});

test('a file that is no state, or of another version, is refused', (t) => {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, 'not a database, but long enough to be taken for the head of one'.repeat(20));
  assert.throws(() => open(t, path), /not a database/);
  rmSync(path);
  void open(t, path).state.close();
  const database = new DatabaseSync(path);
  database.exec('UPDATE state SET schema = 99');
  database.close();
  assert.throws(() => open(t, path), /schema is 99/);
});

test('a file that is removed or replaced while it is in use is not read, and reading goes on once it is back', async (t) => {
  const { path, state } = open(t);
  const before = `${path}.before`;
  await inForce(state, revocation('one'));
  const backup = new DatabaseSync(path);
  backup.exec(`VACUUM INTO '${before}'`);
  backup.close();
  const second = await inForce(state, revocation('two', { scope: { scope: 'all' } }));

  renameSync(path, `${path}.kept`);
  await assert.rejects(state.inForceAfter(0), /ENOENT/);
  for (const suffix of ['-wal', '-shm']) renameSync(`${path}${suffix}`, `${path}.kept${suffix}`);
  copyFileSync(before, path);
  chmodSync(path, 0o600);
  await assert.rejects(state.inForceAfter(0), /another state\.db/);
  rmSync(path);
  const stranger = open(t, path).state;
  // Another one is another one, however far it got.
  for (const id of ['a', 'b', 'c']) await inForce(stranger, revocation(id));
  await assert.rejects(state.inForceAfter(0), /another state\.db/);
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  for (const suffix of ['', '-wal', '-shm']) renameSync(`${path}.kept${suffix}`, `${path}${suffix}`);
  assert.deepEqual((await state.inForceAfter(0)).at(-1), second);
});

/** A backup taken after the first of two revocations, with both processes open. */
async function overwritable(t: TestContext) {
  let marked: Marker | undefined;
  const path = join(temporaryDirectory(t), 'state.db');
  const process = (): StateDb => {
    const state = openStateDb({
      path,
      limits: LIMITS,
      mark: (at) => void (marked = at),
      marked: () => marked,
      log: { warn: () => undefined },
    });
    t.after(() => state.close());
    return state;
  };
  const bySql = (sql: string): void => {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  };
  const [one, other] = [process(), process()];
  await inForce(one, revocation('one'));
  bySql(`VACUUM INTO '${path}.before'`);
  await inForce(one, revocation('two', { scope: APP }));
  bySql('PRAGMA wal_checkpoint(TRUNCATE)');
  copyFileSync(path, `${path}.right`);
  return { path, one, other, bySql };
}

test('an older state.db copied over the one in use is neither read nor written, however it was cached, until the right one is back', async (t) => {
  for (const isCached of [true, false]) {
    const { path, one, other } = await overwritable(t);
    const { ino } = statSync(path);
    if (isCached) for (const state of [one, other]) assert.equal((await state.inForceAfter(0)).length, 2);
    copyFileSync(`${path}.before`, path);
    assert.equal(statSync(path).ino, ino);
    for (const state of [one, other]) {
      await assert.rejects(state.announce(revocation('three')), /older one/);
      await assert.rejects(state.inForceAfter(2), /older one/);
      await assert.rejects(state.inForceAfter(0), /older one/);
    }
    copyFileSync(`${path}.right`, path);
    for (const state of [one, other]) assert.equal((await state.inForceAfter(0)).length, 2);
  }
});

test('a process that had not seen the newest revocation notices by the mark that it was taken away', async (t) => {
  const { path, other } = await overwritable(t);
  copyFileSync(`${path}.before`, path);
  await assert.rejects(other.inForceAfter(0), /older one/);
});

test('a state set back through SQLite itself, or given another name, is neither read nor written', async (t) => {
  for (const change of ['revision = 1', "store = 'another'"]) {
    const { path, one, other, bySql } = await overwritable(t);
    await one.inForceAfter(0);
    await other.inForceAfter(0);
    const keeper = new DatabaseSync(path);
    t.after(() => keeper.close());
    bySql(`UPDATE state SET ${change}`);
    await assert.rejects(one.announce(revocation('three')), /another state\.db/, change);
    await assert.rejects(other.inForceAfter(2), /another state\.db/, change);
  }
});
