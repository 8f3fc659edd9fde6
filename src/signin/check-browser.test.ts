import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { AccountAnswer } from '#signin/asked.ts';
import { createBrowserCheck } from '#signin/check-browser.ts';
import { adaSignIn } from '#test/fakes/authorization-server.ts';

function arrange(answer: () => AccountAnswer = () => 'none') {
  const ada = adaSignIn([], 0);
  const state = { nowMs: 0, asked: 0, isReadable: true, isKnown: true };
  const check = createBrowserCheck({
    sessions: {
      signInOf() {
        if (!state.isReadable) throw new Error('no disk');
        return state.isKnown ? ada : undefined;
      },
    },
    accounts: {
      async findChecked() {
        state.asked += 1;
        return answer();
      },
    },
    clock: () => state.nowMs,
    limits: LIMITS,
  });
  return { state, check: () => check(new Map()) };
}

it('the issuer is asked of who sits there once its last word is due, and of nobody else', async () => {
  const { state, check } = arrange();
  state.nowMs = LIMITS.issuerCheckDueMs - 1;
  assert.deepEqual([await check(), state.asked], [true, 0]);
  state.nowMs = LIMITS.issuerCheckDueMs;
  assert.deepEqual([await check(), state.asked], [true, 1]);
  state.isKnown = false;
  assert.deepEqual([await check(), state.asked], [true, 1]);
});

it('what the issuer or the store does not say is no yes', async () => {
  const { state, check } = arrange(() => 'unavailable');
  state.nowMs = LIMITS.issuerCheckDueMs;
  assert.equal(await check(), false);
  state.isReadable = false;
  assert.equal(await check(), false);
});
