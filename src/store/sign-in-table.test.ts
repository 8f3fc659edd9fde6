import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bytes, NOW, openTable, rowOf, signInRow } from '#test/fakes/oauth-rows.ts';

const begin = (id: string, more = {}) => ({ act: 'begin_sign_in', row: signInRow(id, more), nowMs: NOW }) as const;

it('a sign-in is changed by one at a time, and not any more when it has ended', (t) => {
  const table = openTable(t);
  table.write([begin('one')]);
  const change = {
    act: 'change_sign_in',
    row: signInRow('one', { sealed: bytes('new'), checkedMs: NOW + 5 }),
  } as const;
  assert.deepEqual(table.write([change, change]), ['done', 'used']);
  assert.deepEqual([table.signIn('one')?.version, table.signIn('one')?.checkedMs], [1, NOW + 5]);
  assert.deepEqual(table.write([{ act: 'end_sign_in', id: 'one', nowMs: NOW + 6 }]), ['done']);
  assert.equal(table.signIn('one')?.endedMs, NOW + 6);
  assert.deepEqual(table.write([{ act: 'end_sign_in', id: 'one', nowMs: NOW + 7 }]), ['gone']);
  const late = { act: 'change_sign_in', row: signInRow('one', { version: 2 }) } as const;
  assert.deepEqual(table.write([late]), ['used']);
});

it('with its end everything that hangs on it is gone, not only worth nothing', (t) => {
  const table = openTable(t);
  const grant = rowOf('grant', { model: 'Grant', grant: bytes('grant'), signIn: 'one' });
  table.write([begin('one'), { act: 'put', row: grant, nowMs: NOW }, { act: 'end_sign_in', id: 'one', nowMs: NOW }]);
  assert.equal(table.find(bytes('grant')), undefined);
});

it('one at a time asks the issuer, and another when that one does not come back', (t) => {
  const table = openTable(t);
  table.write([begin('one')]);
  const claim = (nowMs: number) => ({ act: 'claim_check', id: 'one', nowMs, untilMs: nowMs + 10 }) as const;
  assert.deepEqual(table.write([claim(NOW), claim(NOW + 9), claim(NOW + 10)]), ['done', 'used', 'done']);
  table.write([{ act: 'change_sign_in', row: signInRow('one', { checkedMs: NOW + 11 }) }]);
  assert.deepEqual(table.write([claim(NOW + 12)]), ['done'], 'an answer ends the claim');
});

it('a person has so many sign-ins at most: ended ones go first, then the oldest, with all that hangs on them', (t) => {
  const table = openTable(t, { signInsPerPerson: 2 });
  table.write([begin('old', { signedInMs: NOW - 2 }), begin('newer', { signedInMs: NOW - 1 })]);
  const grant = rowOf('grant', { model: 'Grant', grant: bytes('grant'), signIn: 'old' });
  table.write([
    { act: 'put', row: grant, nowMs: NOW },
    { act: 'end_sign_in', id: 'newer', nowMs: NOW },
    begin('three'),
  ]);
  assert.deepEqual(
    table.signInsOf(bytes('ada')).map(({ id }) => id),
    ['three', 'old'],
  );
  table.write([begin('four', { signedInMs: NOW + 1 })]);
  assert.deepEqual(
    table.signInsOf(bytes('ada')).map(({ id }) => id),
    ['four', 'three'],
  );
  assert.equal(table.find(bytes('grant')), undefined);
});

it('all people together have so many', (t) => {
  const table = openTable(t, { signIns: 2 });
  for (const [at, id] of ['one', 'two', 'three'].entries())
    table.write([begin(id, { person: bytes(id), expiresMs: NOW + 1_000 + at })]);
  assert.deepEqual(
    ['one', 'two', 'three'].filter((id) => table.signIn(id) !== undefined),
    ['two', 'three'],
  );
});
