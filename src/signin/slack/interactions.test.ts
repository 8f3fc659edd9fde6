import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '#test/e2e/until.ts';
import { ASKED_ID, startSlackSite } from '#test/fakes/slack-site.ts';
import { SLACK_CHANNEL, SLACK_TEAM } from '#test/fakes/slack.ts';
import { blockActions } from '#test/fakes/slack-payloads.ts';

const FIVE_MINUTES_MS = 5 * 60_000;
const clickOf = (user: string, trigger: string) =>
  blockActions({ by: { team: SLACK_TEAM, user }, approval: ASKED_ID, trigger, channel: SLACK_CHANNEL });

test('an approver presses Review, reads what is asked, approves, and it counts', async (t) => {
  const { site, slack, opened, approval } = await startSlackSite(t);
  const modal = await opened('U0LENA');
  assert.match(JSON.stringify(modal.view.blocks), /\[EMAIL_ADDRESS:k1:abc\].*example\.com\/force/);
  const heard = await slack.submit(modal, { verdict: 'call', reason: 'ticket 17' });
  assert.deepEqual(heard, { status: 200, json: { response_action: 'clear' } });
  assert.deepEqual([approval().state, approval().scope], ['approved', 'call']);
  assert.deepEqual(approval().votes[0]?.by, { issuer: 'https://acme.okta.com', subject: 'lena' });
  assert.equal(approval().votes[0]?.reason, 'ticket 17');
  assert.deepEqual(site.acts(), ['approval_read', 'approval_vote']);
  assert.deepEqual(slack.ephemerals, []);
});

test('signature replay: a request that came before does nothing, in whichever process it comes again', async (t) => {
  const { slack, opened, approval, refusals } = await startSlackSite(t);
  const click = slack.signed(clickOf('U0LENA', slack.newTrigger()));
  assert.equal((await slack.send(click)).status, 200);
  assert.equal((await slack.send(click)).status, 401);
  assert.equal(slack.modals.length, 1);
  assert.deepEqual(refusals(), ['signature_replayed']);
  const modal = await opened('U0LENA');
  const many = await Promise.all(
    Array.from({ length: 6 }, (_, at) => (at === 0 ? slack.submit(modal, { verdict: 'once' }) : slack.send(click))),
  );
  assert.deepEqual(
    many.map(({ status }) => status),
    [200, 401, 401, 401, 401, 401],
  );
  assert.equal(approval().votes.length, 1);
});

test('old timestamp: what was signed more than five minutes ago, or for later, is not taken', async (t) => {
  const { site, slack, refusals } = await startSlackSite(t);
  const nowMs = site.clock.nowMs;
  for (const atMs of [nowMs - FIVE_MINUTES_MS - 1_000, nowMs + FIVE_MINUTES_MS + 1_000]) {
    const heard = await slack.send(slack.signed(clickOf('U0LENA', slack.newTrigger()), { nowMs: atMs }));
    assert.equal(heard.status, 401);
  }
  assert.deepEqual(slack.calls, []);
  assert.deepEqual(refusals(), ['signature_old']);
});

test('forged signature: without the secret of the app nothing is read', async (t) => {
  const { slack, refusals } = await startSlackSite(t);
  const click = clickOf('U0LENA', slack.newTrigger());
  const { body, headers } = slack.signed(click);
  const other = slack.signed(clickOf('U0EVE', slack.newTrigger()));
  for (const forged of [
    slack.signed(click, { secret: 'guessed' }),
    { headers, body: other.body },
    { body, headers: { ...headers, 'x-slack-signature': `v0=${'0'.repeat(64)}` } },
  ])
    assert.equal((await slack.send(forged)).status, 401);
  const { 'x-slack-signature': _, ...unsigned } = headers;
  assert.equal((await slack.send({ body, headers: unsigned })).status, 401);
  assert.deepEqual(slack.calls, []);
  assert.deepEqual(refusals().toSorted(), ['signature_forged', 'unsigned']);
});

test("another workspace's member with the same id is not the one this app knows", async (t) => {
  const { slack, refusals } = await startSlackSite(t);
  const shared = { ...clickOf('U0LENA', slack.newTrigger()), user: { id: 'U0LENA', team_id: 'T0EVIL' } };
  assert.equal((await slack.send(slack.signed(shared))).status, 403);
  const elsewhere = blockActions({
    by: { team: 'T0EVIL', user: 'U0LENA' },
    approval: ASKED_ID,
    trigger: slack.newTrigger(),
    channel: SLACK_CHANNEL,
  });
  assert.equal((await slack.send(slack.signed(elsewhere))).status, 403);
  assert.deepEqual([slack.modals.length, slack.ephemerals.length], [0, 0]);
  assert.deepEqual(refusals(), ['another_workspace']);
});

test('trigger reused: a second click with the trigger of the first opens nothing, and is told so', async (t) => {
  const { slack, told, approval } = await startSlackSite(t);
  const trigger = slack.newTrigger();
  await slack.send(slack.signed(clickOf('U0LENA', trigger)));
  const [button] = clickOf('U0LENA', trigger).actions;
  const again = { ...clickOf('U0LENA', trigger), actions: [{ ...button, action_ts: '1.4' }] };
  assert.equal((await slack.send(slack.signed(again))).status, 200);
  assert.equal(slack.modals.length, 1);
  await until(() => /Slack did not open the form/.test(told('U0LENA')));
  assert.equal(approval().state, 'pending');
});

test('what is no interaction of this app is refused before anything is done for it', async (t) => {
  const { site, slack, refusals } = await startSlackSite(t);
  const { body, headers } = slack.signed(clickOf('U0LENA', slack.newTrigger()));
  assert.equal((await slack.send({ body, headers: { ...headers, 'content-type': 'application/json' } })).status, 415);
  assert.equal((await slack.send(slack.signed({ type: 'shortcut' }))).status, 400);
  const large = slack.signed({ ...clickOf('U0LENA', slack.newTrigger()), more: 'x'.repeat(600_000) });
  assert.equal((await slack.send(large)).status, 413);
  slack.interactionsUrl = `${site.origin}/slack/other/interactions`;
  assert.equal((await slack.send({ body, headers })).status, 404);
  assert.equal((await fetch(`${site.origin}/slack/ops/interactions`)).status, 405);
  assert.deepEqual(slack.calls, []);
  assert.deepEqual(refusals().toSorted(), ['content_type', 'not_understood', 'too_large']);
});

test('where what was signed cannot be remembered, nothing is done', async (t) => {
  const { slack, parts } = await startSlackSite(t);
  parts.claims.claim = async () => {
    throw new Error('the disk is full');
  };
  assert.equal((await slack.send(slack.signed(clickOf('U0LENA', slack.newTrigger())))).status, 500);
  assert.deepEqual(slack.calls, []);
});
