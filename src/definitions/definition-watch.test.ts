import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDefinitionWatch } from '#definitions/definition-watch.ts';
import { LIMITS } from '#limits.ts';
import { createFakeDefinitionStore, fakeDefinitions, foundTool } from '#test/fakes/definitions.ts';
import { createListeningLog, createManualClock } from '#test/fakes/identity.ts';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function open() {
  const store = createFakeDefinitionStore();
  const definitions = fakeDefinitions({}, store);
  const clock = createManualClock(0);
  const log = createListeningLog();
  const watch = createDefinitionWatch({ definitions, clock, limits: LIMITS, log });
  const poll = async (): Promise<void> => {
    clock.advance(LIMITS.statePollMs);
    await turn();
  };
  const see = (text: string) => store.note({ connection: 'notes', found: [foundTool('get', text)], atMs: 1 });
  return { store, definitions, watch, log, poll, see };
}

test('what was kept is known at the start, and what another process sees a poll later', async () => {
  const { definitions, watch, poll, see } = open();
  await see('v1');
  await watch.start();
  const standing = () => definitions.known.standing('notes', 'tool', 'get');
  assert.deepEqual([standing().isKnown, standing().changed], [true, false]);
  await see('v2');
  assert.equal(standing().changed, false);
  await poll();
  assert.equal(standing().changed, true);
  watch.close();
});

test('a store that cannot be read refuses the start; later it is said once, and what is known stays', async () => {
  const { store, definitions, watch, log, poll, see } = open();
  store.failing.add('after');
  await assert.rejects(watch.start());
  store.failing.clear();
  await see('v1');
  await watch.start();
  store.failing.add('after');
  await see('v2');
  await poll();
  await poll();
  assert.equal(log.lines.length, 1);
  assert.equal(definitions.known.standing('notes', 'tool', 'get').isKnown, true);
  store.failing.clear();
  await poll();
  assert.equal(definitions.known.standing('notes', 'tool', 'get').changed, true);
  assert.equal(log.lines.length, 2);
  watch.close();
});

test('after its end it asks no more', async () => {
  const { definitions, watch, poll, see } = open();
  await watch.start();
  watch.close();
  await see('v1');
  await poll();
  assert.equal(definitions.known.standing('notes', 'tool', 'get').isKnown, false);
});
