import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaseReport, Course } from './course.ts';
import { readingOf } from './reading.ts';
import { verdictOf } from './verdict.ts';
import type { Observed, Verdict } from './verdict.ts';

const ID = `apr_${'a2'.repeat(13)}`;
const LINK = `https://mcp.example.com/approvals/${ID}`;
const REFUSED = `This call waits for an approval (${ID}) until noon, at ${LINK}. Once it is given, make exactly the same call again.`;
const ANSWER = 'cancelled order-1 (legacy)';
const NO = 'An approver refused this call: not on a Friday';

const verdict = (course: Course, texts: readonly string[], more: Partial<Observed & CaseReport> = {}): Verdict => {
  const { timesDone = texts.includes(ANSWER) ? 1 : 0, timesAsked = 1, ...shown } = more;
  const report = { course, attempts: texts.map((text) => ({ text })), links: 0, forms: 0, progress: 0, ...shown };
  return verdictOf({ report, timesDone, timesAsked }, 'order-1', 'legacy');
};

test('what a user reads is told apart by what it lets them do next', () => {
  const read = (text: string): string => readingOf(text, 'order-1');
  assert.equal(read(ANSWER), 'answer');
  assert.equal(read(`{"content":"${ANSWER}"}`), 'answer');
  assert.equal(read('cancelled order-2 (legacy)'), 'fault');
  assert.equal(read(NO), 'no');
  assert.equal(read(REFUSED), 'refused');
  assert.equal(read(`waits for an approval (${ID})`), 'refused without link');
  assert.equal(read('The approval of this call was used or is over'), 'over');
  assert.equal(read('Task t failed: Nobody decided in time.'), 'over');
  assert.equal(read('MCP error -32001: Request timed out'), 'timeout');
  assert.equal(read('fetch failed'), 'fault');
});

test('an answer, and a refusal with id and link followed by the answer, are fine', () => {
  assert.deepEqual(verdict('soon', [ANSWER]), { says: 'answer', isWorse: false });
  assert.deepEqual(verdict('late', [REFUSED, ANSWER], { links: 1, progress: 3 }), {
    says: 'refused with id and link (link, progress shown); 2nd try: answer',
    isWorse: false,
  });
  assert.equal(verdict('denied', [NO]).isWorse, false);
  assert.equal(verdict('expired', [REFUSED]).isWorse, false);
});

test('whatever leaves a user without id, link or answer is worse', () => {
  assert.deepEqual(verdict('late', ['Request timed out', ANSWER]), {
    says: 'time-out of the client, no id; 2nd try: answer',
    isWorse: true,
  });
  assert.equal(verdict('late', [REFUSED, REFUSED]).isWorse, true);
  assert.equal(verdict('expired', [`waits for an approval (${ID})`]).isWorse, true);
  assert.equal(verdict('denied', [ANSWER]).isWorse, true);
  assert.equal(verdict('expired', []).isWorse, true);
});

test('a call that was done twice, or not though it was answered, is worse than any refusal', () => {
  assert.match(verdict('soon', [ANSWER], { timesDone: 2 }).says, /done 2 times/);
  assert.equal(verdict('soon', [ANSWER], { timesDone: 2 }).isWorse, true);
  assert.equal(verdict('soon', [ANSWER], { timesDone: 0 }).isWorse, true);
  assert.equal(verdict('denied', [NO], { timesDone: 1 }).isWorse, true);
});

test('people who were asked twice for one call, or never, are told of', () => {
  assert.match(verdict('late', [REFUSED, ANSWER], { timesAsked: 2 }).says, /people asked 2 times/);
  assert.equal(verdict('soon', [ANSWER], { timesAsked: 0 }).isWorse, true);
});

test('an answer in the other era is not what the row says', () => {
  assert.equal(verdict('soon', ['cancelled order-1 (modern)'], { timesDone: 1 }).isWorse, true);
});
