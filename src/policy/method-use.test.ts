import assert from 'node:assert/strict';
import { test } from 'node:test';
import { methodUse, templateUse } from '#policy/method-use.ts';

const never = (): never => {
  throw new Error('arguments were read');
};

test('only a completion looks at the arguments', () => {
  for (const method of ['tools/call', 'resources/read', 'ping', 'tools/list', 'x']) methodUse(method, 'a', never);
  assert.throws(() => methodUse('completion/complete', '', never));
});

test('reading, subscribing and unsubscribing are one use of the normalised URI', () => {
  for (const method of ['resources/read', 'resources/subscribe', 'resources/unsubscribe']) {
    assert.deepEqual(methodUse(method, 'FILE:///a#b', never), {
      kind: 'named',
      method: 'resources/read',
      name: 'file:///a#b',
      bases: ['file:///a'],
    });
  }
  assert.deepEqual(methodUse('resources/read', 'file:///..', never), { kind: 'unsafe', fault: 'dot_segment' });
});

test('a completion without a usable ref is a use of nothing, also when the ref hides in a prototype', () => {
  const inherited: unknown = Object.create({ ref: { type: 'ref/prompt', name: 'a' } });
  for (const args of [undefined, null, 5, 'x', [], {}, { ref: [] }, { ref: { type: 'ref/prompt' } }, inherited]) {
    assert.deepEqual(
      methodUse('completion/complete', '', () => args),
      { kind: 'nothing' },
    );
  }
});

test('a template is used by its literal prefix', () => {
  assert.deepEqual(templateUse('FILE:///a/{B}'), {
    kind: 'prefix',
    method: 'resources/read',
    prefix: 'file:///a/',
    name: 'file:///a/{B}',
  });
});

test('a template without an expression is one resource, not the beginning of many', () => {
  assert.deepEqual(templateUse('FILE:///a'), methodUse('resources/read', 'file:///a', never));
  assert.deepEqual(templateUse('http://u@h/'), { kind: 'unsafe', fault: 'ambiguous_authority' });
});
