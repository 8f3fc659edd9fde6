import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { similarHtml, similarRequests } from '#signin/approvals/similar-requests.ts';
import { anApproval } from '#test/fakes/approval.ts';

test('of a kind are requests of one caller for one tool, whatever their arguments', () => {
  const one = anApproval({ id: 'apr_1' });
  const eve = { ...one.requester, subject: 'eve' };
  const all = [
    one,
    anApproval({ id: 'apr_2' }),
    anApproval({ id: 'apr_3', state: 'denied' }),
    anApproval({ id: 'apr_4', requester: eve }),
    anApproval({ id: 'apr_5', name: 'other' }),
    anApproval({ id: 'apr_6', connection: 'other' }),
    anApproval({ id: 'apr_7', state: 'used' }),
  ];
  assert.deepEqual(similarRequests(one, all), { waiting: 1, refused: 1 });
});

test('from so many on it is a warning, without anything to press', () => {
  const most = LIMITS.approvalSimilarWarned;
  assert.equal(similarHtml({ waiting: most - 1, refused: 0 }, undefined, LIMITS), undefined);
  const text = similarHtml({ waiting: most - 1, refused: 1 }, undefined, LIMITS)?.text ?? '';
  assert.match(text, /Asked often/);
  assert.doesNotMatch(text, /<button|<form|<input/);
});

test('one that came in a flood says so, however few of its kind there are', () => {
  const text = similarHtml({ waiting: 0, refused: 0 }, { of: 'rule', first: 'apr_1' }, LIMITS)?.text ?? '';
  assert.match(text, /More than people can look at comes of what this rule holds/);
});
