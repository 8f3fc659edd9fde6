import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOwnQuestions } from '#gateway/own-questions.ts';
import { credentialed, fakeGateway } from '#test/fakes/gateway.ts';

const ASKED = { binding: 'session 1', idKey: '"gatebook-1"' };

test('an answer to what the gateway asked reaches who asked, once, and nothing of it a server', async () => {
  const questions = createOwnQuestions();
  const taken: string[] = [];
  questions.ask(ASKED, (answer) => taken.push(answer.toString()));
  const taker = questions.takerOf(ASKED);
  assert.ok(taker);
  const gateway = fakeGateway();
  const { sendable } = await credentialed(gateway);
  const answer = await taker.exchange(sendable);
  assert.deepEqual([answer.ok && answer.value.status, answer.ok && answer.value.form], [202, 'none']);
  assert.deepEqual(taken, [sendable.body.toString()]);
  assert.equal(questions.takerOf(ASKED), undefined, 'answered');
  await assert.rejects(taker.exchange(sendable), /already sent/, 'a record stands for one message');
});

test('an answer of another session, or to what nobody waits for any more, is nobody’s', () => {
  const questions = createOwnQuestions();
  const forget = questions.ask(ASKED, () => assert.fail('taken'));
  assert.equal(questions.takerOf({ ...ASKED, binding: 'session 2' }), undefined);
  assert.equal(questions.takerOf({ ...ASKED, idKey: '"gatebook-2"' }), undefined);
  forget();
  assert.equal(questions.takerOf(ASKED), undefined);
});
