import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBindingKeys } from '#bindings/binding-keys.ts';
import { createBindings } from '#bindings/bindings.ts';
import type { Owner } from '#bindings/bindings.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import type { MadeId } from '#mcp/made-ids.ts';
import { createFakeBindingStore } from '#test/fakes/binding-store.ts';

const CALL = { call: 'c1', method: 'tools/call', name: 'export' };
const owner = (caller: string, connection = 'notes', isPerCaller = false): Owner => ({
  caller,
  place: { connection, isPerCaller },
});
const task = (id: string, ttlMs?: number): MadeId => ({ kind: 'task', id, ttlMs });
const state = (id: string): MadeId => ({ kind: 'state', id });

function parts(limits: Partial<Limits> = {}) {
  const store = createFakeBindingStore();
  let nowMs = 1_000;
  const keys = createBindingKeys(Buffer.alloc(32, 1), (count) => Buffer.alloc(count, 3));
  const bindings = createBindings({ store, keys, limits: { ...LIMITS, ...limits }, clock: () => nowMs });
  return { store, bindings, advance: (ms: number) => void (nowMs += ms) };
}

const OK = <T>(value: T) => ({ ok: true, value }) as const;
const OWN = OK({ whose: 'own', made: CALL });
const FOREIGN = OK({ whose: 'foreign' });
const UNKNOWN = OK({ whose: 'unknown' });

test('a task is its maker’s alone, at the connection it was made', async () => {
  const { bindings } = parts();
  assert.deepEqual(await bindings.bind(owner('ada'), task('t'), CALL), OK('bound'));
  assert.deepEqual(bindings.findTask(owner('ada'), 't'), OWN);
  assert.deepEqual(bindings.findTask(owner('grace'), 't'), FOREIGN);
  assert.deepEqual(bindings.findTask(owner('ada', 'other'), 't'), UNKNOWN);
  assert.deepEqual(bindings.findTask(owner('ada'), 'u'), UNKNOWN);
});

test('the id of a living task is not given to another caller, and to the same one anew', async () => {
  const { bindings } = parts();
  await bindings.bind(owner('ada'), task('t'), CALL);
  assert.deepEqual(await bindings.bind(owner('grace'), task('t'), CALL), OK('taken'));
  assert.deepEqual(bindings.findTask(owner('ada'), 't'), OWN);
  const again = { ...CALL, call: 'c2', name: 'other' };
  await bindings.bind(owner('ada'), task('t'), again);
  assert.deepEqual(bindings.findTask(owner('ada'), 't'), OK({ whose: 'own', made: again }));
});

test('callers with a server each may have tasks of the same id', async () => {
  const { bindings } = parts();
  await bindings.bind(owner('ada', 'fs', true), task('1'), CALL);
  assert.deepEqual(bindings.findTask(owner('grace', 'fs', true), '1'), UNKNOWN);
  assert.deepEqual(await bindings.bind(owner('grace', 'fs', true), task('1'), CALL), OK('bound'));
});

test('a state is for the same caller, connection, method and name, and the same text may be given to several', async () => {
  const { bindings } = parts();
  await bindings.bind(owner('ada'), state('s'), CALL);
  assert.deepEqual(bindings.findState(owner('ada'), 's', CALL), OWN);
  assert.deepEqual(bindings.findState(owner('grace'), 's', CALL), FOREIGN);
  assert.deepEqual(bindings.findState(owner('ada', 'other'), 's', CALL), FOREIGN);
  assert.deepEqual(bindings.findState(owner('ada'), 's', { ...CALL, name: 'delete' }), FOREIGN);
  assert.deepEqual(bindings.findState(owner('ada'), 's', { ...CALL, method: 'prompts/get' }), FOREIGN);
  assert.deepEqual(bindings.findState(owner('ada'), 'tampered', CALL), UNKNOWN);
  assert.deepEqual(await bindings.bind(owner('grace'), state('s'), CALL), OK('bound'));
  assert.deepEqual(bindings.findState(owner('grace'), 's', CALL), OWN);
  assert.deepEqual(bindings.findState(owner('ada'), 's', CALL), OWN);
});

test('a task is kept as long as its server says, within bounds, and a state for its time', async () => {
  const { bindings, advance } = parts({
    boundTaskMs: 10_000,
    boundTaskMsMin: 1_000,
    boundStateMs: 500,
  });
  const ada = owner('ada');
  for (const made of [task('short', 1), task('said', 5_000), task('long', 1e12), task('endless'), state('s')])
    await bindings.bind(ada, made, CALL);
  const left = (): string[] => ['short', 'said', 'long', 'endless'].filter((id) => whose(bindings.findTask(ada, id)));
  const whose = (found: ReturnType<typeof bindings.findTask>): boolean => found.ok && found.value.whose === 'own';
  advance(499);
  assert.equal(whose(bindings.findState(ada, 's', CALL)), true);
  advance(1);
  assert.deepEqual(bindings.findState(ada, 's', CALL), UNKNOWN);
  advance(499);
  assert.deepEqual(left(), ['short', 'said', 'long', 'endless']);
  advance(1);
  assert.deepEqual(left(), ['said', 'long', 'endless']);
  advance(4_000);
  assert.deepEqual(left(), ['long', 'endless']);
  advance(5_000);
  assert.deepEqual(left(), []);
});

test('a store that cannot be read or written is said so, and nothing is taken for known or bound', async () => {
  const { bindings, store } = parts();
  await bindings.bind(owner('ada'), task('t'), CALL);
  store.failing.add('find').add('write');
  assert.deepEqual(bindings.findTask(owner('ada'), 't'), { ok: false, error: 'the disk is gone' });
  assert.deepEqual(bindings.findState(owner('ada'), 's', CALL), { ok: false, error: 'the disk is gone' });
  assert.deepEqual(await bindings.bind(owner('ada'), task('u'), CALL), { ok: false, error: 'the disk is gone' });
});

test('looking something up writes nothing; the next write tells when it was used', async () => {
  const { bindings, store, advance } = parts({ bindingTouches: 2 });
  for (const id of ['a', 'b', 'c']) await bindings.bind(owner('ada'), task(id), CALL);
  advance(5);
  for (const id of ['a', 'b', 'c', 'b']) bindings.findTask(owner('ada'), id);
  assert.equal(store.writes.length, 3);
  await bindings.bind(owner('ada'), task('d'), CALL);
  assert.deepEqual(
    store.writes.at(-1)?.touches.map(({ digest, usedMs }) => [Buffer.from(digest).toString('hex'), usedMs]),
    ['c', 'b'].map((id) => [Buffer.from(store.writes[id === 'b' ? 1 : 2]?.row.digest ?? []).toString('hex'), 1_005]),
  );
  await bindings.bind(owner('ada'), task('e'), CALL);
  assert.deepEqual(store.writes.at(-1)?.touches, []);
});

test('what is stored holds neither id nor caller nor name', async () => {
  const { bindings, store } = parts();
  await bindings.bind(owner('https://idp\nada'), task('secret-task-id'), { ...CALL, name: 'personal-name' });
  const { row } = store.writes[0] ?? assert.fail();
  const all = Buffer.concat([row.digest, row.owner, row.caller, row.sealed]).toString('latin1');
  for (const word of ['secret-task-id', 'ada', 'personal-name', 'tools/call']) assert.ok(!all.includes(word), word);
});
