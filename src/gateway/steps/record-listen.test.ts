import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordListen } from '#gateway/steps/record-listen.ts';
import type { Upstream } from '#upstream/port.ts';
import { beginSession, fakeGateway, listenAsked, listenRecorded } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

test('the book says who listens, where and in which session, before the server hears of it', async () => {
  const gateway = fakeGateway();
  const { wireId, key } = beginSession(gateway);
  const call = await listenRecorded(gateway, { headers: { 'mcp-session-id': wireId } });
  assert.deepEqual([shapeOf(gateway.ledger.entries), call.opened.n], [['control listen'], 0]);
  const { caller, connection, session, protocol } = headerOf(gateway.ledger.entries[0]);
  assert.deepEqual([caller?.subject, connection, session, protocol], ['ada', 'notes', key, '2025-11-25']);
  assert.deepEqual(gateway.upstream.listened, []);
});

test('what cannot be recorded is not opened', async () => {
  const gateway = fakeGateway();
  const asked = await listenAsked(gateway);
  gateway.ledger.refusing = () => LATCHED;
  const refused = await recordListen(asked, gateway);
  assert.equal(refused.ok ? '' : refused.error.code, 'audit_unavailable');
});

test('where an upstream knows no such streams nothing is recorded', async () => {
  const gateway = fakeGateway();
  const asked = await listenAsked(gateway);
  const upstream: Upstream = {
    exchange: (request) => gateway.upstream.exchange(request),
    endSession: (request) => gateway.upstream.endSession(request),
    close: async () => undefined,
  };
  const refused = await recordListen({ ...asked, connection: { ...asked.connection, upstream } }, gateway);
  assert.deepEqual(refused.ok ? '' : refused.error, { code: 'method_not_allowed', reason: 'no_stream' });
  assert.deepEqual(gateway.ledger.entries, []);
});
