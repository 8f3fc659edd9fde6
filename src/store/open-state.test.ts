import assert from 'node:assert/strict';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import { openState } from '#store/open-state.ts';
import type { OpenedState } from '#store/open-state.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const REVOCATION = {
  id: 'one',
  scope: { scope: 'all' },
  atMs: 0,
  epochMs: 0,
  reason: '',
  by: { issuer: '', subject: '' },
} as const;

function data(t: TestContext) {
  const folder = temporaryDirectory(t);
  const [path, markerPath] = [join(folder, 'state.db'), join(folder, 'keys', 'state.mark')];
  const open = async (
    hasBook: boolean,
    use?: (opened: OpenedState) => Promise<unknown>,
  ): Promise<string | undefined> => {
    const opened = openState({
      path,
      markerPath,
      limits: LIMITS,
      hasBook,
      log: { warn: () => undefined },
    });
    try {
      await use?.(opened);
    } finally {
      await opened.state.close();
    }
    return opened.lost;
  };
  const revoke = async ({ state }: OpenedState, id = 'one'): Promise<void> => {
    await state.announce({ ...REVOCATION, id });
    await state.enforce(id, 'a:1');
  };
  const removeState = (): void => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  };
  return { path, markerPath, open, revoke, removeState };
}

test('a fresh data directory has lost nothing, nor has one that goes on', async (t) => {
  const { open, revoke } = data(t);
  assert.equal(await open(false, revoke), undefined);
  assert.equal(await open(true), undefined);
});

test('a state without its mark, beside a book, may have lost revocations', async (t) => {
  const { markerPath, open } = data(t);
  assert.equal(await open(true), 'the mark of the state is missing');
  assert.equal(existsSync(markerPath), false);
});

test('a state that was removed, replaced by an older one, or whose mark is damaged may have lost revocations', async (t) => {
  const removed = data(t);
  await removed.open(false, removed.revoke);
  removed.removeState();
  assert.equal(await removed.open(true), 'the state was replaced or removed');

  const older = data(t);
  await older.open(false);
  copyFileSync(older.path, `${older.path}.old`);
  await older.open(true, older.revoke);
  older.removeState();
  copyFileSync(`${older.path}.old`, older.path);
  assert.equal(await older.open(true), 'the state is older than its mark');

  const damaged = data(t);
  await damaged.open(false, damaged.revoke);
  writeFileSync(damaged.markerPath, '{');
  assert.equal(await damaged.open(true), 'the mark of the state is damaged');
});

test('a loss stays one at every start until a revocation is in force again', async (t) => {
  const { open, revoke, removeState } = data(t);
  await open(false, revoke);
  removeState();
  assert.notEqual(await open(true), undefined);
  assert.notEqual(await open(true, (opened) => revoke(opened, 'two')), undefined);
  assert.equal(await open(true), undefined);
});

test('after a loss the numbers go on where the mark was, so that a process that runs on reads what is revoked then', async (t) => {
  const { path, markerPath, open, revoke } = data(t);
  await open(false);
  copyFileSync(path, `${path}.old`);
  const options = { path, markerPath, limits: LIMITS, hasBook: true, log: { warn: () => undefined } };
  const { state: running } = openState(options);
  t.after(() => running.close());
  for (const id of ['one', 'two']) await open(true, (opened) => revoke(opened, id));
  assert.equal((await running.inForceAfter(0)).at(-1)?.revision, 2);
  const keeper = new DatabaseSync(path);
  keeper.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  keeper.close();
  copyFileSync(`${path}.old`, path);
  await assert.rejects(running.inForceAfter(2), /older one/);
  assert.equal(await open(true, (opened) => revoke(opened, 'everybody')), 'the state is older than its mark');
  assert.deepEqual(
    (await running.inForceAfter(2)).map(({ id, revision }) => [id, revision]),
    [['everybody', 3]],
  );
});

test('a start that found a loss can revoke everybody although the state is full', async (t) => {
  const { path, markerPath, open, revoke } = data(t);
  const full = {
    path,
    markerPath,
    limits: { ...LIMITS, revocationEpochs: 1 as never },
    log: { warn: () => undefined },
  };
  const scope = { scope: 'client', client: 'idp:app' } as const;
  await open(false, async ({ state }) => {
    await state.announce({ ...REVOCATION, id: 'app', scope });
    await state.enforce('app', 'a:1');
  });
  rmSync(markerPath);
  const opened = openState({ ...full, hasBook: true });
  t.after(() => opened.state.close());
  assert.notEqual(opened.lost, undefined);
  assert.equal(
    await opened.state.announce({ ...REVOCATION, id: 'cli', scope: { ...scope, client: 'idp:cli' } }),
    false,
  );
  await revoke(opened, 'everybody');
  assert.deepEqual(
    (await opened.state.inForceAfter(0)).map(({ id }) => id),
    ['everybody'],
  );
});
