import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ReservedKey } from '#accounts/api-key.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { openApiKeyTable } from '#store/api-key-table.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

function open(t: TestContext, limits: Partial<Limits> = {}, path = join(temporaryDirectory(t), 'state.db')) {
  writeFileSync(path, '', { flag: 'a' });
  const table = openApiKeyTable(path, { ...LIMITS, ...limits });
  t.after(() => table.close());
  return { path, table };
}
const key = (id: string, more: Partial<ReservedKey> = {}): ReservedKey => ({
  id,
  digest: Buffer.from(id),
  account: 'bot',
  connections: ['*'],
  level: undefined,
  networks: undefined,
  createdAtMs: 1_000,
  expiresAtMs: 9_000,
  createdBy: { issuer: 'https://i', subject: 'ann' },
  ...more,
});
const make = (table: ReturnType<typeof open>['table'], made: ReservedKey): readonly string[] =>
  table.write([
    { act: 'reserve', key: made },
    { act: 'activate', id: made.id, record: `a:${made.id}` },
  ]);

test('a key that is only reserved opens nothing and is not listed; activated it is all that was written', (t) => {
  const { table } = open(t);
  const full = key('k', { connections: ['c', 'd'], level: 'read', networks: ['10.0.0.0/8'] });
  assert.deepEqual(table.write([{ act: 'reserve', key: full }]), ['done']);
  assert.deepEqual([table.find(full.digest), table.byId('k'), table.all()], [undefined, undefined, []]);
  assert.deepEqual(table.write([{ act: 'activate', id: 'k', record: 'a:1' }]), ['done']);
  const { digest, ...rest } = full;
  const expected = { ...rest, record: 'a:1', endedAtMs: undefined, usedOn: undefined };
  assert.deepEqual([table.find(digest), table.byId('k'), table.all()], [expected, expected, [expected]]);
  assert.deepEqual(table.write([{ act: 'activate', id: 'k', record: 'a:2' }]), ['none']);
  assert.deepEqual(table.write([{ act: 'withdraw', id: 'k' }]), ['none']);
  assert.equal(table.byId('k')?.record, 'a:1');
});

test('an account has two live keys and no third; other accounts, ended and expired keys do not count', (t) => {
  const { table } = open(t);
  assert.deepEqual(make(table, key('1')), ['done', 'done']);
  assert.deepEqual(table.write([{ act: 'reserve', key: key('2') }]), ['done']);
  assert.deepEqual(make(table, key('3')), ['too_many', 'none']);
  assert.deepEqual(make(table, key('other', { account: 'else' })), ['done', 'done']);
  table.write([{ act: 'end', id: '1', atMs: 2_000 }]);
  assert.deepEqual(make(table, key('3')), ['done', 'done']);
  assert.deepEqual(make(table, key('4', { createdAtMs: 8_999 })), ['too_many', 'none']);
  assert.deepEqual(make(table, key('4', { createdAtMs: 9_000, expiresAtMs: 19_000 })), ['done', 'done']);
});

test('two processes that make a key at the same time make no third one', (t) => {
  const { path, table } = open(t);
  const other = open(t, {}, path).table;
  make(table, key('1'));
  const both = [table.write([{ act: 'reserve', key: key('2') }]), other.write([{ act: 'reserve', key: key('3') }])];
  assert.deepEqual(both.flat().toSorted(), ['done', 'too_many']);
});

test('a place that was reserved by somebody who died is given away after its time', (t) => {
  const { table } = open(t, { apiKeyReservedMs: 100 });
  table.write([{ act: 'reserve', key: key('1') }]);
  table.write([{ act: 'reserve', key: key('2') }]);
  assert.deepEqual(make(table, key('3', { createdAtMs: 1_099 })), ['too_many', 'none']);
  assert.deepEqual(make(table, key('3', { createdAtMs: 1_100 })), ['done', 'done']);
  assert.deepEqual(table.write([{ act: 'activate', id: '1', record: 'a:1' }]), ['none']);
});

test('a key that was ended stays ended, and when it was first', (t) => {
  const { table } = open(t);
  make(table, key('1'));
  assert.deepEqual(table.write([{ act: 'end', id: '1', atMs: 5 }]), ['done']);
  assert.deepEqual(table.write([{ act: 'end', id: '1', atMs: 6 }]), ['none']);
  assert.equal(table.find(Buffer.from('1'))?.endedAtMs, 5);
});

test('a revocation ends what was made until then, of one account or of all, also what is being made', (t) => {
  const { table } = open(t);
  make(table, key('old'));
  make(table, key('new', { createdAtMs: 1_001 }));
  make(table, key('else', { account: 'else' }));
  table.write([{ act: 'reserve', key: key('half', { account: 'half' }) }]);
  const ended = () => ['old', 'new', 'else', 'half'].filter((id) => table.byId(id)?.endedAtMs !== undefined);
  table.write([{ act: 'end_of', ended: { of: { account: 'bot' }, madeUpToMs: 1_000 }, atMs: 2_000 }]);
  assert.deepEqual(ended(), ['old']);
  table.write([{ act: 'end_of', ended: { of: 'all', madeUpToMs: 1_000 }, atMs: 3_000 }]);
  table.write([{ act: 'activate', id: 'half', record: 'a:9' }]);
  assert.deepEqual(ended(), ['old', 'else', 'half']);
  assert.equal(table.byId('old')?.endedAtMs, 2_000);
});

test('ended and expired keys are listed for a while, the newest of them', (t) => {
  const { table } = open(t, { apiKeysEnded: 2 });
  for (const [index, id] of ['1', '2', '3', '4'].entries()) {
    make(table, key(id, { createdAtMs: 1_000 + index }));
    table.write([{ act: 'end', id, atMs: 2_000 }]);
  }
  make(table, key('5', { createdAtMs: 1_010 }));
  assert.deepEqual(
    table.all().map(({ id }) => id),
    ['5', '4', '3'],
  );
});

test('a day of use never goes back', (t) => {
  const { table } = open(t);
  make(table, key('1'));
  table.write([{ act: 'use', ids: ['1', 'gone'], day: '2027-01-02' }]);
  table.write([{ act: 'use', ids: ['1'], day: '2027-01-01' }]);
  assert.equal(table.byId('1')?.usedOn, '2027-01-02');
});

test('whatever another process writes changes the version, and nothing else does', (t) => {
  const { path, table } = open(t);
  const other = open(t, {}, path).table;
  const first = table.version();
  assert.equal(table.version(), first);
  make(other, key('1'));
  const second = table.version();
  assert.notEqual(second, first);
  assert.equal(table.version(), second);
  assert.equal(table.find(Buffer.from('1'))?.id, '1');
});

test('another file under the same name is another table, with another version', (t) => {
  const { path, table } = open(t);
  make(table, key('1'));
  const before = table.version();
  renameSync(path, `${path}.old`);
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  writeFileSync(path, '');
  assert.notEqual(table.version(), before);
  assert.equal(table.find(Buffer.from('1')), undefined);
});

test('a missing file throws, and all of a batch or nothing is written', (t) => {
  const { path, table } = open(t);
  make(table, key('1'));
  assert.throws(() =>
    table.write([
      { act: 'end', id: '1', atMs: 5 },
      { act: 'reserve', key: key('1', { account: 'else' }) },
    ]),
  );
  assert.equal(table.byId('1')?.endedAtMs, undefined);
  rmSync(path);
  assert.throws(() => table.version());
  assert.throws(() => openApiKeyTable(path, LIMITS));
});
