import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenFault } from '#identity/token-fault.ts';
import { recheckAnswer } from '#gateway/steps/recheck-answer.ts';
import { understand } from '#gateway/steps/understand.ts';
import { err, ok } from '#result.ts';
import { fakeGateway, forwarded, heard, must } from '#test/fakes/gateway.ts';
import { sseAnswer } from '#test/fakes/upstream.ts';

const RESULT = { jsonrpc: '2.0', id: 1, result: {} };
const PROGRESS = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } };

async function passes(message: object, isClosed: boolean, fault: TokenFault | undefined): Promise<boolean> {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const understood = must(understand(heard(await forwarded(gateway), message, isClosed), gateway));
  if (fault !== undefined) gateway.identity.rechecking = () => err(fault);
  if (fault === 'expired') gateway.advance(understood.call.verified.expiresAtMs - gateway.clock());
  return recheckAnswer(understood, gateway).ok;
}

test('for a revoked caller nothing passes but what is recorded as late', async () => {
  const seen = [
    await passes(RESULT, false, undefined),
    await passes(RESULT, false, 'revoked'),
    await passes(PROGRESS, false, 'revoked'),
    await passes(PROGRESS, true, 'revoked'),
  ];
  assert.deepEqual(seen, [true, false, false, true]);
});

test('after the end of the token the answer passes, and nothing before it does', async () => {
  assert.deepEqual([await passes(RESULT, false, 'expired'), await passes(PROGRESS, false, 'expired')], [true, false]);
});
