import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission } from '#gateway/admission.ts';

test('no more calls are admitted than there is room for, and a place is free again when a call leaves', () => {
  const admission = createAdmission({ callsInFlight: 2, callsInFlightPerCaller: 2 });
  assert.deepEqual(
    [
      admission.enter('a', new AbortController()),
      admission.enter('b', new AbortController()),
      admission.enter('c', new AbortController()),
    ],
    [true, true, false],
  );
  admission.leave('a');
  assert.equal(admission.enter('c', new AbortController()), true);
  assert.equal(admission.inFlight(), 2);
});

test('one caller cannot take the room of another', () => {
  const admission = createAdmission({ callsInFlight: 10, callsInFlightPerCaller: 1 });
  for (const call of ['a', 'b', 'c']) admission.enter(call, new AbortController());
  assert.equal(admission.enterCaller('a', 'ada'), true);
  assert.equal(admission.enterCaller('b', 'ada'), false);
  assert.equal(admission.enterCaller('c', 'grace'), true);
  admission.leave('b');
  admission.leave('a');
  assert.equal(admission.enter('d', new AbortController()) && admission.enterCaller('d', 'ada'), true);
});

test('a stop ends the exchanges of the calls that are on their way, and of no other', () => {
  const admission = createAdmission({ callsInFlight: 2, callsInFlightPerCaller: 2 });
  const [running, done] = [new AbortController(), new AbortController()];
  admission.enter('running', running);
  admission.enter('done', done);
  admission.leave('done');
  admission.cutAll();
  assert.deepEqual([running.signal.aborted, done.signal.aborted], [true, false]);
});

test('a call that was never admitted can leave without harm', () => {
  const admission = createAdmission({ callsInFlight: 1, callsInFlightPerCaller: 1 });
  admission.leave('unknown');
  assert.equal(admission.inFlight(), 0);
});
