import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileLevels } from '#policy/levels.ts';
import { createLift } from '#policy/lift.ts';
import { itself, methodUse } from '#policy/method-use.ts';

const { levels } = compileLevels({
  base: { allow: ['tools/call:get_*'], deny: ['tools/call:get_secret'] },
  write: {
    extends: 'base',
    allow: ['tools/call:put_*', 'resources/read:file:///open/*'],
    deny: ['resources/subscribe'],
  },
});
const level = levels.get('write');
assert.ok(level !== undefined);
const lift = createLift(level);

function offered(method: string, name: string): string | undefined {
  const use = methodUse(method, name, () => ({}));
  return lift.offers(use, itself(use, method))?.pattern.text;
}

test('a lift offers what its level permits, with what it extends, and nothing that any of these denies', () => {
  assert.equal(offered('tools/call', 'put_note'), 'tools/call:put_*');
  assert.equal(offered('tools/call', 'get_note'), 'tools/call:get_*');
  assert.equal(offered('tools/call', 'get_secret'), undefined);
  assert.equal(offered('tools/call', 'drop_note'), undefined);
  assert.equal(offered('resources/read', 'file:///open/a'), 'resources/read:file:///open/*');
  // The message itself is denied, although what it follows is not.
  assert.equal(offered('resources/subscribe', 'file:///open/a'), undefined);
  assert.equal(offered('resources/read', 'file:///open/%2e%2e/shut'), undefined);
  assert.ok(lift.units(methodUse('tools/call', 'put_note', () => ({}))) >= 3);
});
