import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createOwnedEntries } from '#gateway/owned-entries.ts';

const of = (caller: string) => ({ caller });
const ids = (entries: ReturnType<typeof createOwnedEntries>) => [...entries.entries()].map(([id]) => id);

test('a caller with too many loses the own least recently used, and nobody else any', () => {
  const entries = createOwnedEntries({ total: 100, perCaller: 2 });
  entries.put('ada1', of('ada'));
  entries.put('eve1', of('eve'));
  entries.put('eve2', of('eve'));
  entries.put('eve1', of('eve'));
  entries.put('eve3', of('eve'));
  assert.deepEqual(ids(entries), ['ada1', 'eve1', 'eve3']);
});

test('in all there are only so many, and the least recently used goes first', () => {
  const entries = createOwnedEntries({ total: 2, perCaller: 2 });
  for (const id of ['a', 'b', 'a', 'c']) entries.put(id, of(id));
  assert.deepEqual(ids(entries), ['a', 'c']);
});

test('what was taken away counts no more', () => {
  const entries = createOwnedEntries({ total: 10, perCaller: 1 });
  entries.put('one', of('ada'));
  entries.delete('one');
  entries.delete('one');
  assert.equal(entries.get('one'), undefined);
  entries.put('two', of('ada'));
  // Goes over to another caller: it is his then.
  entries.put('two', of('eve'));
  entries.put('three', of('ada'));
  assert.deepEqual([ids(entries), entries.size], [['two', 'three'], 2]);
});

test('each that is gone is told of once, and one that is only used again is not', () => {
  const gone: string[] = [];
  const entries = createOwnedEntries({ total: 3, perCaller: 2 }, ({ caller }, id) => gone.push(`${caller} ${id}`));
  for (const id of ['one', 'two', 'one', 'three']) entries.put(id, of('ada'));
  assert.deepEqual(gone, ['ada two']);
  for (const id of ['one', 'one']) entries.delete(id);
  for (const id of ['four', 'five', 'six']) entries.put(id, of(id));
  assert.deepEqual(gone, ['ada two', 'ada one', 'ada three']);
});

const step = fc.record({
  id: fc.integer({ min: 0, max: 9 }),
  caller: fc.constantFrom('ada', 'eve', 'bob'),
  isPut: fc.boolean(),
});

test('however it is used, no bound is passed and the newest is there', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const entries = createOwnedEntries({ total: 4, perCaller: 2 });
      for (const { id, caller, isPut } of steps) {
        if (isPut) entries.put(`${id}`, of(caller));
        else entries.delete(`${id}`);
        assert.equal(entries.get(`${id}`)?.caller, isPut ? caller : undefined);
        assert.ok(entries.size <= 4);
        for (const one of ['ada', 'eve', 'bob'])
          assert.ok([...entries.entries()].filter(([, held]) => held.caller === one).length <= 2);
      }
    }),
  );
});
