import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Definition } from '#definitions/definition.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { openDefinitionsDb } from '#store/definitions-db.ts';
import { foundTool } from '#test/fakes/definitions.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

function place(t: TestContext) {
  const path = join(temporaryDirectory(t), 'state.db');
  return (limits: Partial<Limits> = {}, isReadOnly = false) => {
    const store = openDefinitionsDb({ path, limits: { ...LIMITS, ...limits }, isReadOnly });
    t.after(() => store.close());
    return store;
  };
}
const ADMIN = { issuer: 'https://issuer.example', subject: 'ada' };
const shape = (definitions: readonly Definition[]) =>
  definitions.map(({ name, versions }) => [
    name,
    ...versions.map(
      ({ hash, accepted }) =>
        `${hash.slice(0, 4)} ${accepted === undefined ? 'seen' : typeof accepted === 'string' ? accepted : accepted.subject}`,
    ),
  ]);
const h = (text: string): string => foundTool('', text).hash.slice(0, 4);

test('the first version counts, every other is a change until it is accepted, across openings', async (t) => {
  const open = place(t);
  const one = open();
  await one.note({ connection: 'notes', found: [foundTool('get', 'v1')], atMs: 1 });
  one.close();
  const two = open();
  const seen = await two.note({
    connection: 'notes',
    found: [foundTool('get', 'v2'), foundTool('get', 'v1')],
    atMs: 2,
  });
  assert.deepEqual(shape(seen), [['get', `${h('v1')} first_use`, `${h('v2')} seen`]]);
  const accepted = await two.accept(
    [{ connection: 'notes', kind: 'tool', name: 'get', hash: foundTool('', 'v2').hash, isOnly: false }],
    ADMIN,
  );
  assert.deepEqual(shape(accepted), [['get', `${h('v1')} first_use`, `${h('v2')} ada`]]);
  assert.deepEqual(shape(await open().after(0)), shape(accepted));
});

test('one that follows sees what another opening changed, and nothing twice', async (t) => {
  const open = place(t);
  const [one, two] = [open(), open()];
  await one.note({ connection: 'notes', found: [foundTool('a', 'a'), foundTool('b', 'b')], atMs: 1 });
  const first = await two.after(0);
  assert.deepEqual(
    first.map(({ name }) => name),
    ['a', 'b'],
  );
  const revision = first.at(-1)?.revision ?? 0;
  assert.deepEqual(await two.after(revision), []);
  await one.note({ connection: 'notes', found: [foundTool('a', 'other')], atMs: 2 });
  assert.deepEqual(
    (await two.after(revision)).map(({ name }) => name),
    ['a'],
  );
  await one.note({ connection: 'notes', found: [foundTool('a', 'other')], atMs: 3 });
  assert.equal((await two.after(revision)).at(-1)?.revision, revision + 1, 'what is known is not written again');
});

test('accepting one alone forgets the others and their texts: seen again, they are changes again', async (t) => {
  const store = place(t)();
  const key = { kind: 'tool', name: 'get' } as const;
  await store.note({ connection: 'notes', found: [foundTool('get', 'v1'), foundTool('get', 'v2')], atMs: 1 });
  assert.equal((await store.texts('notes', key)).length, 2);
  await store.accept([{ connection: 'notes', ...key, hash: foundTool('', 'v1').hash, isOnly: true }], ADMIN);
  assert.deepEqual(await store.texts('notes', key), [{ hash: foundTool('', 'v1').hash, text: 'v1' }]);
  const again = await store.note({ connection: 'notes', found: [foundTool('get', 'v2')], atMs: 2 });
  assert.deepEqual(shape(again), [['get', `${h('v1')} ada`, `${h('v2')} seen`]]);
});

test('what names no version that is there changes nothing', async (t) => {
  const store = place(t)();
  await store.note({ connection: 'notes', found: [foundTool('get', 'v1')], atMs: 1 });
  const nowhere = [
    { connection: 'notes', kind: 'tool', name: 'get', hash: 'other', isOnly: true },
    { connection: 'other', kind: 'tool', name: 'get', hash: foundTool('', 'v1').hash, isOnly: true },
    { connection: 'notes', kind: 'prompt', name: 'get', hash: foundTool('', 'v1').hash, isOnly: true },
  ] as const;
  assert.deepEqual(await store.accept(nowhere, ADMIN), []);
  assert.deepEqual(shape(await store.after(0)), [['get', `${h('v1')} first_use`]]);
});

test('there is always room for a change: of the accepted ones the oldest goes', async (t) => {
  const store = place(t)({ definitionVersions: 2 });
  await store.note({ connection: 'notes', found: [foundTool('get', 'v1'), foundTool('get', 'v2')], atMs: 1 });
  await store.accept(
    [{ connection: 'notes', kind: 'tool', name: 'get', hash: foundTool('', 'v2').hash, isOnly: false }],
    ADMIN,
  );
  const third = await store.note({ connection: 'notes', found: [foundTool('get', 'v3')], atMs: 2 });
  assert.deepEqual(shape(third), [['get', `${h('v2')} ada`, `${h('v3')} seen`]]);
  const fourth = await store.note({ connection: 'notes', found: [foundTool('get', 'v4')], atMs: 3 });
  assert.deepEqual(shape(fourth), shape(third), 'it shows a change already');
});

test('definitions and texts of a connection are bounded; other connections have room of their own', async (t) => {
  const store = place(t)({ definitionsPerConnection: 2, definitionTextsBytes: 5 });
  const found = [foundTool('a', 'aaa'), foundTool('b', 'bbb'), foundTool('c', 'c')];
  const kept = await store.note({ connection: 'notes', found, atMs: 1 });
  assert.deepEqual(
    kept.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.equal((await store.texts('notes', { kind: 'tool', name: 'a' })).length, 1);
  assert.deepEqual(await store.texts('notes', { kind: 'tool', name: 'b' }), [], 'its hash is kept, its text is not');
  assert.equal((await store.note({ connection: 'other', found, atMs: 1 })).length, 2);
  const changed = await store.note({ connection: 'notes', found: [foundTool('a', 'x')], atMs: 2 });
  assert.equal(changed[0]?.versions.length, 2, 'a change of what is there needs no room');
});

test('a reader sees it beside the writer and cannot write', async (t) => {
  const open = place(t);
  const writer = open();
  await writer.note({ connection: 'notes', found: [foundTool('get', 'v1')], atMs: 1 });
  const reader = open({}, true);
  assert.equal((await reader.after(0)).length, 1);
  await assert.rejects(reader.note({ connection: 'notes', found: [foundTool('get', 'v2')], atMs: 2 }));
  assert.equal((await reader.after(0)).length, 1, 'a fault passes');
});
