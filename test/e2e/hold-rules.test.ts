/** What rules with `then: hold` look at and offer, on a whole gateway: every input, statements, broken glass, lifts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { answerWith } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { Reply, TestGateway } from './harness.ts';

type ToolError = { readonly code: string; readonly approval?: { readonly id: string; readonly asks?: unknown } };
const errorOf = ({ json }: Reply): ToolError | undefined =>
  (json['result'] as { _meta?: Record<string, ToolError> } | undefined)?._meta?.['gatebook/error'] ??
  (json['error'] as { data?: ToolError } | undefined)?.data;

/** Somebody who calls tools, and the token they show the API. */
const person = async (gateway: TestGateway, name: string, groups: readonly string[]) => ({
  headers: { authorization: `Bearer ${await gateway.token({ uid: name, sub: name, groups })}` },
  api: await gateway.apiToken(groups, { uid: name, sub: name }),
});

async function send(gateway: TestGateway, token: string, path: string, body: object) {
  const response = await fetch(`${gateway.origin}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}
const leads = (gateway: TestGateway): Promise<string> => gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' });
const YES = { decision: 'approve', reason: 'ticket 17' };

const policyOf = (rules: readonly string[]): string => `levels:
  use: { allow: ["tools/call:*", "prompts/*"], deny: ["tools/call:drop_*"] }
  read: { allow: ["tools/call:get_*"] }
grants:
  - { clients: ["idp:robot"], connections: [notes, masked], level: use }
  - { groups: ["idp:interns"], connections: [notes], level: use }
  - { groups: ["idp:readers"], connections: [notes], level: read }
rules:
${rules.map((rule) => `  - ${rule}\n`).join('')}`;

const hold = (name: string, when: string, more = ''): string => `{ name: ${name}, when: '${when}', then: hold${more} }`;

const tools = (wording: string) => [
  { name: 'wipe', description: 'Wipes.', inputSchema: { type: 'object' }, annotations: { destructiveHint: true } },
  { name: 'look', description: 'Looks.', inputSchema: { type: 'object' }, annotations: { destructiveHint: false } },
  { name: 'send', description: wording, inputSchema: { type: 'object' } },
];

const INPUTS = [
  hold('by-caller', '"idp:interns" in caller.groups'),
  hold('by-connection', 'connection == "masked" && name == "plain"'),
  hold('by-method', 'method == "prompts/get"'),
  hold('by-name', 'name.startsWith("delete_")'),
  hold('by-arguments', 'method == "tools/call" && has(args.amount) && args.amount > 1000'),
  hold('by-annotations', 'has(tool.annotations.destructiveHint) && tool.annotations.destructiveHint'),
  hold('by-change', 'tool.changed'),
  hold('by-time', 'name == "now" && now > timestamp("2020-01-01T00:00:00Z")'),
  hold('by-past', 'name == "past" && now < timestamp("2020-01-01T00:00:00Z")'),
  hold('by-recent', 'name == "often" && recent.tool.minute >= 2 && recent.denied.hour == 0'),
  hold('by-finding', 'name == "mail" && findings.exists(f, f.type == "EMAIL_ADDRESS")'),
];

test('a rule holds a call for each thing that a condition can see of it, and another call goes on', async (t: TestContext) => {
  const gateway = await startTestGateway(t, { policy: policyOf(INPUTS) });
  const intern = await person(gateway, 'ina', ['interns']);
  /** The rule that held it; undefined when it went on. */
  const heldBy = async (message: object, connection = 'notes', headers = {}): Promise<string | undefined> => {
    const error = errorOf(await gateway.post(connection, JSON.stringify(message), headers));
    if (error === undefined) return undefined;
    assert.equal(error.code, 'approval_required');
    return (await gateway.records()).at(-1)?.header?.decision?.rule;
  };
  const list = async (wording: string): Promise<void> => {
    gateway.server.answering = (seen, response) =>
      answerWith(seen.message?.method === 'tools/list' ? { tools: tools(wording) } : { content: [] })(seen, response);
    const listed = await gateway.post('notes', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }));
    assert.equal(listed.status, 200);
  };
  const prompt = { jsonrpc: '2.0', id: 1, method: 'prompts/get', params: { name: 'plain' } };

  assert.equal(await heldBy(toolCall('plain')), undefined);
  assert.equal(await heldBy(toolCall('plain'), 'notes', intern.headers), 'by-caller');
  assert.equal(await heldBy(toolCall('plain'), 'masked'), 'by-connection');
  assert.equal(await heldBy(prompt), 'by-method');
  assert.equal(await heldBy(toolCall('delete_note')), 'by-name');
  assert.equal(await heldBy(toolCall('pay', { amount: 1000 })), undefined);
  assert.equal(await heldBy(toolCall('pay', { amount: 1001 })), 'by-arguments');
  await list('Sends.');
  assert.equal(await heldBy(toolCall('look')), undefined);
  assert.equal(await heldBy(toolCall('wipe')), 'by-annotations');
  assert.equal(await heldBy(toolCall('send')), undefined);
  await list('Sends it elsewhere.');
  assert.equal(await heldBy(toolCall('send')), 'by-change');
  assert.equal(await heldBy(toolCall('now')), 'by-time');
  assert.equal(await heldBy(toolCall('past')), undefined);
  assert.equal(await heldBy(toolCall('mail', { to: 'nobody' })), undefined);
  assert.equal(await heldBy(toolCall('mail', { to: 'ada@example.com' })), 'by-finding');
  for (const expected of [undefined, undefined, 'by-recent', 'by-recent'])
    assert.equal(await heldBy(toolCall('often')), expected);
});

test('whoever asks is told what to say, says it, and only then can people agree', async (t) => {
  const rule = hold('wipes', 'name == "wipe"', `, asks: { reason: true, ticket: 'OPS-[0-9]+' }`);
  const gateway = await startTestGateway(t, { policy: policyOf([rule]) });
  const ina = await person(gateway, 'ina', ['interns']);
  const call = JSON.stringify(toolCall('wipe', { disk: 1 }));
  const refused = await gateway.post('notes', call, ina.headers);
  const { approval } = errorOf(refused) ?? {};
  assert.deepEqual(approval?.asks, { reason: true, ticket: 'OPS-[0-9]+' });
  const id = approval?.id ?? '';
  assert.match(refused.text, new RegExp(`gatebook approvals state ${id} --reason … --ticket …`));
  assert.equal((await send(gateway, await leads(gateway), `approvals/${id}/decision`, YES)).status, 409);
  const why = { reason: 'disk 1 belongs to ada@example.com, who left', ticket: 'OPS-17' };
  assert.equal((await send(gateway, await leads(gateway), `approvals/${id}/statement`, why)).status, 403);
  assert.equal((await send(gateway, ina.api, `approvals/${id}/statement`, why)).status, 200);
  assert.equal((await send(gateway, await leads(gateway), `approvals/${id}/decision`, YES)).status, 200);
  assert.equal(errorOf(await gateway.post('notes', call, ina.headers)), undefined);
  const story = (await gateway.records()).filter(({ header }) => header?.decision?.approval === id);
  assert.deepEqual(
    story.map(({ leaf }) => `${leaf.kind} ${leaf.st}`),
    [
      'control approval_requested',
      'denied approval_required',
      'control approval_statement',
      'control approval_vote',
      'intent open',
    ],
  );
  const stated = story.find(({ leaf }) => leaf.st === 'approval_statement')?.header;
  assert.deepEqual([stated?.caller?.subject, stated?.detail?.['ticket']], ['ina', 'OPS-17']);
  assert.match(stated?.reason ?? '', /^disk 1 belongs to \[EMAIL_ADDRESS/);
});

test('whoever broke the glass lets a call pass that is not theirs to decide, alarmed and briefly; before that they know nothing of it', async (t) => {
  const rules = [
    hold('others', 'name == "wipe"'),
    hold('nobody', 'name == "burn"', ', breakGlass: nobody'),
    hold('own', 'name == "mend"', ', breakGlass: self'),
  ];
  const gateway = await startTestGateway(t, { policy: policyOf(rules) });
  const nina = await person(gateway, 'nina', ['on-call', 'interns']);
  const asked = async (name: string, headers = {}): Promise<string> => {
    const error = errorOf(await gateway.post('notes', JSON.stringify(toolCall(name)), headers));
    assert.equal(error?.code, 'approval_required', name);
    return error.approval?.id ?? '';
  };
  const decide = (id: string, body: object = YES) => send(gateway, nina.api, `approvals/${id}/decision`, body);
  const id = await asked('wipe');
  assert.equal((await decide(id)).status, 404);
  const glass = await send(gateway, nina.api, 'break-glass', { reason: 'everything is down', minutes: 5 });
  assert.equal(glass.status, 201);
  // Whoever may break it no longer, or watches now, has nothing of what they broke before.
  for (const groups of [['interns'], ['on-call', 'auditors']]) {
    const later = await gateway.apiToken(groups, { uid: 'nina', sub: 'nina' });
    assert.notEqual((await send(gateway, later, `approvals/${id}/decision`, YES)).status, 200, groups.join());
  }
  assert.equal((await decide(id, { ...YES, scope: 'tool' })).status, 400);
  const decided = await decide(id);
  assert.equal(decided.status, 200);
  const usableMs = Date.parse(String(decided.json['usableUntil'])) - Date.now();
  assert.ok(usableMs <= 300_000, `usable for ${usableMs} ms`);
  assert.match(gateway.log(), /BREAK GLASS: a held call/);
  assert.equal(errorOf(await gateway.post('notes', JSON.stringify(toolCall('wipe')))), undefined);
  const story = (await gateway.records()).filter(({ header }) => header?.decision?.approval === id);
  const broken = story.find(({ leaf }) => leaf.st === 'approval_break_glass');
  assert.deepEqual(
    [broken?.header?.caller?.subject, broken?.header?.detail?.['glass']],
    ['nina', glass.json['record']],
  );
  assert.ok(story.findIndex(({ leaf }) => leaf.st === 'approval_vote') > story.findIndex((one) => one === broken));

  assert.equal((await decide(await asked('burn'))).status, 404);
  assert.equal((await decide(await asked('wipe', nina.headers))).status, 403);
  assert.equal((await decide(await asked('mend', nina.headers))).status, 200);
  assert.equal(errorOf(await gateway.post('notes', JSON.stringify(toolCall('mend')), nina.headers)), undefined);
});

test('a lift offers what no level of the caller allows: listed, held, granted for a while, and never what is denied', async (t) => {
  const rule = hold(
    'ask-for-more',
    'method == "tools/call" && "idp:readers" in caller.groups && !name.startsWith("get_")',
    ', lift: use, scopes: [tool]',
  );
  const gateway = await startTestGateway(t, { policy: policyOf([rule]) });
  const rita = await person(gateway, 'rita', ['readers']);
  const call = async (name: string, args = {}) =>
    errorOf(await gateway.post('notes', JSON.stringify(toolCall(name, args)), rita.headers));
  const named = ['get_note', 'put_note', 'drop_note'].map((name) => ({ name, inputSchema: { type: 'object' } }));
  gateway.server.answering = (seen, response) =>
    answerWith(seen.message?.method === 'tools/list' ? { tools: named } : { content: [] })(seen, response);
  const listed = await gateway.post('notes', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', rita.headers);
  assert.match(listed.text, /get_note.*put_note/);
  assert.doesNotMatch(listed.text, /drop_note/);

  assert.equal(await call('get_note'), undefined);
  assert.equal((await call('drop_note'))?.code, 'denied');
  const held = await call('put_note', { n: 1 });
  assert.equal(held?.code, 'approval_required');
  const id = held.approval?.id ?? '';
  assert.equal(
    (await send(gateway, await leads(gateway), `approvals/${id}/decision`, { ...YES, scope: 'tool' })).status,
    200,
  );
  assert.equal(await call('put_note', { n: 1 }), undefined);
  assert.equal(await call('put_note', { n: 2 }), undefined);
  assert.equal((await call('drop_note'))?.code, 'denied');
  const intent = (await gateway.records()).findLast(({ leaf }) => leaf.kind === 'intent');
  assert.deepEqual([intent?.header?.decision?.level, intent?.header?.decision?.approval], ['use', id]);
  const withdrawn = await gateway.reload((text) => text.replace(', lift: use', ''));
  assert.equal(withdrawn.ok, true, JSON.stringify(withdrawn));
  assert.equal((await call('put_note', { n: 3 }))?.code, 'denied');
});
