import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultFrames, faultName } from '#gateway/fault-frames.ts';

test('a bug is told by its class and its place, not by its message', () => {
  const [name, first, ...more] = faultFrames(new TypeError('about hunter2'));
  assert.equal(name, 'TypeError');
  assert.match(first ?? '', /^at .*fault-frames\.test\.ts:\d+:\d+/);
  assert.ok(more.length > 0 && more.length < 10);
  assert.equal(JSON.stringify([name, first, ...more]).includes('hunter2'), false);
});

test('a message with lines that look like frames says nothing either', () => {
  const frames = faultFrames(new Error('x\n    at hunter2 (file:///a.ts:1:1)\n    at hunter2'));
  assert.ok(frames.length > 1);
  assert.equal(frames.join().includes('hunter2'), false);
});

test('of a message that was changed after the fact no line is believed', () => {
  for (const message of ['other', '']) {
    const bug = new Error('x\n    at hunter2 (file:///a.ts:1:1)');
    assert.match(bug.stack ?? '', /hunter2/);
    bug.message = message;
    assert.deepEqual(faultFrames(bug), ['Error']);
  }
  assert.ok(faultFrames(new Error('')).length > 1);
});

test('what was thrown and is no error is told by its type, an odd class by none', () => {
  assert.deepEqual(faultFrames('hunter2'), ['string']);
  assert.equal(faultName(Object.assign(new Error('m'), { name: 'hunter2 is the password' })), 'Error');
});
