import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createBindingKeys } from '#bindings/binding-keys.ts';
import type { Place } from '#bindings/binding.ts';

const SECRET = Buffer.alloc(32, 1);
const keys = createBindingKeys(SECRET, (count) => randomBytes(count));
const SHARED: Place = { connection: 'notes', isPerCaller: false };
const OWN: Place = { connection: 'notes', isPerCaller: true };

test('an id means one thing per connection, and per caller where each has a server of their own', () => {
  const digest = (place: Place, caller: string): string => keys.taskDigest(place, caller, 'task-1').toString('hex');
  assert.equal(digest(SHARED, 'ada'), digest(SHARED, 'grace'));
  assert.notEqual(digest(OWN, 'ada'), digest(OWN, 'grace'));
  assert.notEqual(digest(SHARED, 'ada'), digest({ ...SHARED, connection: 'other' }, 'ada'));
  assert.notEqual(digest(SHARED, 'ada'), keys.stateDigest('task-1').toString('hex'));
});

test('parts that read the same when put together have different digests', () => {
  const of = (caller: string, connection: string, method: string, name: string): string =>
    keys.callDigest(caller, connection, { method, name }).toString('hex');
  assert.notEqual(of('a', 'bc', 'd', 'e'), of('ab', 'c', 'd', 'e'));
  assert.notEqual(of('a', 'b', 'c', 'd1:'), of('a', 'b', 'c1:', 'd'));
  assert.notEqual(keys.callerDigest('a').toString('hex'), keys.stateDigest('a').toString('hex'));
});

test('another secret gives other digests', () => {
  const other = createBindingKeys(Buffer.alloc(32, 2), (count) => randomBytes(count));
  assert.notDeepEqual(other.stateDigest('s'), keys.stateDigest('s'));
});

test('what is sealed for an id opens with it alone, whole and unchanged', () => {
  const call = { call: 'c1', method: 'resources/read', name: 'file:///ärger' };
  const sealed = keys.seal('t1', call);
  assert.deepEqual(keys.open('t1', sealed), call);
  assert.notDeepEqual(keys.seal('t1', call), sealed);
  assert.ok(!sealed.includes('resources/read'));
  assert.throws(() => keys.open('t2', sealed));
  const bent = Buffer.from(sealed);
  bent.writeUInt8(bent.readUInt8(14) ^ 1, 14);
  assert.throws(() => keys.open('t1', bent));
  assert.throws(() => keys.open('t1', sealed.subarray(0, 20)));
});
