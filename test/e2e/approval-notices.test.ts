/** Whoever decides is told of what waits and of its end, through a whole gateway: by webhook, in Teams, by mail. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startSmtpServer } from '../fakes/smtp-server.ts';
import { startWebhookServer } from '../fakes/webhook-server.ts';
import type { Posted } from '../fakes/webhook-server.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { TestGateway } from './harness.ts';
import { until } from './until.ts';

const KEY = Buffer.alloc(32, 7);
const CALL = JSON.stringify(toolCall('delete_note', { id: 7, owner: 'ada@example.com', pin: 'pin-4711' }));
const LIMITS = { noticeRetryMs: 10, noticeRetryMsMax: 20 };

/** Levels, grants and rules of the harness, with notifiers. */
const policy = (notify: object): string => `levels:
  use: { allow: ["tools/call:*"] }
grants:
  - { clients: ["idp:robot"], connections: [notes], level: use }
rules:
  - { name: hold-deletes, when: 'method == "tools/call" && name.startsWith("delete_")', then: hold }
approvals: { notify: ${JSON.stringify(notify)} }
`;
const hookAt = (url: string, secret = 'file:/secrets/hook') => ({ type: 'webhook', url, secret });

function start(
  t: TestContext,
  notify: object,
  { files = {}, ...options }: NonNullable<Parameters<typeof startTestGateway>[1]> = {},
): Promise<TestGateway> {
  return startTestGateway(t, {
    policy: policy(notify),
    limits: LIMITS,
    files: { '/secrets/hook': `whsec_${KEY.toString('base64')}`, ...files },
    ...options,
  });
}
type ToolError = { readonly code: string; readonly approval?: { readonly id: string } };

async function ask(gateway: TestGateway, call = CALL): Promise<string> {
  const { json } = await gateway.post('notes', call);
  const error = (json['result'] as { _meta?: Record<string, ToolError> } | undefined)?._meta?.['gatebook/error'];
  assert.equal(error?.code, 'approval_required');
  return error.approval?.id ?? '';
}
async function decide(gateway: TestGateway, id: string, decision: 'approve' | 'deny'): Promise<void> {
  const token = await gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' });
  const response = await fetch(`${gateway.origin}/api/v1/approvals/${id}/decision`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ decision, reason: 'ticket 17' }),
  });
  assert.equal(response.status, 200, await response.text());
}
const typesOf = (heard: readonly Posted[], id?: string): readonly string[] =>
  heard
    .map(({ body }) => JSON.parse(body) as { type: string; data: { id: string } })
    .filter(({ data }) => id === undefined || data.id === id)
    .map(({ type }) => type);
async function noticesOf(gateway: TestGateway, id: string): Promise<readonly Record<string, unknown>[]> {
  const { json, text } = await gateway.api(`/api/v1/approvals/${id}`);
  assert.ok(Array.isArray(json['notices']), text);
  return json['notices'] as readonly Record<string, unknown>[];
}

test('everybody who decides hears that a call waits, and what came of it, and nobody hears its arguments', async (t) => {
  const [hook, teams, mail] = [await startWebhookServer(t), await startWebhookServer(t), await startSmtpServer(t)];
  const gateway = await start(
    t,
    {
      hook: hookAt(hook.url),
      team: { type: 'teams', url: 'file:/secrets/teams' },
      mail: {
        type: 'email',
        smtp: { host: '127.0.0.1', port: mail.port },
        from: 'gatebook@acme.test',
        to: ['leads@acme.test'],
      },
    },
    { files: { '/secrets/teams': `${teams.url}?sig=hunter2` }, signIn: {} },
  );
  const id = await ask(gateway);
  await until(() => hook.heard.length === 1 && teams.heard.length === 1 && mail.heard.length === 1);
  await decide(gateway, id, 'approve');
  await until(() => hook.heard.length === 2 && teams.heard.length === 2 && mail.heard.length === 2);
  assert.deepEqual(typesOf(hook.heard), ['approval.asked', 'approval.approved']);
  const url = `${gateway.origin}/approvals/${id}`;
  for (const [asked, over] of [
    [hook.heard[0]?.body, hook.heard[1]?.body],
    [teams.heard[0]?.body, teams.heard[1]?.body],
    [mail.heard[0]?.message.replaceAll('=\r\n', ''), mail.heard[1]?.message.replaceAll('=\r\n', '')],
  ] as const) {
    for (const part of [id, url, 'delete_note', 'robot', 'hold-deletes'])
      assert.ok(asked?.includes(part) === true, `${part} in ${asked}`);
    assert.match(over ?? '', /lena[\s\S]*ticket 17/);
    assert.doesNotMatch(`${asked} ${over}`, /pin-4711|ada@example|hunter2/);
  }
  const [posted] = hook.heard;
  const text = `${String(posted?.headers['webhook-id'])}.${String(posted?.headers['webhook-timestamp'])}.${posted?.body}`;
  const signature = `v1,${createHmac('sha256', KEY).update(text).digest('base64')}`;
  assert.equal(posted?.headers['webhook-signature'], signature);

  // The call itself is used up afterwards, which nobody has to hear.
  assert.equal((await gateway.post('notes', CALL)).status, 200);
  await until(async () => (await noticesOf(gateway, id)).every(({ state }) => state === 'told'));
  const told = (await gateway.records())
    .filter(({ leaf, header }) => leaf.st === 'approval_told' && header?.decision?.approval === id)
    .map(({ header }) => `${String(header?.detail?.['kind'])} ${String(header?.detail?.['told'])}`);
  assert.deepEqual(
    told.toSorted((one, other) => one.localeCompare(other)),
    ['email approved', 'email pending', 'teams approved', 'teams pending', 'webhook approved', 'webhook pending'],
  );
  assert.deepEqual([hook.heard.length, teams.heard.length, mail.heard.length], [2, 2, 2]);
  assert.doesNotMatch(gateway.log(), /hunter2|whsec_/);
});

test('one that hangs or fails delays nobody, is tried again, and is seen to be', async (t) => {
  const [hanging, failing] = [await startWebhookServer(t), await startWebhookServer(t)];
  hanging.answer = () => undefined;
  failing.answer = (response) => response.writeHead(503).end('hunter2');
  const gateway = await start(t, { hanging: hookAt(hanging.url), failing: hookAt(failing.url) });
  const id = await ask(gateway);
  await until(() => failing.heard.length >= 3);
  const failed = (await noticesOf(gateway, id)).find(({ notifier }) => notifier === 'failing');
  assert.deepEqual([failed?.['state'], failed?.['lastError']], ['waiting', 'status_503']);
  failing.answer = (response) => response.writeHead(204).end();
  await until(async () => (await noticesOf(gateway, id)).some(({ state }) => state === 'told'));
  const ids = new Set(failing.heard.map(({ headers }) => headers['webhook-id']));
  assert.equal(ids.size, 1, 'the same message each time');
  await decide(gateway, id, 'deny');
  await until(() => typesOf(failing.heard).at(-1) === 'approval.denied');
  assert.doesNotMatch(gateway.log(), /hunter2/);
});

test('what cannot be told is given up, in the book and in the log; the request stays, and a mended notifier hears of it', async (t) => {
  const [broken, mended] = [await startWebhookServer(t), await startWebhookServer(t)];
  broken.answer = (response) => response.writeHead(307, { location: mended.url }).end();
  const gateway = await start(t, { hook: hookAt(broken.url) }, { limits: { ...LIMITS, noticeAttempts: 2 } });
  const id = await ask(gateway);
  const record = await gateway.recordWhere(({ leaf }) => leaf.st === 'notice_failed');
  assert.equal(record.header?.decision?.approval, id);
  assert.deepEqual(record.header?.detail, { notifier: 'hook', kind: 'webhook', told: 'pending', reason: 'status_307' });
  await until(async () => (await noticesOf(gateway, id))[0]?.['state'] === 'dead');
  assert.match(gateway.log(), /could not be told/);
  assert.equal(broken.heard.length, 2);
  assert.equal(mended.heard.length, 0, 'no redirect is followed');

  const reloaded = await gateway.reload((text) => text.replace(broken.url, mended.url));
  assert.ok(reloaded.ok);
  assert.deepEqual(reloaded.value.changed, ['approvals.notify.hook']);
  await until(() => mended.heard.length === 1);
  assert.deepEqual(typesOf(mended.heard, id), ['approval.asked']);
  await decide(gateway, id, 'approve');
  await until(() => mended.heard.length === 2);
});

test('what was not told before the process ended is told by the next, and nothing twice', async (t) => {
  const [down, up] = [await startWebhookServer(t), await startWebhookServer(t)];
  down.answer = (response) => response.socket?.destroy();
  const gateway = await start(t, { down: hookAt(down.url), up: hookAt(up.url) });
  const id = await ask(gateway);
  await until(async () => (await noticesOf(gateway, id)).filter(({ state }) => state === 'told').length === 1);
  await until(() => down.heard.length > 0);
  down.answer = (response) => response.writeHead(200).end();
  const again = await gateway.restart({
    policy: policy({ down: hookAt(down.url), up: hookAt(up.url) }),
    limits: LIMITS,
    files: { '/secrets/hook': `whsec_${KEY.toString('base64')}` },
  });
  await until(async () => (await noticesOf(again, id)).every(({ state }) => state === 'told'));
  await decide(again, id, 'approve');
  await until(() => typesOf(up.heard).length === 2 && typesOf(down.heard).at(-1) === 'approval.approved');
  assert.deepEqual(typesOf(up.heard), ['approval.asked', 'approval.approved']);
});

test('a reload brings notifiers, takes them and changes their secrets', async (t) => {
  const [first, second] = [await startWebhookServer(t), await startWebhookServer(t)];
  const gateway = await start(t, { first: hookAt(first.url) });
  const id = await ask(gateway);
  await until(() => first.heard.length === 1);
  const both = JSON.stringify({ first: hookAt(first.url), second: hookAt(second.url, 'env:OTHER') });
  const other = { OTHER: `whsec_${Buffer.alloc(32, 8).toString('base64')}` };
  const added = await gateway.reload((text) => text.replace(/notify: \{.*\} \}/, `notify: ${both} }`), other);
  assert.ok(added.ok);
  assert.deepEqual(added.value.changed, ['approvals.notify.second (added)']);
  await until(() => second.heard.length === 1);
  assert.equal(first.heard.length, 1);
  const one = JSON.stringify({ second: hookAt(second.url, 'env:OTHER') });
  const changed = { OTHER: `whsec_${Buffer.alloc(32, 9).toString('base64')}` };
  const taken = await gateway.reload((text) => text.replace(/notify: \{.*\} \}/, `notify: ${one} }`), changed);
  assert.ok(taken.ok);
  assert.deepEqual(taken.value.changed, ['approvals.notify.first (removed)', 'approvals.notify.second']);
  await decide(gateway, id, 'deny');
  await until(() => second.heard.length === 2);
  const [, posted] = second.heard;
  const text = `${String(posted?.headers['webhook-id'])}.${String(posted?.headers['webhook-timestamp'])}.${posted?.body}`;
  assert.equal(
    posted?.headers['webhook-signature'],
    `v1,${createHmac('sha256', Buffer.alloc(32, 9)).update(text).digest('base64')}`,
  );
  assert.equal(first.heard.length, 1);
});
