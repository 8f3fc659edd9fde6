/** A yes is for what was shown, by those whose say it was: on a whole gateway, with a server that asks for further rounds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerWith, startFakeMcpServer } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { Reply, TestGateway } from './harness.ts';

const VERSION = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'eve', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const POLICY = `levels: { use: { allow: ["tools/call:*"] } }
grants:
  - { clients: ["idp:robot", "gatebook:bot"], connections: [notes], level: use }
rules:
  - { name: large, when: 'name == "pay" && args.amount > 1000', then: hold, approvers: ["idp:directors"], needed: 2 }
  - { name: small, when: 'name == "pay" && args.amount > 10', then: hold, scopes: [once, call, tool] }
serviceAccounts: { bot: { owner: "idp:00uida", purpose: tests, connections: [notes] } }
`;

const approvalIn = ({ text }: Reply): string => /apr_[a-z2-7]{26}/.exec(text)?.[0] ?? '';
async function say(gateway: TestGateway, uid: string, path: string, body: object): Promise<Response> {
  const token = await gateway.apiToken(['approvers', 'admins'], { uid, sub: uid });
  const response = await fetch(`${gateway.origin}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${response.status}`);
  return response;
}
const agree = (gateway: TestGateway, id: string, scope = 'once'): Promise<Response> =>
  say(gateway, 'lena', `approvals/${id}/decision`, { decision: 'approve', scope });
const payments = ({ server }: TestGateway): number => server.seen.filter(({ body }) => body.includes('"pay"')).length;

test('a yes to any call of a tool under one rule is none to what another rule holds', async (t) => {
  const gateway = await startTestGateway(t, { policy: POLICY });
  const pay = (amount: number): Promise<Reply> => gateway.post('notes', JSON.stringify(toolCall('pay', { amount })));
  await agree(gateway, approvalIn(await pay(20)), 'tool');
  assert.equal(approvalIn(await pay(30)), '');
  assert.equal(payments(gateway), 1);
  assert.match((await pay(1_000_000)).text, /approval_required/);
  assert.equal(payments(gateway), 1);
});

test('answers to a question of the server are agreed to with the call, where its first round was not', async (t) => {
  const gateway = await startTestGateway(t, { policy: POLICY });
  const asks = { resultType: 'input_required', requestState: 'S1', inputRequests: {} };
  gateway.server.answering = (seen, response) =>
    answerWith(seen.message?.params?.['inputResponses'] === undefined ? asks : { content: [] })(seen, response);
  const pay = (amount: number, to?: string): Promise<Reply> => {
    const more = to === undefined ? {} : { requestState: 'S1', inputResponses: { to } };
    const { params, ...call } = toolCall('pay', { amount });
    const headers = { 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call', 'mcp-name': 'pay' };
    return gateway.post('notes', JSON.stringify({ ...call, params: { ...params, ...more, _meta: META } }), headers);
  };
  assert.match((await pay(1)).text, /"requestState":"S1"/);
  // A state of ours would take the place of the server's: the client is told the id, and makes the same call again.
  const asked = await pay(50, 'alice');
  await agree(gateway, approvalIn(asked));
  assert.match((await pay(50, 'mallory')).text, /approval_required/);
  assert.equal(payments(gateway), 1);
  assert.equal(approvalIn(await pay(50, 'alice')), '');
  assert.equal(payments(gateway), 2);
  assert.match(gateway.server.seen.at(-1)?.body ?? '', /"requestState":"S1","inputResponses":\{"to":"alice"\}/);
});

test('nothing joins a call that was agreed to: neither beside its params, nor in the wish for a task', async (t) => {
  const gateway = await startTestGateway(t, { policy: POLICY });
  const call = toolCall('pay', { amount: 50 });
  const send = (message: object): Promise<Reply> => gateway.post('notes', JSON.stringify(message));
  await agree(gateway, approvalIn(await send(call)));
  const withTask = { ...call, params: { ...call.params, task: { ttl: 60_000, to: 'mallory' } } };
  for (const swapped of [{ ...call, to: 'mallory' }, withTask])
    assert.match((await send(swapped)).text, /approval_required/);
  assert.equal(payments(gateway), 0);
  assert.equal(approvalIn(await send(call)), '');
  assert.equal(payments(gateway), 1);
});

test('nobody agrees to calls by a key of their own, by a yes to the same calls by the key of somebody else', async (t) => {
  const gateway = await startTestGateway(t, { policy: POLICY });
  const keyOf = async (uid: string): Promise<string> => {
    const { key } = (await (await say(gateway, uid, 'keys', { account: 'bot' })).json()) as { readonly key: string };
    return `Bearer ${key}`;
  };
  const [ofMax, ofLena] = [await keyOf('max'), await keyOf('lena')];
  const pay = (authorization: string): Promise<Reply> =>
    gateway.post('notes', JSON.stringify(toolCall('pay', { amount: 50 })), { authorization });
  await agree(gateway, approvalIn(await pay(ofMax)), 'tool');
  assert.match((await pay(ofLena)).text, /approval_required/);
  assert.equal(payments(gateway), 0);
  assert.equal(approvalIn(await pay(ofMax)), '');
  assert.equal(payments(gateway), 1);
});

test('whoever approves no longer decides nothing that was asked before, and nothing goes up by what they said', async (t) => {
  const gateway = await startTestGateway(t, { policy: POLICY });
  const pay = (): Promise<Reply> => gateway.post('notes', JSON.stringify(toolCall('pay', { amount: 50 })));
  const id = approvalIn(await pay());
  await agree(gateway, id);
  const reloaded = await gateway.reload((text) =>
    text.replace('approver: ["idp:approvers"]', 'approver: ["idp:board"]'),
  );
  assert.ok(reloaded.ok);
  const asked = await pay();
  assert.match(asked.text, /approval_required/);
  assert.notEqual(approvalIn(asked), id);
  await assert.rejects(agree(gateway, approvalIn(asked)));
  assert.equal(payments(gateway), 0);
});

test('what somebody agreed to whose access is taken away goes up no more, nor counts with what others say', async (t) => {
  const rule = 'then: hold, approvers: ["idp:directors"], needed: 2';
  const gateway = await startTestGateway(t, { policy: POLICY.replace(rule, 'then: hold, needed: 2') });
  const pay = (amount: number): Promise<Reply> => gateway.post('notes', JSON.stringify(toolCall('pay', { amount })));
  const [whole, half] = [approvalIn(await pay(50)), approvalIn(await pay(5_000))];
  for (const id of [whole, half]) await agree(gateway, id);
  await say(gateway, 'olga', 'revocations', {
    scope: 'caller',
    issuer: gateway.issuer.url,
    subject: 'lena',
    reason: 'gone',
  });
  for (const id of [whole, half])
    await gateway.recordWhere(({ leaf, header }) => leaf.st === 'approval_void' && header?.decision?.approval === id);
  assert.match((await pay(50)).text, /approval_required/);
  await assert.rejects(say(gateway, 'max', `approvals/${half}/decision`, { decision: 'approve' }));
  assert.equal(payments(gateway), 0);
});

test('a yes is for the server that was behind the connection, and for no other that a reload puts there', async (t) => {
  const gateway = await startTestGateway(t, { policy: POLICY });
  const other = await startFakeMcpServer();
  t.after(() => other.close());
  const pay = (): Promise<Reply> => gateway.post('notes', JSON.stringify(toolCall('pay', { amount: 50 })));
  await agree(gateway, approvalIn(await pay()));
  const use = async (from: string, to: string): Promise<void> =>
    assert.ok((await gateway.reload((text) => text.replace(from, to))).ok);
  await use(gateway.server.url, other.url);
  assert.match((await pay()).text, /approval_required/);
  await use(other.url, gateway.server.url);
  assert.equal(approvalIn(await pay()), '');
  assert.deepEqual([payments(gateway), other.seen.length], [1, 0]);
});

test('who comes for the result of a held call sends along no header that was not agreed to', async (t) => {
  const gateway = await startTestGateway(t, { policy: POLICY });
  const version = { 'mcp-protocol-version': '2025-11-25' };
  const { params, ...call } = toolCall('pay', { amount: 50 });
  const asked = await gateway.post('notes', JSON.stringify({ ...call, params: { ...params, task: {} } }), version);
  const { taskId } = (asked.json['result'] as { task: { taskId: string } }).task;
  await agree(gateway, approvalIn(asked));
  const wanted = { jsonrpc: '2.0', id: 2, method: 'tasks/result', params: { taskId, arguments: { to: 'mallory' } } };
  const headers = { ...version, 'mcp-method': 'tasks/result', 'mcp-name': taskId, 'mcp-param-to': 'mallory' };
  const got = await gateway.post('notes', JSON.stringify(wanted), headers);
  assert.match(got.text, /"id":2,"result"/);
  const sent = gateway.server.seen.at(-1);
  assert.match(sent?.body ?? '', /"name":"pay","arguments":\{"amount":50\}/);
  assert.deepEqual(
    Object.keys(sent?.headers ?? {}).filter((name) => name.startsWith('mcp-')),
    ['mcp-protocol-version'],
  );
});
