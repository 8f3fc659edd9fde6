/** How clients wait for people, on a whole gateway: they come back by themselves, are shown the page, or hold on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { answerWith } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { Reply, TestGateway } from './harness.ts';
import { until } from './until.ts';

const HEADERS = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'delete_note' };
const LIMITS = { approvalHoldMs: 1, approvalTellMs: 1, approvalRounds: 2 };
const URL_CLIENT = { elicitation: { url: {} } };

type Asking = {
  readonly args?: object;
  readonly capabilities?: object;
  /** What the client was given to come back with. */
  readonly state?: string | undefined;
  readonly said?: string;
};

/** A call of a client of 2026-07-28. */
function call(gateway: TestGateway, { args = { id: 7 }, capabilities = {}, state, said }: Asking = {}): Promise<Reply> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'modern', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  const { params, ...rest } = toolCall('delete_note', args as Record<string, unknown>);
  const inputResponses = said === undefined ? undefined : { gatebook_approval: { action: said } };
  return gateway.post(
    'notes',
    JSON.stringify({ ...rest, params: { ...params, inputResponses, requestState: state, _meta } }),
    HEADERS,
  );
}

type Result = {
  readonly resultType?: string;
  readonly requestState?: string;
  readonly inputRequests?: Record<string, { readonly method: string; readonly params: Record<string, string> }>;
  readonly isError?: boolean;
  readonly _meta?: Record<string, { readonly code: string; readonly approval?: { readonly id: string } }>;
};
const resultOf = ({ json, text }: Reply): Result => {
  assert.ok(json['result'] !== undefined, text);
  return json['result'] as Result;
};
const errorOf = (reply: Reply) => resultOf(reply)._meta?.['gatebook/error'];
const stateOf = (reply: Reply): string => {
  const { resultType, requestState } = resultOf(reply);
  assert.equal(resultType, 'input_required', reply.text);
  assert.ok(requestState);
  return requestState;
};

async function decide(gateway: TestGateway, decision: 'approve' | 'deny', scope = 'once'): Promise<string> {
  const token = await gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' });
  const listed = await gateway.api('/api/v1/approvals?state=pending', token);
  const [{ id }] = JSON.parse(listed.text) as [{ readonly id: string }];
  const response = await fetch(`${gateway.origin}/api/v1/approvals/${id}/decision`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ decision, ...(decision === 'approve' ? { scope } : {}), reason: 'ticket 17' }),
  });
  assert.equal(response.status, 200, await response.text());
  return id;
}
const sent = (gateway: TestGateway) => gateway.server.seen.filter(({ body }) => body.includes('delete_note'));

test('a client of 2026-07-28 is sent away with a state, comes back with it, and gets its answer once people agreed', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const first = stateOf(await call(gateway));
  const second = stateOf(await call(gateway, { state: first }));
  assert.notEqual(second, first);
  assert.equal(sent(gateway).length, 0);
  const id = await decide(gateway, 'approve');
  assert.equal(resultOf(await call(gateway, { state: second })).isError, undefined);
  assert.equal(sent(gateway).length, 1);
  assert.deepEqual(sent(gateway)[0]?.message?.params?.['requestState'], undefined, 'the state is the gateway’s alone');
  const story = (await gateway.records())
    .filter(({ header }) => header?.decision?.approval === id)
    .map(({ leaf }) => leaf.st);
  assert.deepEqual(story, ['approval_requested', 'approval_required', 'approval_required', 'approval_vote', 'open']);
});

test('it is sent away so often and no more: then it is refused with the id, and the same call passes later', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  let state: string | undefined;
  for (let round = 0; round < LIMITS.approvalRounds; round += 1) state = stateOf(await call(gateway, { state }));
  const refused = errorOf(await call(gateway, { state }));
  assert.equal(refused?.code, 'approval_required');
  assert.equal(refused?.approval?.id, await decide(gateway, 'approve'));
  assert.equal(resultOf(await call(gateway)).isError, undefined);
});

test('a state brought back after the yes was used up gets nothing, and asks nobody anew', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const state = stateOf(await call(gateway));
  await decide(gateway, 'approve');
  assert.equal(resultOf(await call(gateway, { state })).isError, undefined);
  assert.equal(errorOf(await call(gateway, { state }))?.code, 'approval_expired');
  assert.equal(sent(gateway).length, 1);
  const records = await gateway.records();
  assert.equal(records.filter(({ leaf }) => leaf.st === 'approval_requested').length, 1);
});

test('a state brought back with other arguments, by somebody else, or altered, gets nothing', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const state = stateOf(await call(gateway));
  await decide(gateway, 'approve');
  const swapped = await call(gateway, { state, args: { id: 8 } });
  assert.equal((swapped.json['error'] as { data?: { code?: string } } | undefined)?.data?.code, 'invalid_state');
  const forged = await call(gateway, { state: `${state.slice(0, -6)}AAAAAA` });
  assert.equal(errorOf(forged)?.code, 'approval_required', 'a state of nobody is part of what is asked');
  assert.equal(sent(gateway).length, 0);
  assert.equal(resultOf(await call(gateway, { state })).isError, undefined);
  assert.equal(sent(gateway).length, 1);
});

test('a client that can show its user a page is sent there, and its user may want the call no longer', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS, signIn: {} });
  const told = await call(gateway, { capabilities: URL_CLIENT });
  const { inputRequests } = resultOf(told);
  const look = inputRequests?.['gatebook_approval'];
  assert.equal(look?.method, 'elicitation/create');
  assert.equal(look?.params['mode'], 'url');
  assert.match(look?.params['url'] ?? '', /\/approvals\/apr_/);
  const back = await call(gateway, { capabilities: URL_CLIENT, state: stateOf(told), said: 'accept' });
  assert.equal(resultOf(back).inputRequests, undefined, 'its user is asked once');
  const over = await call(gateway, { capabilities: URL_CLIENT, state: stateOf(back), said: 'decline' });
  assert.equal(errorOf(over)?.code, 'approval_expired');
  await gateway.recordWhere(({ leaf }) => leaf.st === 'approval_withdrawn');
  assert.equal(sent(gateway).length, 0);
});

async function initialize(gateway: TestGateway, capabilities: object, protocolVersion = '2025-11-25') {
  gateway.server.answering = (seen, response) => {
    response.setHeader('mcp-session-id', 'upstream-1');
    return answerWith(
      seen.message?.method === 'initialize'
        ? { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }
        : { content: [{ type: 'text', text: 'deleted' }] },
    )(seen, response);
  };
  const begun = await gateway.post(
    'notes',
    JSON.stringify({
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion, capabilities, clientInfo: { name: 'legacy', version: '1' } },
    }),
  );
  const session = begun.headers.get('mcp-session-id') ?? '';
  assert.notEqual(session, '');
  const post = (args: object) =>
    gateway.post('notes', JSON.stringify(toolCall('delete_note', args as Record<string, unknown>)), {
      'mcp-session-id': session,
      'mcp-protocol-version': protocolVersion,
    });
  return { session, post };
}

test('a client of 2025-11-25 that can show a page is told which, by the error that its revision has for it', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS, signIn: {} });
  const { post } = await initialize(gateway, URL_CLIENT);
  const error = (await post({ id: 7 })).json['error'] as {
    readonly code: number;
    readonly data: { readonly code: string; readonly elicitations: readonly Record<string, string>[] };
  };
  assert.equal(error.code, -32042);
  assert.equal(error.data.code, 'approval_required');
  const [elicitation] = error.data.elicitations;
  const id = await decide(gateway, 'approve');
  assert.equal(elicitation?.['elicitationId'], id);
  assert.match(elicitation?.['url'] ?? '', new RegExp(`/approvals/${id}$`));
  assert.equal(resultOf(await post({ id: 7 })).isError, undefined);
});

test('others are refused so that their model can read it, and the operator can say how single clients wait', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS, signIn: {} });
  const { post: plain } = await initialize(gateway, {});
  assert.equal(errorOf(await plain({ id: 7 }))?.code, 'approval_required');
  const { post: older } = await initialize(gateway, URL_CLIENT, '2025-06-18');
  assert.equal(errorOf(await older({ id: 8 }))?.code, 'approval_required');
  const reloaded = await gateway.reload((text) => `${text}\napprovals: { waitingClients: { modern: refuse } }\n`);
  assert.ok(reloaded.ok, JSON.stringify(reloaded));
  assert.equal(errorOf(await call(gateway, { args: { id: 9 } }))?.code, 'approval_required');
});

test('rounds that a server asks for go on under the yes that the call had, each state once, and only with the same arguments', async (t: TestContext) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  let asked = 0;
  gateway.server.answering = (seen, response) => {
    const isLast = asked === 2;
    asked += 1;
    return answerWith(
      isLast
        ? { resultType: 'complete', content: [{ type: 'text', text: 'deleted' }] }
        : {
            resultType: 'input_required',
            inputRequests: {
              sure: { method: 'elicitation/create', params: { message: 'Sure?', requestedSchema: {} } },
            },
            requestState: `of the server ${asked}`,
          },
    )(seen, response);
  };
  const state = stateOf(await call(gateway));
  const id = await decide(gateway, 'approve');
  const first = await call(gateway, { state });
  assert.equal(stateOf(first), 'of the server 1');
  const again = async (state: string, args?: object) => errorOf(await call(gateway, { state, ...(args && { args }) }));
  assert.equal((await again('of the server 1', { id: 8 }))?.code, 'approval_required');
  assert.equal(sent(gateway).length, 1, 'other arguments were asked about, not sent');
  assert.equal(stateOf(await call(gateway, { state: 'of the server 1' })), 'of the server 2');
  assert.equal((await again('of the server 1'))?.code, 'approval_required');
  assert.equal(sent(gateway).length, 2, 'a state that was used is asked about anew');
  assert.equal(resultOf(await call(gateway, { state: 'of the server 2' })).resultType, 'complete');
  assert.equal((await again('of the server 2'))?.code, 'approval_required');
  assert.equal(sent(gateway).length, 3, 'nor is the last one good for more');
  const intents = (await gateway.records()).filter(
    ({ leaf, header }) => leaf.kind === 'intent' && header?.decision?.approval === id,
  );
  assert.deepEqual(
    intents.map(({ header }) => (header?.follows ?? []).length),
    [0, 1, 1],
  );
});

test('a call that waits goes on within the answer when its client holds on', async (t) => {
  const gateway = await startTestGateway(t, { limits: { ...LIMITS, approvalHoldMs: 60_000 } });
  const waiting = call(gateway);
  const token = await gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' });
  await until(async () => (await gateway.api('/api/v1/approvals?state=pending', token)).text !== '[]');
  await decide(gateway, 'approve');
  assert.equal(resultOf(await waiting).isError, undefined);
});

type Question = { readonly id: string; readonly params: Record<string, unknown> };

/** A held call of a client of 2025-11-25 on a stream, and the question that its user gets meanwhile. */
async function askedOnStream(gateway: TestGateway, elicitation: object) {
  const begun = await initialize(gateway, { elicitation });
  const headers = {
    'mcp-session-id': begun.session,
    'mcp-protocol-version': '2025-11-25',
    accept: 'application/json, text/event-stream',
  };
  const held = await gateway.open('notes', JSON.stringify(toolCall('delete_note', { id: 7 })), headers);
  await until(() => held.received().includes('elicitation/create'));
  const question = held
    .received()
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Question & { readonly method?: string })
    .find(({ method }) => method === 'elicitation/create');
  assert.ok(question);
  const answer = (result: object, changes: Record<string, string> = {}): Promise<Reply> =>
    gateway.post('notes', JSON.stringify({ jsonrpc: '2.0', id: question.id, result }), { ...headers, ...changes });
  return { held, question, answer };
}

test('the user of a client of 2025-11-25 is asked on its stream why, says it, and the call goes on once people agreed', async (t) => {
  const gateway = await startTestGateway(t, { limits: { ...LIMITS, approvalHoldMs: 60_000 } });
  const reloaded = await gateway.reload((text) =>
    text.replace('then: hold }', 'then: hold, asks: { reason: true, ticket: "OPS-[0-9]+" } }'),
  );
  assert.ok(reloaded.ok, JSON.stringify(reloaded));
  const { held, question, answer } = await askedOnStream(gateway, { form: {} });
  assert.equal(question.params['mode'], 'form');
  const content = { reason: 'asked by ada@example.com', ticket: 'OPS-7' };
  const taken = await answer({ action: 'accept', content });
  assert.equal(taken.status, 202, taken.text);
  assert.equal((await answer({ action: 'accept', content })).status, 400, 'it was asked once');
  const lead = await gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' });
  await until(async () => (await gateway.api('/api/v1/approvals?state=pending', lead)).text.includes('OPS-7'));
  const stated = await gateway.recordWhere(({ leaf }) => leaf.st === 'approval_statement');
  const id = await decide(gateway, 'approve');
  assert.equal(stated.header?.decision?.approval, id);
  assert.match(await held.ended(), /"result":\{"content"/);
  const bodies = gateway.server.seen.map(({ body }) => body);
  assert.equal(
    bodies.some((body) => body.includes('OPS-7')),
    false,
    'nothing of it reaches the server',
  );
  const kinds = (await gateway.records()).map(({ leaf, header }) => `${leaf.kind} ${leaf.st} ${header?.reason ?? ''}`);
  assert.ok(kinds.includes('stream down gateway_request'));
});

test('the user of a client of 2025-11-25 is shown the page meanwhile, and may want the call no longer', async (t) => {
  const gateway = await startTestGateway(t, { limits: { ...LIMITS, approvalHoldMs: 60_000 }, signIn: {} });
  const { held, question, answer } = await askedOnStream(gateway, { url: {} });
  assert.equal(question.params['mode'], 'url');
  assert.match(String(question.params['url']), /\/approvals\/apr_/);
  assert.equal((await answer({ action: 'decline' }, { 'mcp-session-id': 'another' })).status, 404);
  assert.equal((await answer({ action: 'decline' })).status, 202);
  assert.match(await held.ended(), /approval_expired/);
  await gateway.recordWhere(({ leaf }) => leaf.st === 'approval_withdrawn');
  assert.equal(sent(gateway).length, 0);
});

test('a client of 2025-11-25 that asks for a task polls while people decide, and fetches the result once', async (t) => {
  const gateway = await startTestGateway(t, { limits: { ...LIMITS, approvalHoldMs: 60_000 } });
  const { session } = await initialize(gateway, {});
  const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  const post = (message: object): Promise<Reply> => gateway.post('notes', JSON.stringify(message), headers);
  const asked = toolCall('delete_note', { id: 7 });
  const made = await post({ ...asked, params: { ...asked.params, task: { ttl: 60_000 } } });
  const { task } = made.json['result'] as { readonly task: { readonly taskId: string; readonly status: string } };
  assert.equal(task.status, 'working', made.text);
  const about = (method: string): Promise<Reply> =>
    post({ jsonrpc: '2.0', id: method, method, params: { taskId: task.taskId } });
  const status = async (): Promise<unknown> =>
    ((await about('tasks/get')).json['result'] as { status?: string }).status;
  assert.equal(await status(), 'working');
  const id = await decide(gateway, 'approve');
  assert.equal(await status(), 'input_required');
  const result = await about('tasks/result');
  assert.equal(result.json['id'], 'tasks/result');
  assert.match(result.text, /deleted/);
  assert.equal(sent(gateway).length, 1);
  assert.equal(sent(gateway)[0]?.message?.params?.['task'], undefined);
  assert.equal(await status(), 'completed');
  assert.match((await about('tasks/result')).text, /result given once/);
  assert.equal(sent(gateway).length, 1);
  const story = (await gateway.records())
    .filter(({ header }) => header?.decision?.approval === id)
    .map(({ leaf }) => `${leaf.kind} ${leaf.st}`);
  assert.deepEqual(story, [
    'control approval_requested',
    'denied approval_required',
    'control approval_vote',
    'intent open',
  ]);
});

test('a task is made once, also by a yes for a while', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const reloaded = await gateway.reload((text) => text.replace('then: hold }', 'then: hold, scopes: [call] }'));
  assert.ok(reloaded.ok);
  const { session } = await initialize(gateway, {});
  const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  const post = (message: object): Promise<Reply> => gateway.post('notes', JSON.stringify(message), headers);
  const asked = toolCall('delete_note', { id: 7 });
  const made = await post({ ...asked, params: { ...asked.params, task: {} } });
  const { taskId } = (made.json['result'] as { readonly task: { readonly taskId: string } }).task;
  await decide(gateway, 'approve', 'call');
  const about = (method: string): Promise<Reply> => post({ jsonrpc: '2.0', id: 2, method, params: { taskId } });
  assert.match((await about('tasks/result')).text, /deleted/);
  assert.match((await about('tasks/result')).text, /result given once/);
  assert.match((await about('tasks/get')).text, /"status":"completed"/);
  assert.equal(sent(gateway).length, 1);
});

test('a task that is cancelled while it waits asks nobody any more; a refusal is no tool result to who asked for a task', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const { session } = await initialize(gateway, {});
  const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  const post = (message: object): Promise<Reply> => gateway.post('notes', JSON.stringify(message), headers);
  const task = (name: string) => ({ ...toolCall(name), params: { name, arguments: {}, task: {} } });
  const made = await post(task('delete_note'));
  const { taskId } = (made.json['result'] as { readonly task: { readonly taskId: string } }).task;
  const cancelled = await post({ jsonrpc: '2.0', id: 2, method: 'tasks/cancel', params: { taskId } });
  assert.match(cancelled.text, /"status":"cancelled"/);
  await gateway.recordWhere(({ leaf }) => leaf.st === 'approval_withdrawn');
  const denied = (await post(task('drop_all'))).json['error'] as { readonly code: number };
  assert.equal(denied.code, -32010);
});
