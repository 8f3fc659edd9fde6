import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { TestContext } from 'node:test';
import type { OAuthRow, OAuthWrite } from '#oauth/oauth-rows.ts';
import type { OAuthTable } from '#store/oauth-table.ts';
import { bytes, emptyStateFile, NOW, openTable, rowOf, signInRow } from '#test/fakes/oauth-rows.ts';

const GRANT = rowOf('grant', { model: 'Grant', grant: bytes('grant'), signIn: 'one' });
const REFRESH = rowOf('r1', { model: 'RefreshToken', grant: bytes('grant'), signIn: 'one' });
const put = (row: OAuthRow, nowMs = NOW): OAuthWrite => ({ act: 'put', row, nowMs });
const rotate = (name: string, after: string, source?: string): OAuthWrite => ({
  act: 'rotate',
  row: rowOf(name, { model: 'RefreshToken', grant: bytes('grant'), signIn: 'one', after: bytes(after) }),
  nowMs: NOW,
  source: source === undefined ? undefined : bytes(source),
});
const access = (name: string, after?: string): OAuthRow =>
  rowOf(name, { grant: bytes('grant'), signIn: 'one', after: after === undefined ? undefined : bytes(after) });
const see = (name: string): OAuthWrite => ({ act: 'see', digest: bytes(name), nowMs: NOW });

/** A sign-in with a grant, a refresh token and an access token. */
function signedIn(t: TestContext): OAuthTable {
  const table = openTable(t);
  const begin = { act: 'begin_sign_in', row: signInRow('one'), nowMs: NOW } as const;
  assert.deepEqual(table.write([begin, put(GRANT), put(access('a1')), put(REFRESH)]), Array(4).fill('done'));
  return table;
}
const isLive = (table: OAuthTable, name: string): boolean => table.token(bytes(name)) !== undefined;

it('a row is found as it was written, by its digest and by its other name', (t) => {
  const table = openTable(t);
  const row = rowOf('code', { model: 'DeviceCode', alias: bytes('alias'), source: bytes('source') });
  table.write([put(row)]);
  assert.deepEqual(plain(table.find(bytes('code'))), plain(row));
  assert.deepEqual(plain(table.findByAlias(bytes('alias'))), plain(row));
  assert.equal(table.find(bytes('other')), undefined);
});
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

it('a token counts as long as it, its grant and its sign-in are there', (t) => {
  for (const end of [
    { act: 'remove', digest: bytes('a1') },
    { act: 'end_grant', grant: bytes('grant') },
    { act: 'end_sign_in', id: 'one', nowMs: NOW },
  ] as const) {
    const table = signedIn(t);
    const before = table.revision();
    assert.equal(table.token(bytes('a1'))?.signIn?.id, 'one');
    // The table that reads is another connection than the one that writes, as in the gateway.
    assert.deepEqual(table.write([end]), ['done']);
    assert.equal(isLive(table, 'a1'), false, end.act);
    assert.ok(before >= 0);
  }
});

it('what is written elsewhere raises the revision here when it ends something, and not when it adds', (t) => {
  const path = emptyStateFile(t);
  const [here, there] = [openTable(t, {}, path), openTable(t, {}, path)];
  there.write([{ act: 'begin_sign_in', row: signInRow('one'), nowMs: NOW }, put(GRANT), put(access('a1'))]);
  const before = here.revision();
  there.write([put(access('a2'))]);
  assert.equal(here.revision(), before);
  there.write([{ act: 'remove', digest: bytes('a1') }]);
  assert.ok(here.revision() > before);
  const removed = here.revision();
  there.write([{ act: 'change_sign_in', row: signInRow('one', { sealed: bytes('changed') }) }]);
  assert.ok(here.revision() > removed);
});

it('nothing is given on a grant or a sign-in that has ended', (t) => {
  const table = signedIn(t);
  table.write([{ act: 'end_grant', grant: bytes('grant') }]);
  assert.deepEqual(table.write([put(access('late'))]), ['gone']);
  const ended = signedIn(t);
  ended.write([{ act: 'end_sign_in', id: 'one', nowMs: NOW }]);
  assert.deepEqual(ended.write([put(GRANT), put(access('late'))]), ['gone', 'gone']);
  const expired = signedIn(t);
  assert.deepEqual(expired.write([put(access('late'), NOW + 3_600_000)]), ['gone']);
});

it('a code is used once, and its second use ends everything that came of the first', (t) => {
  const table = signedIn(t);
  const code = rowOf('code', { model: 'AuthorizationCode', grant: bytes('grant'), signIn: 'one' });
  const consume: OAuthWrite = { act: 'consume', digest: bytes('code'), nowMs: NOW };
  assert.deepEqual(table.write([put(code), consume]), ['done', 'done']);
  assert.equal(isLive(table, 'a1'), true);
  assert.deepEqual(table.write([consume]), ['used']);
  assert.equal(isLive(table, 'a1'), false);
  assert.equal(table.find(bytes('grant')), undefined);
});

it('a refresh token that was exchanged, and whose successor was seen, ends the grant when it is shown again', (t) => {
  for (const seen of ['the access token', 'the refresh token'] as const) {
    const table = signedIn(t);
    assert.deepEqual(table.write([rotate('r2', 'r1'), put(access('a2', 'r2'))]), ['done', 'done']);
    assert.deepEqual(table.write([seen === 'the access token' ? see('r2') : rotate('r3', 'r2')]), ['done']);
    assert.equal(table.isUnanswered(bytes('r1')), false);
    assert.deepEqual(table.write([rotate('r4', 'r1')]), ['used'], seen);
    assert.deepEqual(
      ['a1', 'a2'].filter((name) => isLive(table, name)),
      [],
    );
  }
});

it('an answer that was lost can be asked for again, and what was in it counts no more', (t) => {
  const table = signedIn(t);
  table.write([rotate('r2', 'r1'), put(access('a2', 'r2'))]);
  assert.equal(table.isUnanswered(bytes('r1')), true);
  assert.deepEqual(table.write([rotate('r3', 'r1'), put(access('a3', 'r3'))]), ['done', 'done']);
  assert.deepEqual([isLive(table, 'a2'), isLive(table, 'a3')], [false, true]);
  assert.deepEqual(
    table.write([put(access('late', 'r2'))]),
    ['gone'],
    'an access token of the lost answer comes too late',
  );
  assert.deepEqual(
    table.write([rotate('r4', 'r2')]),
    ['used'],
    'whoever shows the one of the lost answer has it after all',
  );
  assert.equal(isLive(table, 'a3'), false);
});

it('two refreshes at once leave one way on', (t) => {
  const path = emptyStateFile(t);
  const [one, two] = [openTable(t, {}, path), openTable(t, {}, path)];
  one.write([{ act: 'begin_sign_in', row: signInRow('one'), nowMs: NOW }, put(GRANT), put(REFRESH)]);
  assert.deepEqual(one.write([rotate('r2', 'r1')]), ['done']);
  assert.deepEqual(two.write([rotate('r3', 'r1')]), ['done']);
  const open = ['r2', 'r3'].filter((name) => one.find(bytes(name))?.consumedMs === undefined);
  assert.deepEqual(open, ['r3']);
});

it('a refresh token nobody has is exchanged for nothing', (t) => {
  assert.deepEqual(signedIn(t).write([rotate('r2', 'r0')]), ['gone']);
});

it('what a token came with is unseen until it is shown', (t) => {
  const table = signedIn(t);
  table.write([rotate('r2', 'r1'), put(access('a2', 'r2'))]);
  assert.equal(table.token(bytes('a1'))?.unseen, undefined, 'the first of a grant replaces nothing');
  assert.deepEqual(Buffer.from(table.token(bytes('a2'))?.unseen ?? []), Buffer.from(bytes('r2')));
  table.write([see('r2')]);
  assert.equal(table.token(bytes('a2'))?.unseen, undefined);
});

it('what has expired goes with the next write, and a person, an address and all together have bounds', (t) => {
  const table = openTable(t, { oauthRowsPerSource: 2, oauthRowsPerSignIn: 3, oauthRows: 6 });
  const pending = (name: string, at: number): OAuthWrite =>
    put(
      rowOf(name, { model: 'Interaction', source: bytes('source'), madeMs: NOW + at, expiresMs: NOW + 100 }),
      NOW + at,
    );
  table.write([pending('i1', 1), pending('i2', 2), pending('i3', 3)]);
  assert.deepEqual(
    ['i1', 'i2', 'i3'].filter((name) => table.find(bytes(name)) !== undefined),
    ['i2', 'i3'],
  );
  table.write([
    { act: 'begin_sign_in', row: signInRow('one'), nowMs: NOW },
    put({ ...GRANT, madeMs: NOW - 1 }, NOW + 200),
  ]);
  assert.equal(table.find(bytes('i3')), undefined, 'expired');
  table.write([1, 2, 3, 4].map((at) => put({ ...access(`b${at}`), madeMs: NOW + at }, NOW + 200)));
  assert.deepEqual(
    ['b1', 'b2', 'b3', 'b4'].filter((name) => isLive(table, name)),
    ['b3', 'b4'],
  );
  assert.notEqual(table.find(bytes('grant')), undefined, 'what all else hangs on goes last');
  for (const at of [1, 2, 3, 4, 5])
    table.write([put(rowOf(`s${at}`, { model: 'Session', madeMs: NOW + 10 + at }), NOW + 200)]);
  const left = ['s1', 's2', 's3', 's4', 's5', 'b3', 'b4', 'grant'].filter(
    (name) => table.find(bytes(name)) !== undefined,
  );
  assert.equal(left.length, 6);
});

it('a program that asks for ever more pushes out what it was given itself, and nothing of another', (t) => {
  const table = openTable(t, { oauthRowsPerSignIn: 8, oauthRowsPerGrant: 4 });
  const begin = { act: 'begin_sign_in', row: signInRow('one'), nowMs: NOW } as const;
  const other = { grant: bytes('other'), signIn: 'one' };
  table.write([begin, put(GRANT), put(access('a1')), put(REFRESH)]);
  table.write([put(rowOf('other', { ...other, model: 'Grant' }))]);
  for (let at = 1; at < 20; at += 1) table.write([put(rowOf(`o${at}`, { ...other, madeMs: NOW + at }), NOW + at)]);
  const kept = ['grant', 'a1', 'r1', 'other', 'o16', 'o17', 'o18', 'o19'].filter(
    (name) => table.find(bytes(name)) !== undefined,
  );
  assert.deepEqual(kept, ['grant', 'a1', 'r1', 'other', 'o17', 'o18', 'o19']);
});

it('when there is no room at all, what strangers made goes before anything that people were given', (t) => {
  const table = openTable(t, { oauthRows: 4 });
  const begin = { act: 'begin_sign_in', row: signInRow('one'), nowMs: NOW } as const;
  table.write([begin, put(GRANT), put(access('a1')), put(REFRESH)]);
  for (let at = 1; at < 9; at += 1)
    table.write([
      put(rowOf(`i${at}`, { model: 'Interaction', source: bytes(`network ${at}`), madeMs: NOW + at }), NOW + at),
    ]);
  const kept = ['grant', 'a1', 'r1', 'i7', 'i8'].filter((name) => table.find(bytes(name)) !== undefined);
  assert.deepEqual(kept, ['grant', 'a1', 'r1', 'i8']);
});

it('a grant is found by the beginning of its digest', (t) => {
  const table = signedIn(t);
  assert.deepEqual(plain(table.grantNamed(bytes('grant').subarray(0, 12))?.digest), plain(bytes('grant')));
  assert.equal(table.grantNamed(bytes('gransu').subarray(0, 12)), undefined);
  assert.equal(table.grantNamed(new Uint8Array(12).fill(255)), undefined);
  assert.deepEqual(
    table.grantsOf('one').map(({ model }) => model),
    ['Grant'],
  );
});

it('a write that fails in the middle leaves nothing of itself', (t) => {
  const table = signedIn(t);
  const begin = { act: 'begin_sign_in', row: signInRow('one'), nowMs: NOW } as const;
  assert.throws(() => table.write([put(access('a2')), begin]), /UNIQUE/);
  assert.equal(isLive(table, 'a2'), false);
});
