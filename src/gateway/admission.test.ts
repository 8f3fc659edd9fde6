import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission } from '#gateway/admission.ts';
import type { Admission, Tenure } from '#gateway/admission.ts';

const ROOM = { listeners: 2, listenersPerCaller: 1 };
const ENDLESS: Tenure = { isOver: () => false, end: () => undefined };

test('no more calls are admitted than there is room for, and a place is free again when a call leaves', () => {
  const admission = createAdmission({ callsInFlight: 2, callsInFlightPerCaller: 2, streamsPerCaller: 10, ...ROOM });
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
  const admission = createAdmission({ callsInFlight: 10, callsInFlightPerCaller: 1, streamsPerCaller: 10, ...ROOM });
  for (const call of ['a', 'b', 'c']) admission.enter(call, new AbortController());
  assert.equal(admission.enterCaller('a', 'ada', ENDLESS), 'entered');
  assert.equal(admission.enterCaller('b', 'ada', ENDLESS), 'calls_in_flight_per_caller');
  assert.equal(admission.enterCaller('c', 'grace', ENDLESS), 'entered');
  admission.leave('b');
  admission.leave('a');
  assert.equal(admission.enter('d', new AbortController()), true);
  assert.equal(admission.enterCaller('d', 'ada', ENDLESS), 'entered');
});

test('a stop ends the exchanges of the calls that are on their way, and of no other', () => {
  const admission = createAdmission({ callsInFlight: 2, callsInFlightPerCaller: 2, streamsPerCaller: 10, ...ROOM });
  const [running, done] = [new AbortController(), new AbortController()];
  admission.enter('running', running);
  admission.enter('done', done);
  admission.leave('done');
  admission.cutAll();
  assert.deepEqual([running.signal.aborted, done.signal.aborted], [true, false]);
});

test('a call that was never admitted can leave without harm', () => {
  const admission = createAdmission({ callsInFlight: 1, callsInFlightPerCaller: 1, streamsPerCaller: 10, ...ROOM });
  admission.leave('unknown');
  assert.equal(admission.inFlight(), 0);
});

test('a caller with all the streams there may be begins nothing new until one of them ends; another caller does', () => {
  const admission = createAdmission({ callsInFlight: 10, callsInFlightPerCaller: 10, streamsPerCaller: 2, ...ROOM });
  const enter = (call: string, caller: string): string =>
    admission.enter(call, new AbortController()) ? admission.enterCaller(call, caller, ENDLESS) : 'full';
  for (const call of ['a', 'b', 'c']) assert.equal(enter(call, 'ada'), 'entered');
  for (const call of ['a', 'a', 'b']) admission.streams(call);
  assert.deepEqual([enter('d', 'ada'), enter('e', 'grace')], ['streams_per_caller', 'entered']);
  admission.leave('c');
  assert.equal(enter('f', 'ada'), 'streams_per_caller');
  admission.leave('a');
  admission.leave('a');
  assert.equal(enter('g', 'ada'), 'entered');
  admission.streams('g');
  assert.equal(enter('h', 'ada'), 'streams_per_caller');
  admission.streams('never admitted');
});

test('a call whose caller is nobody any more is ended, once, and no other', () => {
  const admission = createAdmission({ callsInFlight: 3, callsInFlightPerCaller: 2, streamsPerCaller: 2, ...ROOM });
  const ended: string[] = [];
  const over = new Set<string>();
  for (const call of ['a', 'b', 'stranger']) admission.enter(call, new AbortController());
  for (const call of ['a', 'b'])
    admission.enterCaller(call, 'ada', { isOver: () => over.has(call), end: () => void ended.push(call) });
  admission.endOver();
  over.add('a');
  admission.endOver();
  admission.endOver();
  assert.deepEqual(ended, ['a']);
  admission.leave('b');
  over.add('b');
  admission.endOver();
  assert.deepEqual(ended, ['a']);
});

test('what lasts takes no place of a call, and has bounds of its own, for one caller and for all', () => {
  const admission = createAdmission({
    callsInFlight: 1,
    callsInFlightPerCaller: 1,
    streamsPerCaller: 1,
    listeners: 3,
    listenersPerCaller: 2,
  });
  const enter = (call: string, caller: string): string =>
    admission.enter(call, new AbortController()) ? admission.enterCaller(call, caller, ENDLESS) : 'full';
  const listen = (call: string, caller: string): string => {
    assert.equal(enter(call, caller), 'entered', call);
    const room = admission.lasts(call, () => false);
    if (room !== 'entered') admission.leave(call);
    return room;
  };
  assert.deepEqual(
    [listen('a', 'ada'), listen('b', 'ada'), listen('c', 'ada'), listen('d', 'grace'), listen('e', 'eve')],
    ['entered', 'entered', 'listeners_per_caller', 'entered', 'listeners'],
  );
  admission.streams('a');
  assert.equal(admission.inFlight(), 3);
  assert.deepEqual([enter('call', 'ada'), enter('another', 'grace')], ['entered', 'full']);
  admission.leave('call');
  admission.leave('a');
  assert.equal(listen('e', 'ada'), 'entered');
});

function held(callsInFlight: number, ...calls: readonly string[]) {
  const admission = createAdmission({ callsInFlight, callsInFlightPerCaller: 2, streamsPerCaller: 10, ...ROOM });
  for (const call of calls) {
    assert.ok(admission.enter(call, new AbortController()));
    assert.equal(admission.enterCaller(call, 'ada', ENDLESS), 'entered');
    admission.holds(call);
  }
  return admission;
}
const enters = (admission: Admission, call: string): boolean => admission.enter(call, new AbortController());

test('a call that waits for people takes no place of others, and one of its caller', () => {
  const admission = held(1, 'a', 'b');
  assert.ok(enters(admission, 'c'));
  assert.equal(admission.enterCaller('c', 'ada', ENDLESS), 'calls_in_flight_per_caller');
  assert.equal(enters(admission, 'd'), false);
  assert.equal(admission.inFlight(), 3, 'a stop waits for them too');
  admission.holds('a');
  assert.equal(enters(admission, 'd'), false, 'it gives its place away once');
});

test('a call that goes on has a free place at once, or stands in line for one, before whoever comes anew', () => {
  const admission = held(1, 'a', 'b');
  const heard: string[] = [];
  const goesOn = (call: string): boolean => admission.goesOn(call, () => void heard.push(call));
  assert.ok(goesOn('a'));
  assert.equal(goesOn('b'), false);
  assert.equal(enters(admission, 'c'), false);
  assert.deepEqual(heard, []);
  admission.leave('a');
  assert.deepEqual(heard, ['b']);
  assert.equal(enters(admission, 'c'), false);
  admission.leave('b');
  assert.ok(enters(admission, 'c'));
  assert.deepEqual([heard.length, admission.inFlight()], [1, 1]);
});

test('whoever leaves the line takes nothing, and each place that comes free goes to one', () => {
  const admission = held(1, 'a', 'b');
  assert.ok(enters(admission, 'first'));
  const heard: string[] = [];
  for (const call of ['a', 'b'])
    assert.equal(
      admission.goesOn(call, () => void heard.push(call)),
      false,
    );
  admission.leave('a');
  assert.deepEqual(heard, []);
  admission.leave('first');
  assert.deepEqual(heard, ['b']);
  admission.leave('b');
  assert.ok(enters(admission, 'next'));
  admission.holds('next');
  assert.ok(enters(admission, 'last'), 'what is held once more gives its place away once more');
  assert.equal(enters(admission, 'beyond'), false);
});

test('a call that never was held goes on as it is', () => {
  const admission = createAdmission({ callsInFlight: 1, callsInFlightPerCaller: 2, streamsPerCaller: 10, ...ROOM });
  assert.ok(enters(admission, 'a'));
  assert.ok(admission.goesOn('a', () => assert.fail('it stands in no line')));
  admission.leave('a');
  assert.ok(enters(admission, 'b'));
  assert.equal(enters(admission, 'c'), false);
});
