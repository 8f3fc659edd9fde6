import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { OAuthOutcome, OAuthRow, OAuthWrite } from '#oauth/oauth-rows.ts';
import type { OAuthTable, OAuthTableLimits } from '#store/oauth-table.ts';
import { bytes, emptyStateFile, NOW, openTable, rowOf, signInRow } from '#test/fakes/oauth-rows.ts';

const OF_ADA = { grant: bytes('grant'), signIn: 'one' };
const refreshRow = (name: string, after?: string): OAuthRow =>
  rowOf(name, { ...OF_ADA, model: 'RefreshToken', after: after === undefined ? undefined : bytes(after) });
const put = (row: OAuthRow): OAuthWrite => ({ act: 'put', row, nowMs: NOW });

type Shown = { readonly from?: string | undefined; readonly atMs?: number };
/** `r2` for `r1`, with the access token `a2`. */
function refresh(table: OAuthTable, name: string, after: string, { from = 'home', atMs = NOW }: Shown = {}) {
  const access = rowOf(name.replace('r', 'a'), { ...OF_ADA, after: bytes(name) });
  const source = from === '' ? undefined : bytes(from);
  const [outcome] = table.write([
    { act: 'rotate', row: refreshRow(name, after), nowMs: atMs, source },
    { act: 'put', row: access, nowMs: atMs },
  ]);
  return outcome;
}
const live = (table: OAuthTable, ...names: readonly string[]): readonly string[] =>
  names.filter((name) => table.token(bytes(name)) !== undefined);

/** A grant with the refresh token `r1` and the access token `a1`. */
function granted(t: TestContext, limits: Partial<OAuthTableLimits> = {}, path = emptyStateFile(t)): OAuthTable {
  const table = openTable(t, limits, path);
  table.write([
    { act: 'begin_sign_in', row: signInRow('one'), nowMs: NOW },
    put(rowOf('grant', { ...OF_ADA, model: 'Grant' })),
    put(refreshRow('r1')),
    put(rowOf('a1', OF_ADA)),
  ]);
  return table;
}

it('a program that shows one token twice at the same moment has two answers, and both count', (t) => {
  const path = emptyStateFile(t);
  const [one, two] = [granted(t, {}, path), openTable(t, {}, path)];
  assert.deepEqual([refresh(one, 'r2', 'r1'), refresh(two, 'r3', 'r1')], ['done', 'done']);
  assert.deepEqual(live(one, 'a2', 'a3'), ['a2', 'a3']);
});

it('a second answer counts too when the first was shown while it was made', (t) => {
  const table = granted(t);
  refresh(table, 'r2', 'r1');
  table.write([{ act: 'see', digest: bytes('r2'), nowMs: NOW }]);
  assert.equal(table.isUnanswered(bytes('r1')), false, 'whoever comes from now on is refused at the door');
  assert.equal(refresh(table, 'r3', 'r1'), 'done');
});

it('of two answers one goes on, and whoever shows the other ends the grant', (t) => {
  for (const [first, second] of [
    ['r2', 'r3'],
    ['r3', 'r2'],
  ] as const) {
    const table = granted(t);
    refresh(table, 'r2', 'r1');
    refresh(table, 'r3', 'r1');
    assert.equal(refresh(table, 'r4', first), 'done');
    assert.equal(table.find(bytes(second))?.consumedMs, NOW, 'used up by the other');
    assert.equal(table.isUnanswered(bytes(second)), false);
    assert.equal(refresh(table, 'r5', second), 'used');
    assert.deepEqual(live(table, 'a1', 'a2', 'a3', 'a4'), []);
  }
});

it('the one that both came of ends the grant once one of them went on', (t) => {
  const table = granted(t);
  refresh(table, 'r2', 'r1');
  refresh(table, 'r3', 'r1');
  refresh(table, 'r4', 'r3');
  assert.equal(table.isUnanswered(bytes('r1')), false);
  assert.equal(refresh(table, 'r5', 'r1'), 'used');
  assert.deepEqual(live(table, 'a4'), []);
});

it('an answer given to another address, later, or to nobody knows whom is taken for lost', (t) => {
  const shown: readonly Shown[] = [{ from: 'elsewhere' }, { atMs: NOW + LIMITS.refreshTwinMs }, { from: '' }];
  for (const second of shown) {
    const table = granted(t);
    refresh(table, 'r2', 'r1', second.from === '' ? { from: '' } : {});
    assert.equal(refresh(table, 'r3', 'r1', second), 'done');
    assert.deepEqual(live(table, 'a2', 'a3'), ['a3'], JSON.stringify(second));
    assert.equal(refresh(table, 'r4', 'r2', second), 'used');
  }
});

it('no more answers than so many count at the same time', (t) => {
  const table = granted(t, { refreshTwins: 2 });
  const outcomes: (OAuthOutcome | undefined)[] = ['r2', 'r3', 'r4'].map((name) => refresh(table, name, 'r1'));
  assert.deepEqual(outcomes, ['done', 'done', 'done']);
  assert.deepEqual(live(table, 'a2', 'a3', 'a4'), ['a4']);
});

it('from where a token was exchanged is forgotten when it matters no more', (t) => {
  const path = emptyStateFile(t);
  const table = granted(t, {}, path);
  const database = new DatabaseSync(path, { readOnly: true });
  t.after(() => database.close());
  const kept = (): unknown => database.prepare('SELECT count(*) AS count FROM oauth_exchanges').get()?.['count'];
  refresh(table, 'r2', 'r1');
  refresh(table, 'r3', 'r2', { atMs: NOW + LIMITS.refreshTwinMs - 1 });
  assert.equal(kept(), 2);
  refresh(table, 'r4', 'r3', { atMs: NOW + LIMITS.refreshTwinMs });
  assert.equal(kept(), 2);
});
