import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEnvelopePlace } from '#masking/envelope-places.ts';

test('the envelope of a message is told from what it carries', () => {
  for (const path of [['id'], ['method'], ['params', 'name']])
    assert.equal(isEnvelopePlace(path, 'tools/call', 'client'), true, path.join('/'));
  for (const path of [[], ['result'], ['result', 'id'], ['params', 'arguments', 'name'], ['params', 'uri'], [0, 'id']])
    assert.equal(isEnvelopePlace(path, 'tools/call', 'client'), false, path.join('/'));
});

test('a member of params stays for the method that needs it and from whoever may say it, and for nothing else', () => {
  const stays = (method: string, member: string, from: 'client' | 'server' = 'client'): boolean =>
    isEnvelopePlace(['params', member], method, from);
  assert.ok(stays('prompts/get', 'name'));
  assert.ok(stays('initialize', 'protocolVersion'));
  assert.ok(stays('notifications/cancelled', 'requestId', 'server'));
  for (const [method, member] of [
    ['notifications/x', 'name'],
    ['tools/call', 'protocolVersion'],
    ['tools/call', 'requestId'],
    ['elicitation/create', 'name'],
    ['', 'name'],
  ] as const)
    assert.equal(stays(method, member), false, `${method} ${member}`);
  assert.equal(stays('tools/call', 'name', 'server'), false, 'no server calls a tool');
});
