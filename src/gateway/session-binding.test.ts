import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingOf, bindingText, ownerOf, wireIdOf } from '#gateway/session-binding.ts';
import type { KeyBounds } from '#identity/caller.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { ok } from '#result.ts';
import { beginSession, fakeGateway, forwarded } from '#test/fakes/gateway.ts';
import { jsonAnswer } from '#test/fakes/upstream.ts';

const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25' } };

const owner = { caller: 'ada', connection: 'notes', client: 'cli' };

test('caller, connection, session and client each make another binding', () => {
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

test('what was begun with a key of one level is nobody else’s: not of another level, not of no level', () => {
  const at = (level: string | undefined) => bindingText({ ...owner, level }, 'w');
  assert.equal(new Set([at(undefined), at('read'), at('write')]).size, 3);
  assert.equal(at('read'), bindingText({ ...owner, level: 'read' }, 'w'));
  assert.equal(at(undefined), bindingText(owner, 'w'));
});

test('the owner of a session is the caller with the level of the key that was shown', () => {
  const caller = { issuer: 'i', namespace: 'gatebook', subject: 'bot', kind: 'service_account' as const };
  const all = { ...caller, groups: [], client: 'gatebook:bot', scopes: [] };
  const ownedBy = (key: KeyBounds | undefined) => {
    const verified = asVerified({
      caller: key === undefined ? all : { ...all, key },
      expiresAtMs: 1,
      issuedAtMs: 0,
      tokenDigest: 'd',
    });
    return ownerOf({ verified, connection: { incarnation: 'notes#1' } });
  };
  assert.deepEqual(ownedBy(undefined), {
    caller: 'i\nbot',
    connection: 'notes#1',
    client: 'gatebook:bot',
    level: undefined,
  });
  assert.equal(ownedBy({ id: 'k', connections: ['*'], level: 'read' }).level, 'read');
});
