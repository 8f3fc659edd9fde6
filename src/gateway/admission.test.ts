import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission } from '#gateway/admission.ts';

test('no more calls are admitted than there is room for, and a place is free again when a call leaves', () => {
  const admission = createAdmission({ callsInFlight: 2, callsInFlightPerCaller: 2 });
  assert.deepEqual([admission.enter('a'), admission.enter('b'), admission.enter('c')], [true, true, false]);
  admission.leave('a');
  assert.equal(admission.enter('c'), true);
  assert.equal(admission.inFlight(), 2);
});

test('one caller cannot take the room of another', () => {
  const admission = createAdmission({ callsInFlight: 10, callsInFlightPerCaller: 1 });
  for (const call of ['a', 'b', 'c']) admission.enter(call);
  assert.equal(admission.enterCaller('a', 'ada'), true);
  assert.equal(admission.enterCaller('b', 'ada'), false);
  assert.equal(admission.enterCaller('c', 'grace'), true);
  admission.leave('b');
  admission.leave('a');
  assert.equal(admission.enter('d') && admission.enterCaller('d', 'ada'), true);
});

test('a call that was never admitted can leave without harm', () => {
  const admission = createAdmission({ callsInFlight: 1, callsInFlightPerCaller: 1 });
  admission.leave('unknown');
  assert.equal(admission.inFlight(), 0);
});
