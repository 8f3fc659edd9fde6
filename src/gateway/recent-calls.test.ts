import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecentCalls } from '#gateway/recent-calls.ts';

const ADA = { connection: 'notes', caller: 'ada' };
const TOOL = 'tools/call';

const hourOf = (times: { readonly hour: number }): number => times.hour;

test('calls are counted for their caller on their connection, in all and by method and name', () => {
  const recent = createRecentCalls({ recentCallers: 9, recentTools: 9 });
  recent.count(ADA, TOOL, 'delete', 0);
  recent.count(ADA, TOOL, 'delete', 0);
  recent.count(ADA, TOOL, 'read', 0);
  recent.countDenied(ADA, 0);
  const { calls, tool, denied } = recent.look(ADA, TOOL, 'delete', 30_000);
  assert.deepEqual(
    [calls, tool, denied],
    [
      { minute: 3, hour: 3 },
      { minute: 2, hour: 2 },
      { minute: 1, hour: 1 },
    ],
  );
  assert.equal(hourOf(recent.look(ADA, 'prompts/get', 'delete', 0).tool), 0);
  for (const other of [
    { ...ADA, caller: 'grace' },
    { ...ADA, connection: 'bank' },
  ])
    assert.deepEqual(Object.values(recent.look(other, TOOL, 'delete', 0)).map(hourOf), [0, 0, 0]);
});

test('calls of other names never make the count of a tool too low', () => {
  const recent = createRecentCalls({ recentCallers: 9, recentTools: 4 });
  for (let made = 0; made < 3; made += 1) recent.count(ADA, TOOL, 'delete', 0);
  for (let made = 0; made < 100; made += 1) recent.count(ADA, TOOL, `other ${made}`, 0);
  assert.equal(hourOf(recent.look(ADA, TOOL, 'delete', 0).tool), 3);
  // One for which there was no room is counted with the others of that kind.
  for (let made = 0; made < 3; made += 1) recent.count(ADA, TOOL, 'late', 0);
  assert.ok(hourOf(recent.look(ADA, TOOL, 'late', 0).tool) >= 3);
  assert.equal(hourOf(recent.look(ADA, TOOL, 'late', 4_000_000).tool), 0);
});

test('a flood of callers makes nobody be forgotten, and takes no more room', () => {
  const recent = createRecentCalls({ recentCallers: 4, recentTools: 4 });
  recent.count(ADA, TOOL, 'delete', 0);
  for (let made = 0; made < 100; made += 1) recent.count({ ...ADA, caller: `caller ${made}` }, TOOL, 'delete', 0);
  assert.equal(hourOf(recent.look(ADA, TOOL, 'delete', 0).calls), 1);
  assert.ok(hourOf(recent.look({ ...ADA, caller: 'caller 99' }, TOOL, 'delete', 0).calls) > 1);
  // Once nothing of them is recent, their room is another's, who begins at nothing.
  const grace = { ...ADA, caller: 'grace' };
  recent.count(grace, TOOL, 'read', 4_000_000);
  assert.deepEqual(Object.values(recent.look(grace, TOOL, 'delete', 4_000_000)).map(hourOf), [1, 0, 0]);
});
