import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import type { ConsentRow } from '#oauth/consent.ts';
import { openSignInTables } from '#store/sign-in-tables.ts';
import type { SignInWrite } from '#store/sign-in-tables.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const bytes = (text: string): Buffer => Buffer.from(text.padEnd(32));
const row = (digest: string, person: string, givenAtMs: number): ConsentRow => ({
  digest: bytes(digest),
  person: bytes(person),
  client: bytes('client'),
  sealed: bytes('sealed'),
  givenAtMs,
  endsAtMs: givenAtMs + 1_000,
});
const put = (...of: Parameters<typeof row>): SignInWrite => ({ act: 'put', row: row(...of) });
const claim = (key: string, holder: string, nowMs: number, untilMs = nowMs + 10): SignInWrite => ({
  act: 'claim',
  key: bytes(key),
  holder,
  nowMs,
  untilMs,
});

function newPath(t: TestContext): string {
  const path = join(temporaryDirectory(t), 'state.db');
  closeSync(openSync(path, 'a'));
  return path;
}
function open(t: TestContext, path = newPath(t), limits: Partial<Limits> = {}) {
  const tables = openSignInTables(path, { ...LIMITS, ...limits });
  t.after(() => tables.close());
  const names = (person: string) => tables.of(bytes(person)).map(({ digest }) => Buffer.from(digest).toString().trim());
  return { ...tables, names };
}

test('a consent is found by its digest, listed for its person alone, and gone when it is removed', (t) => {
  const { write, find, names } = open(t);
  write([put('one', 'ada', 1), put('two', 'ada', 2), put('three', 'grace', 3)]);
  assert.deepEqual(names('ada'), ['two', 'one']);
  assert.equal(find(bytes('three'))?.givenAtMs, 3);
  assert.deepEqual(write([{ act: 'remove', digest: bytes('one') }]), [true]);
  assert.deepEqual(write([{ act: 'remove', digest: bytes('one') }]), [false]);
  assert.deepEqual(names('ada'), ['two']);
});

test('given again, a consent is the newer one', (t) => {
  const { write, find, names } = open(t);
  write([put('one', 'ada', 1), put('one', 'ada', 5)]);
  assert.equal(find(bytes('one'))?.givenAtMs, 5);
  assert.equal(names('ada').length, 1);
});

test('the oldest consents go: of one person beyond theirs, of all beyond all', (t) => {
  const { write, names } = open(t, undefined, { consentsPerPerson: 2, consents: 3 });
  write([put('one', 'ada', 1), put('two', 'ada', 2), put('three', 'ada', 3)]);
  assert.deepEqual(names('ada'), ['three', 'two']);
  write([put('four', 'grace', 4), put('five', 'grace', 5)]);
  assert.deepEqual([names('ada'), names('grace')], [['three'], ['five', 'four']]);
});

test('of two processes that claim one thing, one has it, until it lets go or its time is over', (t) => {
  const path = newPath(t);
  const [a, b] = [open(t, path), open(t, path)];
  assert.deepEqual(a.write([claim('refresh', 'a', 0)]), [true]);
  assert.deepEqual(b.write([claim('refresh', 'b', 5)]), [false]);
  assert.deepEqual(b.write([{ act: 'let_go', key: bytes('refresh'), holder: 'b' }]), [false], 'it is not theirs');
  assert.deepEqual(b.write([claim('refresh', 'b', 10)]), [true], 'the first one died');
  assert.deepEqual(a.write([{ act: 'let_go', key: bytes('refresh'), holder: 'a' }]), [false], 'it was late');
  assert.deepEqual(b.write([{ act: 'let_go', key: bytes('refresh'), holder: 'b' }]), [true]);
  assert.deepEqual(a.write([claim('refresh', 'a', 11)]), [true]);
  assert.deepEqual(a.write([claim('other', 'a', 11), claim('other', 'a', 11)]), [true, false], 'once, whoever asks');
});

test('with no room for claims there are none more, and what is over makes room', (t) => {
  const { write } = open(t, undefined, { claims: 2 });
  assert.deepEqual(write([claim('1', 'a', 0), claim('2', 'a', 0), claim('3', 'a', 0)]), [true, true, false]);
  assert.deepEqual(write([claim('3', 'a', 10)]), [true]);
});
