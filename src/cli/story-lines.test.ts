import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoryStep } from '#events/approval-story.ts';
import { storyText } from '#cli/story-lines.ts';
import { STORY } from '#test/fakes/approval-story.ts';
import { ALICE } from '#test/fakes/event-records.ts';

const decision = { effect: 'hold', rule: 'hold-deletes', policy: 'p', approval: STORY } as const;
const step = (n: number, other: Partial<StoryStep>): StoryStep => ({
  id: `a:${n}`,
  time: `2026-11-26T03:00:0${n}.000Z`,
  kind: 'control',
  caller: ALICE,
  connection: 'crm',
  method: 'tools/call',
  name: 'delete_customer',
  decision,
  verified: true,
  ...other,
});
const text = (steps: readonly StoryStep[], whole = true): string => storyText({ approval: STORY, steps, whole });

test('each record of a story is a line that says what happened, through whom, and with which facts', () => {
  const lines = text([
    step(1, {
      code: 'approval_requested',
      detail: { approvers: ['okta:leads'], needed: 1, state: 'pending', asks: [] },
    }),
    step(2, { kind: 'denied', code: 'approval_required', reason: 'held_by_rule' }),
    step(3, { code: 'approval_vote', reason: 'ticket 17', detail: { vote: 'approve', scope: 'once' } }),
    step(4, { kind: 'intent', outcome: 'ok', durationMs: 3.4, result: 'a:5' }),
    step(6, { code: 'approval_something_new', detail: {} }),
  ]).split('\n');
  const of = `alice of ${ALICE.issuer}`;
  assert.deepEqual(
    lines.map((line) => line.replaceAll(/ {3,}/g, '  ')),
    [
      `story of ${STORY}: tools/call delete_customer on crm, held by hold-deletes`,
      `  2026-11-26T03:00:01.000Z  asked  a:1  ${of}; approvers okta:leads; needed 1`,
      `  2026-11-26T03:00:02.000Z  refused  a:2  ${of}; approval_required`,
      `  2026-11-26T03:00:03.000Z  voted  a:3  ${of}; vote approve; scope once`,
      '  "ticket 17"',
      `  2026-11-26T03:00:04.000Z  sent  a:4  ${of}; ok after 3 ms; result a:5`,
      `  2026-11-26T03:00:06.000Z  approval_something_new  a:6  ${of}`,
      '',
    ],
  );
});

test('what strangers wrote steers no terminal and hides nothing, and doubts are said', () => {
  const odd = text(
    [
      step(1, {
        method: 'tools/call\u001b[2J',
        name: 'delete\u200b\u001b[2J',
        code: 'approval_vote',
        reason: 'fine\u202e\nstory of apr_x',
        verified: false,
      }),
    ],
    false,
  );
  assert.equal(/[\u200b\u001b\u202e]/.test(odd), false);
  assert.equal(
    odd.split('\n').some((line) => line.startsWith('story of apr_x')),
    false,
  );
  assert.match(odd, /NOT VERIFIED/);
  assert.match(odd, /there may be more/);
});
