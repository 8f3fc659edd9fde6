import { test } from 'node:test';
import assert from 'node:assert/strict';
import { COMPLETION_REFS, filteredList, isImplicit, isNotificationMethod, METHODS } from '#mcp/methods.ts';

test('what any level brings is exactly the handshake, the filtered lists and notifications', () => {
  const implicit = [...METHODS.keys()].filter((method) => isImplicit(method));
  assert.deepEqual(implicit.sort(), [
    'initialize',
    'ping',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
    'server/discover',
    'tasks/list',
    'tools/list',
  ]);
  assert.equal(isImplicit('notifications/cancelled'), true);
  assert.equal(isImplicit('notifications'), false);
  assert.equal(isImplicit('x/notifications/y'), false);
  assert.equal(isImplicit('tools/call'), false);
  assert.equal(isImplicit('constructor'), false);
});

test('a method that brings a list of named things filters it by the permission to use them', () => {
  for (const [method, entry] of METHODS) {
    const list = filteredList(method);
    assert.equal(list, entry.list);
    if (list === undefined) continue;
    const used = METHODS.get(list.permits);
    assert.ok(used?.name !== undefined, `${method} is judged by ${list.permits}, which has a name`);
  }
  assert.equal(filteredList('resources/templates/list')?.isTemplate, true);
  assert.equal(filteredList('toString'), undefined);
});

test('the names mirrored in a header are those of the specification and of the tasks extension', () => {
  const mirrored = [...METHODS].filter(([, entry]) => entry.isNameMirrored).map(([method]) => method);
  assert.deepEqual(mirrored.sort(), [
    'prompts/get',
    'resources/read',
    'tasks/cancel',
    'tasks/get',
    'tasks/update',
    'tools/call',
  ]);
});

test('a completion is governed by a method that has a name', () => {
  for (const { governedBy } of COMPLETION_REFS.values()) assert.ok(METHODS.get(governedBy)?.name !== undefined);
});

test('no request is named like a notification', () => {
  for (const method of METHODS.keys()) assert.equal(isNotificationMethod(method), false);
});
