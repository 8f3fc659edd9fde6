/**
 * A held call that people decide in Slack, on a whole gateway: the message comes to the channel, a member presses its button and
 * sends the modal, the same call passes once, the message says so, and the book has the story.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createFakeBrowser } from '../fakes/browser.ts';
import { SLACK_CHANNEL, SLACK_TEAM, startFakeSlack } from '../fakes/slack.ts';
import type { FakeSlack, Heard, OpenModal, SlackMessage } from '../fakes/slack.ts';
import { startSignInGateway, walkThrough } from './sign-in-site.ts';
import type { SignInGateway } from './sign-in-site.ts';
import { until } from './until.ts';

const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'delete_note', arguments: { id: 7, owner: 'jonas.alder@alder-bikes.example' } },
};
const RULE = `[{ name: hold-deletes, when: 'name == "delete_note"', then: hold, approvers: ["idp:leads"] }]`;

type Started = { readonly gateway: SignInGateway; readonly slack: FakeSlack };

async function start(t: TestContext): Promise<Started> {
  const slack = await startFakeSlack({ token: 'xoxb-bot-token-Zq4', signingSecret: 'signing-secret-Hn8' });
  t.after(() => slack.close());
  const gateway = await startSignInGateway(t, {
    rules: RULE,
    limits: { approvalHoldMs: 0 },
    env: { SLACK_TOKEN: 'xoxb-bot-token-Zq4', SLACK_SECRET: 'signing-secret-Hn8' },
    approvals: `{ notify: { ops: { type: slack, token: "env:SLACK_TOKEN", signingSecret: "env:SLACK_SECRET", team: ${SLACK_TEAM}, channel: ${SLACK_CHANNEL}, people: { U0LENA: "idp:00u4lena" }, api: "${slack.api}" } } }`,
  });
  gateway.people.push(
    { login: 'lena@example.com', password: 'demo', uid: '00u4lena', groups: ['leads'] },
    { login: 'lars@example.com', password: 'demo', uid: '00u5lars', groups: ['leads'] },
  );
  slack.interactionsUrl = `${gateway.origin}/slack/ops/interactions`;
  return { gateway, slack };
}

async function tokenOf(gateway: SignInGateway): Promise<string> {
  const response = await fetch(`${gateway.issuerUrl}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('direct:secret-of-direct-tokens')}` },
    body: new URLSearchParams({
      grant_type: 'password',
      username: 'ada@example.com',
      password: 'demo',
      scope: 'mcp',
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function call(gateway: SignInGateway, params: object = CALL.params): Promise<string> {
  const response = await fetch(gateway.url('notes'), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await tokenOf(gateway)}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ ...CALL, params }),
  });
  return response.text();
}

async function held(gateway: SignInGateway, params?: object): Promise<string> {
  const answer = await call(gateway, params);
  return /apr_[a-z2-7]{26}/.exec(answer)?.[0] ?? assert.fail(answer);
}

const signIn = async ({ gateway }: Started, login: string) => {
  const browser = createFakeBrowser();
  const page = await walkThrough(browser, `${gateway.origin}/me`, { login, stopAt: 'http://never' });
  assert.match(page.words, new RegExp(login.replace('.', '\\.')));
  return browser;
};

async function messageOf({ slack }: Started, id: string): Promise<SlackMessage> {
  const find = (): SlackMessage | undefined => slack.messages.find((message) => JSON.stringify(message).includes(id));
  await until(() => find() !== undefined);
  return find() ?? assert.fail();
}

async function press(started: Started, user: string, id: string): Promise<Heard> {
  const message = await messageOf(started, id);
  return started.slack.press(user, { approval: started.slack.buttonOf(message) ?? assert.fail(), ...message });
}

/** What is asked is shown once the index has it. */
async function opened(started: Started, user: string, id: string): Promise<OpenModal> {
  const { slack } = started;
  await until(async () => {
    if (slack.modals.length === 0) await press(started, user, id);
    return slack.modals.length > 0;
  });
  return slack.modals[0] ?? assert.fail();
}

const deleted = ({ gateway }: Started): number =>
  gateway.server.seen.filter(({ body }) => body.includes('delete_note')).length;

test('a held call comes to the channel without its arguments, is decided there, passes once, and the message says so', async (t) => {
  const started = await start(t);
  const { gateway, slack } = started;
  const id = await held(gateway);
  const message = await messageOf(started, id);
  assert.equal(JSON.stringify(message).includes('alder'), false, 'no argument, not even masked');
  await signIn(started, 'lena@example.com');
  const modal = await opened(started, 'U0LENA', id);
  assert.match(JSON.stringify(modal.view.blocks), /\[EMAIL_ADDRESS:k1:[a-z2-7]+\]/);
  assert.equal(JSON.stringify(modal).includes('jonas.alder'), false, 'masked there too');
  assert.equal(deleted(started), 0);

  const heard = await slack.submit(modal, { verdict: 'once', reason: 'ticket 17' });
  assert.deepEqual(heard.json, { response_action: 'clear' });
  assert.match(await call(gateway), /"result"/);
  assert.equal(deleted(started), 1);
  await until(() => slack.messages.length === 1 && slack.messages[0]?.edits !== 0);
  const after = JSON.stringify(slack.messages[0]);
  assert.match(after, /Approved.*Decided by 00u4lena: ticket 17/);
  assert.equal(after.includes('gatebook_review'), false);

  const story = (await gateway.records())
    .filter(({ header }) => header?.decision?.approval === id)
    .map(({ leaf, header }) => `${leaf.st} ${header?.caller?.subject}`);
  assert.deepEqual(
    story.filter((line) => !line.startsWith('approval_told') && !line.startsWith('approval_required')),
    [
      'approval_requested 00u1ada',
      ...story.filter((line) => line.startsWith('approval_read')),
      'approval_vote 00u4lena',
      'open 00u1ada',
    ],
  );
  assert.ok(story.includes('approval_read 00u4lena'));
  for (const secret of ['xoxb-bot-token-Zq4', 'signing-secret-Hn8'])
    assert.equal(`${JSON.stringify(await gateway.records())}${gateway.log()}`.includes(secret), false);
});

test('a member nobody knows links the account, once, in a browser that is signed in, and decides; a no is told with its words', async (t) => {
  const started = await start(t);
  const { gateway, slack } = started;
  const id = await held(gateway);
  await press(started, 'U0LARS', id);
  await until(() => slack.ephemerals.length === 1);
  const [, link = ''] = /<(http[^|>]+)\|Link/.exec(slack.ephemerals[0]?.text ?? '') ?? [];
  const browser = await signIn(started, 'lars@example.com');
  const linked = await browser.submit(await browser.open(link), 'Link it to me', { member: 'U0LARS' });
  assert.match(linked.words, /U0LARS of the workspace/);
  await gateway.restart();
  const modal = await opened(started, 'U0LARS', id);
  const heard = await slack.submit(modal, { verdict: 'deny', reason: 'not on a Friday' });
  assert.deepEqual(heard.json, { response_action: 'clear' });
  assert.match(await call(gateway), /not on a Friday/);
  assert.equal(deleted(started), 0);
});

test('what was signed for one process is taken by no other, also not after a restart', async (t) => {
  const started = await start(t);
  const { gateway, slack } = started;
  const id = await held(gateway);
  const message = await messageOf(started, id);
  await signIn(started, 'lena@example.com');
  await opened(started, 'U0LENA', id);
  const modal = slack.modals[0] ?? assert.fail();
  let first: Parameters<FakeSlack['send']>[0] | undefined;
  const send = slack.send;
  slack.send = (request) => {
    first ??= request;
    return send(request);
  };
  await slack.submit(modal, { verdict: 'deny' });
  await gateway.restart();
  assert.equal((await send(first ?? assert.fail())).status, 401);
  const again = await slack.press('U0LENA', { approval: id, ...message });
  assert.equal(again.status, 200);
  await until(() => slack.ephemerals.some(({ text }) => text.includes('This request is over')));
});
