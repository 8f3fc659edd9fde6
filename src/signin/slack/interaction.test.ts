import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readInteraction } from '#signin/slack/interaction.ts';
import { blockActions, formOf, viewSubmission } from '#test/fakes/slack-payloads.ts';

const ADA = { team: 'T0ACME', user: 'U0ADA' };
const ID = `apr_${'a'.repeat(26)}`;
const click = blockActions({ by: ADA, approval: ID, trigger: '1.2.abc', channel: 'C0OPS' });
const sent = viewSubmission({ by: ADA, sealed: 'sealed', verdict: 'call', reason: 'ticket 17 ✓' });

const refusal = (payload: unknown): string | undefined => {
  const read = readInteraction(formOf(payload));
  return read.ok ? undefined : read.error;
};

test('a click says who clicked, on what, where, and what opens a modal', () => {
  assert.deepEqual(readInteraction(formOf(click)), {
    ok: true,
    value: { kind: 'clicked', by: ADA, approval: ID, trigger: '1.2.abc', channel: 'C0OPS' },
  });
});

test('a submission says who sent it, what the modal was opened with, what they chose and why', () => {
  const read = readInteraction(formOf(sent));
  assert.deepEqual(read, {
    ok: true,
    value: {
      kind: 'submitted',
      by: ADA,
      sealed: 'sealed',
      chosen: { effect: 'approve', scope: 'call' },
      reason: 'ticket 17 ✓',
    },
  });
  const denied = readInteraction(formOf(viewSubmission({ by: ADA, sealed: 's', verdict: 'deny', reason: null })));
  assert.ok(denied.ok && denied.value.kind === 'submitted');
  assert.deepEqual([denied.value.chosen, denied.value.reason], [{ effect: 'deny' }, '']);
});

test('somebody of another workspace in a shared channel is not taken for a member with the same id', () => {
  assert.equal(refusal({ ...click, user: { id: 'U0ADA', team_id: 'T0EVIL' } }), 'another_workspace');
  assert.equal(refusal({ ...sent, user: { id: 'U0ADA', team_id: 'T0EVIL' } }), 'another_workspace');
  assert.equal(refusal({ ...click, user: { id: 'U0ADA' } }), 'not_understood');
  assert.equal(refusal({ ...click, team: null }), 'not_understood');
});

test('what is not exactly a click on our button, or our modal, is not understood', () => {
  const [button] = click.actions;
  for (const other of [
    { ...click, type: 'message_action' },
    { ...click, actions: [] },
    { ...click, actions: [button, button] },
    { ...click, actions: [{ ...button, action_id: 'other' }] },
    { ...click, actions: [{ ...button, value: `${ID}\n` }] },
    { ...click, actions: [{ ...button, value: '__proto__' }] },
    { ...click, trigger_id: '' },
    { ...sent, view: { ...sent.view, callback_id: 'other' } },
    { ...sent, view: { ...sent.view, private_metadata: 'x'.repeat(3_001) } },
    viewSubmission({ by: ADA, sealed: 's', verdict: 'everything', reason: null }),
    null,
    'payload',
    [],
  ])
    assert.equal(refusal(other), 'not_understood', JSON.stringify(other).slice(0, 200));
});

test('one field, one payload, one meaning', () => {
  const twice = Buffer.concat([formOf(click), Buffer.from('&'), formOf(sent)]);
  const repeated = Buffer.from(`payload=${encodeURIComponent(JSON.stringify(click).replace('{', '{"type":"x",'))}`);
  const more = Buffer.concat([formOf(click), Buffer.from('&token=x')]);
  for (const body of [twice, repeated, more, Buffer.from(''), Buffer.from('payload='), Buffer.from('payload=%FF')])
    assert.deepEqual(readInteraction(body), { ok: false, error: 'not_understood' });
});
