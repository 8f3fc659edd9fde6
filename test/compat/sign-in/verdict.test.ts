import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cameAs, holds, isForecast, ofSteps } from './verdict.ts';

test('a cell passes when every condition holds, and else says which one did not', () => {
  assert.deepEqual(holds([true, 'a'], [true, 'b']), { state: 'pass' });
  assert.deepEqual(holds([true, 'a'], [false, 'b'], [false, 'c']), { state: 'red', fault: 'b' });
});

test('a step that failed is red in its own words, and what a program cannot do is absent', () => {
  const never = (): never => assert.fail('asked for more');
  assert.deepEqual(
    ofSteps(
      [
        { state: 'done', value: 1 },
        { state: 'fault', fault: 'no' },
      ],
      never,
    ),
    {
      state: 'red',
      fault: 'no',
    },
  );
  assert.deepEqual(ofSteps([{ state: 'absent', why: 'no document' }], never), { state: 'absent', why: 'no document' });
  assert.deepEqual(
    ofSteps([{ state: 'done', value: 1 }], () => holds()),
    { state: 'pass' },
  );
});

test('only the answer of the tool counts as a call, in whatever a program wraps it', () => {
  assert.equal(isForecast({ state: 'done', value: { structuredContent: { celsius: 21.5 } } }), true);
  assert.equal(isForecast({ state: 'done', value: { text: '{"city":"Zürich","celsius":21.5}' } }), true);
  assert.equal(isForecast({ state: 'done', value: undefined }), false);
  assert.equal(isForecast({ state: 'done', value: { celsius: 21.55 } }), false);
  assert.equal(isForecast({ state: 'fault', fault: 'celsius 21.5' }), false);
});

test('a client came the way it was asked to only if the book has it under such an id', () => {
  const ids = { document: 'https://clients.example/client.json', known: 'compat' };
  const registered = `gatebook:c-${'0a'.repeat(16)}`;
  assert.equal(cameAs(registered, 'registered', ids), true);
  assert.equal(cameAs(registered, 'document', ids), false);
  assert.equal(cameAs('gatebook:https://clients.example/client.json', 'document', ids), true);
  assert.equal(cameAs('gatebook:compat', 'known', ids), true);
  assert.equal(cameAs('gatebook:compat', 'registered', ids), false);
  assert.equal(cameAs(undefined, 'known', ids), false);
});
