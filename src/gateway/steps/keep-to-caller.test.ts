import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '#gateway/binding-place.ts';
import { keepToCaller } from '#gateway/steps/keep-to-caller.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { ok } from '#result.ts';
import { fakeGateway, forwarded, GRACE_TOKEN, understood } from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway } from '#test/fakes/gateway.ts';
import { sseAnswer } from '#test/fakes/upstream.ts';

const LIST: Ask = { message: { jsonrpc: '2.0', id: 1, method: 'tasks/list' } };

async function withTasks(limits: Partial<Limits> = {}): Promise<FakeGateway> {
  const gateway = fakeGateway({ limits });
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const bind = async (ask: Ask, id: string, name: string): Promise<void> => {
    const call = await forwarded(gateway, ask);
    const made = { call: call.id, method: 'tools/call', name };
    await gateway.bindings.bind(placeOf(call), { kind: 'task', id, ttlMs: undefined }, made);
  };
  await bind({}, 'mine', 'get_note');
  await bind({}, 'mine-denied', 'get_root');
  await bind({ token: GRACE_TOKEN }, 'hers', 'get_note');
  return gateway;
}

async function heard(gateway: FakeGateway, message: object): Promise<string> {
  const result = keepToCaller(understood(gateway, await forwarded(gateway), message), gateway);
  return result.ok ? (result.value.keptBack ?? 'released') : `${result.error.code} ${result.error.reason}`;
}
const news = (taskId: unknown, method = 'notifications/tasks/status') => ({
  jsonrpc: '2.0',
  method,
  params: { taskId, status: 'completed' },
});
const updated = (params: object) => ({ jsonrpc: '2.0', method: 'notifications/resources/updated', params });
const related = (taskId: string, more: object) => ({
  jsonrpc: '2.0',
  ...more,
  params: { _meta: { 'io.modelcontextprotocol/related-task': { taskId } } },
});

test('news of a task go to its caller alone', async () => {
  const gateway = await withTasks();
  for (const method of ['notifications/tasks/status', 'notifications/tasks']) {
    assert.equal(await heard(gateway, news('mine', method)), 'released');
    assert.equal(await heard(gateway, news('hers', method)), 'task_of_another');
    assert.equal(await heard(gateway, news('nobody’s', method)), 'task_of_another');
    assert.equal(await heard(gateway, news(7, method)), 'task_of_another');
  }
});

test('a message that names another caller’s task as related is not for this one; the client’s own tasks are not known here', async () => {
  const gateway = await withTasks();
  const ask = (id: number) => ({ id, method: 'elicitation/create' });
  assert.equal(await heard(gateway, related('mine', ask(7))), 'released');
  assert.equal(await heard(gateway, related('hers', ask(8))), 'task_of_another');
  assert.equal(await heard(gateway, related('of-the-client', ask(9))), 'released');
  assert.equal(await heard(gateway, related('hers', { method: 'notifications/progress' })), 'task_of_another');
});

test('news of a resource go only to who may read it now', async () => {
  const gateway = await withTasks();
  assert.equal(await heard(gateway, updated({ uri: 'file:///open/a' })), 'released');
  assert.equal(await heard(gateway, updated({ uri: 'file:///secret/a' })), 'resource_not_permitted');
  assert.equal(await heard(gateway, updated({ uri: 'file:///open/../secret/a' })), 'resource_not_permitted');
  assert.equal(await heard(gateway, updated({})), 'resource_not_permitted');
  const long = `file:///open/${'a'.repeat(LIMITS.nameChars)}`;
  assert.equal(await heard(gateway, updated({ uri: long })), 'resource_not_permitted');
});

test('other messages, and answers, are nobody’s business here', async () => {
  const gateway = await withTasks();
  gateway.bindingStore.failing.add('find');
  assert.equal(await heard(gateway, { jsonrpc: '2.0', method: 'notifications/message', params: {} }), 'released');
  assert.equal(await heard(gateway, { jsonrpc: '2.0', id: 1, result: { taskId: 'hers' } }), 'released');
  assert.equal(await heard(gateway, news('mine')), 'bindings_unavailable');
});

async function listed(gateway: FakeGateway, result: object): Promise<unknown> {
  const call = await forwarded(gateway, LIST);
  const kept = keepToCaller(understood(gateway, call, { jsonrpc: '2.0', id: 1, result }), gateway);
  if (!kept.ok) return `${kept.error.code} ${kept.error.reason}`;
  const { message } = kept.value;
  assert.ok(message.kind === 'response' && message.outcome.type === 'result');
  return JSON.parse(message.doc.text.slice(message.outcome.node.start, message.outcome.node.end)) as unknown;
}

test('a list of tasks shows the caller’s own, as far as their calls are still permitted', async () => {
  const gateway = await withTasks();
  const entry = (taskId: unknown) => ({ taskId, status: 'working' });
  const tasks = ['hers', 'mine', 'nobody’s', 'mine-denied', 7].map(entry);
  assert.deepEqual(await listed(gateway, { tasks, nextCursor: 'c' }), { tasks: [entry('mine')], nextCursor: 'c' });
  assert.deepEqual(await listed(gateway, { tasks: [{ ...entry('mine'), TaskId: 'hers' }] }), { tasks: [] });
  assert.deepEqual(await listed(gateway, {}), {});
});

test('a list that cannot be filtered is not shown', async () => {
  const gateway = await withTasks({ tasksListed: 2 });
  const entry = { taskId: 'mine' };
  assert.equal(await listed(gateway, { tasks: 'x' }), 'upstream_invalid list_is_no_array');
  assert.equal(await listed(gateway, { tasks: [], Tasks: [entry] }), 'upstream_invalid list_case_twin');
  assert.equal(await listed(gateway, { tasks: [entry, entry, entry] }), 'upstream_invalid list_too_long');
  gateway.bindingStore.failing.add('find');
  assert.equal(await listed(gateway, { tasks: [entry] }), 'bindings_unavailable the disk is gone');
});
