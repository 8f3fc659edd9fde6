import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOwnAnswers } from '#gateway/own-answers.ts';
import { LIMITS } from '#limits.ts';
import { fakeGateway, forwarded, GRACE_TOKEN } from '#test/fakes/gateway.ts';

test('a request is answered once in its call, and other calls and callers have ids of their own', async () => {
  const gateway = fakeGateway();
  const answers = createOwnAnswers(LIMITS);
  const [one, two] = [await forwarded(gateway), await forwarded(gateway)];
  const grace = await forwarded(gateway, { token: GRACE_TOKEN });
  assert.deepEqual([answers.claim(one, '1'), answers.claim(one, '1'), answers.claim(one, '"1"')], [true, false, true]);
  assert.deepEqual([answers.claim(two, '1'), answers.claim(grace, '1')], [true, true]);
  assert.equal(answers.claim({ ...one, resumed: 'open' }, '1'), false, 'a resumed call is the same call');
});

test('only so many are remembered, the newest', async () => {
  const call = await forwarded(fakeGateway());
  const answers = createOwnAnswers({ ownAnswersKept: 2 });
  assert.deepEqual(
    ['1', '2', '3'].map((id) => answers.claim(call, id)),
    [true, true, true],
  );
  assert.deepEqual(
    ['3', '1'].map((id) => answers.claim(call, id)),
    [false, true],
  );
});
