import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeEvent, eventTable } from '#cli/event-lines.ts';
import type { Event } from '#events/event.ts';

const event = (name: string): Event => ({
  id: 'a:1',
  time: '2026-11-23T12:00:00.000Z',
  kind: 'intent',
  outcome: 'ok',
  method: 'tools/call',
  name,
  verified: true,
});

test('nothing in a name can steer the terminal or reorder the line', () => {
  const steering = 'a\u001b[2J\u009b1m\u202eb\u0007\r\n';
  for (const text of [eventTable([event(steering)]).split('\n')[1] ?? '', describeEvent(event(steering))]) {
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  }
});

test('long names are cut so that the columns stay in line', () => {
  const lines = eventTable([event('x'.repeat(500)), event('y')])
    .trimEnd()
    .split('\n');
  assert.equal(lines.length, 3);
  assert.ok(lines.every((line) => line.length < 200));
  assert.equal(lines[1]?.indexOf('ok'), lines[2]?.indexOf('ok'));
});

test('no events make no table', () => {
  assert.equal(eventTable([]), '');
});
