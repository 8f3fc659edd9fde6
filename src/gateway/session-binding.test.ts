import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingOf, bindingText, wireIdOf } from '#gateway/session-binding.ts';
import { ok } from '#result.ts';
import { beginSession, fakeGateway, forwarded } from '#test/fakes/gateway.ts';
import { jsonAnswer } from '#test/fakes/upstream.ts';

const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25' } };

test('caller, connection, session and client each make another binding', () => {
  const owner = { caller: 'ada', connection: 'notes', client: 'cli' };
  const bindings = [
    bindingText(owner, 'w'),
    bindingText(owner, 'v'),
    bindingText(owner, undefined),
    bindingText({ ...owner, client: undefined }, undefined),
    bindingText({ ...owner, caller: 'eve' }, 'w'),
    bindingText({ ...owner, connection: 'notes#1' }, 'w'),
  ];
  assert.equal(new Set(bindings).size, bindings.length);
  assert.equal(bindingText({ ...owner, client: 'web' }, 'w'), bindings[0]);
});

test('initialize is bound to the session it begins, and where the server gives none to the client', async () => {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(jsonAnswer('', { sessionId: 'u' }));
  const begun = await forwarded(gateway, { message: initialize });
  assert.equal(wireIdOf(begun), begun.session.wireId);
  gateway.upstream.answering = () => ok(jsonAnswer(''));
  assert.equal(wireIdOf(await forwarded(gateway, { message: initialize })), undefined);
  const process = await forwarded(gateway, { message: initialize, connection: 'process' });
  assert.equal(wireIdOf(process), process.session.wireId);
});

test('calls in one session share a binding, those of another do not', async () => {
  const gateway = fakeGateway();
  const [one, other] = [beginSession(gateway), beginSession(gateway)];
  const inSession = async (wireId: string) =>
    bindingOf(await forwarded(gateway, { headers: { 'mcp-session-id': wireId } }));
  assert.equal(await inSession(one.wireId), await inSession(one.wireId));
  assert.notEqual(await inSession(one.wireId), await inSession(other.wireId));
});
