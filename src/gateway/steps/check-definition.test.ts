import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitApproval } from '#gateway/steps/await-approval.ts';
import { checkDefinition } from '#gateway/steps/check-definition.ts';
import { fakeDefinitions, foundTool } from '#test/fakes/definitions.ts';
import { authorized, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import type { GatewayOverrides } from '#test/fakes/gateway.ts';

const HIDDEN = [{ pointer: '/description', classes: ['tag'] }] as const;

/** What becomes of a call at a connection where `get_note` was seen so. */
async function called(
  versions: readonly string[],
  definitionPolicy: NonNullable<GatewayOverrides['definitionPolicy']>,
  message: object = toolCall('get_note'),
): Promise<string> {
  const definitions = fakeDefinitions();
  const found = versions.flatMap((text) => [
    foundTool('get_note', text, text.includes('hidden') ? { hidden: HIDDEN } : {}),
    foundTool('get_note', text, { kind: 'prompt' }),
  ]);
  definitions.known.apply(await definitions.store.note({ connection: 'notes', found, atMs: 1 }));
  const gateway = fakeGateway({ definitions, definitionPolicy });
  const checked = checkDefinition(await authorized(gateway, { message }), gateway);
  const result = checked.ok ? await awaitApproval(checked.value, gateway) : checked;
  if (result.ok) return 'called';
  assert.ok('decision' in result.error);
  const { decision } = result.error;
  assert.equal(decision.reason, result.error.reason);
  return `${result.error.code} ${result.error.reason} ${decision.effect}`;
}

test('a tool that changed is called, held or refused as its connection says', async () => {
  assert.equal(await called(['a'], { change: 'block', hidden: 'block', unknown: 'block' }), 'called');
  assert.equal(await called(['a', 'b'], { change: 'alert' }), 'called');
  assert.equal(await called(['a', 'b'], { change: 'hold' }), 'approval_required definition_changed hold');
  assert.equal(await called(['a', 'b'], { change: 'block' }), 'denied definition_changed deny');
});

test('hidden text refuses a call where it is blocked, and what no list had where that is', async () => {
  assert.equal(await called(['hidden'], { hidden: 'alert' }), 'called');
  assert.equal(await called(['hidden'], { hidden: 'block' }), 'denied definition_hidden_text deny');
  assert.equal(await called(['a'], { unknown: 'block' }, toolCall('get_other')), 'denied definition_unknown deny');
  assert.equal(
    await called(['a'], { unknown: 'hold' }, toolCall('get_other')),
    'approval_required definition_unknown hold',
  );
  assert.equal(await called([], { change: 'block', hidden: 'block' }), 'called');
});

test('a prompt and the completion of its arguments follow the prompt; other methods follow nothing', async () => {
  const params = { name: 'get_note' };
  const block = { change: 'block', hidden: 'block', unknown: 'block' } as const;
  const refused = 'denied definition_changed deny';
  assert.equal(await called(['a', 'b'], block, { jsonrpc: '2.0', id: 1, method: 'prompts/get', params }), refused);
  const completion = { ref: { type: 'ref/prompt', name: 'get_note' }, argument: { name: 'x', value: '' } };
  assert.equal(
    await called(['a', 'b'], block, { jsonrpc: '2.0', id: 1, method: 'completion/complete', params: completion }),
    refused,
  );
  const read = { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'file:///open/a' } };
  assert.equal(await called(['a', 'b'], block, read), 'called');
  assert.equal(await called(['a', 'b'], block, { jsonrpc: '2.0', id: 1, method: 'tools/list' }), 'called');
});

test('a call that a rule holds keeps the rule as its reason, unless it is refused', async () => {
  assert.equal(
    await called(['a', 'b'], { unknown: 'hold' }, toolCall('delete_note')),
    'approval_required held_by_rule hold',
  );
  assert.equal(await called(['a'], { unknown: 'block' }, toolCall('delete_note')), 'denied definition_unknown deny');
});
