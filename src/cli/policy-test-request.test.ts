import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestText, unfitNumber } from '#cli/policy-test-request.ts';

const text = (method: string, name?: string, args: Record<string, unknown> = {}): string => {
  const made = requestText({ method, name, arguments: args }, ['case']);
  return made.ok ? made.value : `${made.error.path.join('.')}: ${made.error.message}`;
};

test('a name goes where the method has it, arguments where the method has them', () => {
  const message = (method: string, params: object): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  assert.equal(text('tools/call', 'a', { x: 1 }), message('tools/call', { name: 'a', arguments: { x: 1 } }));
  assert.equal(text('resources/read', 'a:b', { x: 1 }), message('resources/read', { x: 1, uri: 'a:b' }));
  assert.equal(text('vendor/x', undefined, { x: 1 }), message('vendor/x', { x: 1 }));
  assert.equal(text('notifications/x'), '{"jsonrpc":"2.0","method":"notifications/x","params":{}}');
});

test('a name that a method has not, or has not got, is refused', () => {
  assert.equal(text('ping', 'a'), 'case.name: ping has no name of its own');
  assert.equal(text('completion/complete', 'a'), 'case.name: completion/complete has no name of its own');
  assert.equal(text('tools/call'), 'case: tools/call needs a name');
});

test('a number that would arrive as another is refused where it stands', () => {
  assert.equal(
    text('tools/call', 'a', { x: [1, 2 ** 53] }),
    'case.arguments.x.1: is a number that YAML cannot hold exactly',
  );
  assert.deepEqual(unfitNumber({ a: Number.POSITIVE_INFINITY }, [])?.path, ['a']);
  assert.equal(unfitNumber({ a: [1.5, -3, '9007199254740993', null, true] }, []), undefined);
});
