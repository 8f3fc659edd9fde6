import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvalView } from '#approvals/approval-view.ts';
import { durationWords, progressWords, scopeWords } from '#signin/approvals/approval-words.ts';
import { aDecider, anApproval, TERMS } from '#test/fakes/approval.ts';

const wordsOf = (text: string): string => text.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');

test('a duration is told as people say it', () => {
  assert.deepEqual([1_000, 30_000, 60_000, 600_000, 3_600_000, 5_400_000, 86_400_000].map(durationWords), [
    '1 second',
    '30 seconds',
    '1 minute',
    '10 minutes',
    '1 hour',
    '90 minutes',
    '24 hours',
  ]);
});

test('each scope says what it lets happen, and until when', () => {
  const words = (scope: 'once' | 'call' | 'tool'): string =>
    wordsOf(scopeWords(scope, 600_000, Date.UTC(2026, 6, 1)).text);
  assert.match(words('once'), /This call, once\. .* 10 minutes after the last yes \(now: until 2026-07-01 00:10 UTC\)/);
  assert.match(words('call'), /these very arguments.* 00:10 UTC/);
  assert.match(words('tool'), /whatever its arguments.* 00:10 UTC.*Nobody is asked/);
});

test('it says how many have agreed of how many, and that one no ends it', () => {
  const vote = { by: aDecider(), effect: 'approve', scope: 'once', reason: '', atMs: 2 } as const;
  const terms = { ...TERMS, needed: 3 };
  assert.equal(
    progressWords(approvalView(anApproval({ terms, votes: [vote] }), 2_000)),
    '1 of 3 people have agreed; 2 more needed, and one no ends it',
  );
  assert.equal(
    progressWords(approvalView(anApproval({ state: 'used', votes: [vote] }), 2_000)),
    '1 of 1 person has agreed',
  );
});
