import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeDefinitions } from '#test/fakes/definitions.ts';

test('what is to be done for one connection is done in turn, also after a fault', async () => {
  const definitions = fakeDefinitions();
  const steps: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = definitions.inTurn('notes', async () => {
    steps.push('first begins');
    await promise;
    steps.push('first ends');
    throw new Error('it fails');
  });
  const second = definitions.inTurn('notes', async () => void steps.push('second'));
  const other = definitions.inTurn('other', async () => void steps.push('other'));
  await other;
  resolve();
  await assert.rejects(first, /it fails/);
  await second;
  assert.deepEqual(steps, ['first begins', 'other', 'first ends', 'second']);
});
