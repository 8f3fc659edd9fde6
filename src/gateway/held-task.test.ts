import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval } from '#approvals/approval.ts';
import { heldTask, heldTaskServer, isOpenTask, wantsTask, withoutTask } from '#gateway/held-task.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { anApproval, TERMS } from '#test/fakes/approval.ts';
import { credentialed, fakeGateway } from '#test/fakes/gateway.ts';

function read(text: string): RequestMessage {
  const doc = parseJson(Buffer.from(text), { depth: 20, nodes: 99 });
  assert.ok(doc.ok);
  const message = readMessage(doc.value);
  assert.ok(message.ok && message.value.kind === 'request');
  return message.value;
}
const NOW_MS = 2_000;
const APPROVED = { state: 'approved', usableUntilMs: NOW_MS + 1, scope: 'once' } as const;

test('the wish for a task is cut from a call, and all else stays as spelled', () => {
  const call = read(
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"task":{"ttl":1.0}, "name":"x","arguments":{ "id":9007199254740993 }}}',
  );
  assert.equal(wantsTask(call), true);
  const plain = withoutTask(call);
  assert.equal(
    plain,
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{ "id":9007199254740993 }}}',
  );
  assert.equal(wantsTask(read(plain)), false);
});

test('a task says where the request stands, and is open while its call can still be made', () => {
  const rows: readonly (readonly [Partial<Approval>, string, boolean])[] = [
    [{}, 'working', true],
    [{ expiresMs: NOW_MS }, 'failed', false],
    [APPROVED, 'input_required', true],
    [{ ...APPROVED, usableUntilMs: NOW_MS }, 'failed', false],
    [{ state: 'used' }, 'completed', false],
    [{ state: 'denied' }, 'failed', false],
    [{ state: 'withdrawn' }, 'cancelled', false],
    [{ state: 'expired' }, 'failed', false],
    [{ state: 'void' }, 'failed', false],
  ];
  for (const [other, status, isOpen] of rows) {
    const approval = anApproval(other);
    assert.equal(heldTask('gbt_1', approval, NOW_MS).status, status, JSON.stringify(other));
    assert.equal(isOpenTask(approval, NOW_MS), isOpen, JSON.stringify(other));
  }
  assert.equal(heldTask('gbt_1', undefined, NOW_MS).status, 'failed');
  const no = {
    by: { issuer: 'i', subject: 'olga' },
    effect: 'deny',
    scope: 'once',
    reason: 'not today',
    atMs: 1,
  } as const;
  const denied = heldTask('gbt_1', anApproval({ state: 'denied', votes: [no] }), NOW_MS);
  assert.equal(denied.statusMessage, 'An approver refused this call (apr_1): not today');
  const { ttl, createdAt } = heldTask('gbt_1', anApproval(), NOW_MS);
  assert.deepEqual([ttl, createdAt], [TERMS.waitMs + TERMS.validMs, '1970-01-01T00:00:01.000Z']);
});

async function said(method: string, approval: Approval): Promise<Record<string, unknown>> {
  let found = approval;
  const message = read(`{"jsonrpc":"2.0","id":"a","method":"${method}","params":{"taskId":"gbt_1"}}`);
  const server = heldTaskServer(
    message,
    { call: 'c', method: 'tools/call', name: 'x', approval: 'apr_1' },
    {
      find: () => found,
      withdraw: async () => void (found = { ...found, state: 'withdrawn' }),
      urlOf: () => 'https://mcp.example/approvals/apr_1',
      clock: () => NOW_MS,
    },
  );
  const { sendable } = await credentialed(fakeGateway());
  const answer = await server.exchange(sendable);
  assert.ok(answer.ok);
  for await (const one of answer.value.messages)
    if (one.ok) return JSON.parse(one.value.bytes.toString()) as Record<string, unknown>;
  throw new Error('no answer');
}

test('the gateway answers for its task: it says where it stands, and withdraws what is not wanted any more', async () => {
  const got = await said('tasks/get', anApproval());
  assert.deepEqual([got['id'], (got['result'] as { taskId?: string }).taskId], ['a', 'gbt_1']);
  assert.match(JSON.stringify(got), /Waiting for an approval \(apr_1\), at https:\/\/mcp.example\/approvals\/apr_1\./);
  const cancelled = await said('tasks/cancel', anApproval());
  assert.equal((cancelled['result'] as { status?: string }).status, 'cancelled');
  for (const state of ['approved', 'denied', 'used'] as const) {
    const late = await said('tasks/cancel', anApproval({ ...APPROVED, state }));
    assert.equal((late['error'] as { code?: number }).code, -32602, state);
  }
  const over = await said('tasks/result', anApproval({ state: 'denied' }));
  assert.equal((over['error'] as { code?: number }).code, -32602);
});
