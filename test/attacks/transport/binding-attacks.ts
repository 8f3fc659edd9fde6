/** What a server gave Ada, in Eve's hands: sessions, tasks, states, subscriptions, and what is hers alone on a shared process. */
import assert from 'node:assert/strict';
import { CREDENTIAL } from '../../e2e/harness.ts';
import { inGroup, inspected, refused } from './attack.ts';
import type { Attack, Expected, Row } from './attack.ts';
import { answers, call, modern, request, result, streams } from './messages.ts';
import { MARK } from './scene.ts';
import type { Asking, Reply, Scene, Who } from './scene.ts';

const TASK = { taskId: 'task-of-ada', status: 'completed', createdAt: '2026-07-28T00:00:00Z', statusMessage: MARK };
const OWN = { taskId: 'task-of-eve', status: 'working', createdAt: '2026-07-28T00:00:00Z' };

/** Makes tasks and states for whoever asks and tells everybody everything, as a server would that knows no callers. */
const CARELESS = answers({
  'tools/call': (id, { name, requestState }) => {
    if (requestState !== undefined)
      return result({ content: [], told: `${MARK} of ${JSON.stringify(requestState)}` }, id);
    if (name === 'get_task') return result({ task: TASK }, id);
    if (name === 'get_flat_task') return result({ resultType: 'task', ...TASK, ttlMs: null }, id);
    if (name === 'get_own_task') return result({ task: OWN }, id);
    if (name === 'get_state')
      return result({ resultType: 'input_required', requestState: 'state-of-ada', inputRequests: {} }, id);
    return result({ content: [{ type: 'text', text: CREDENTIAL }] }, id);
  },
  'tasks/get': (id) => result({ resultType: 'complete', ...TASK, result: { content: [], of: MARK } }, id),
  'tasks/result': (id) => result({ content: [{ type: 'text', text: MARK }] }, id),
  'tasks/list': (id) => result({ tasks: [TASK, OWN, { ...TASK, taskId: 'of-nobody' }] }, id),
  'tasks/cancel': (id) => result(TASK, id),
  'tasks/update': (id) => result({ resultType: 'complete' }, id),
});

const careless = async (scene: Scene): Promise<void> => void (scene.server.answering = CARELESS);
const made =
  (who: Who, name: string, asking: Asking = {}) =>
  async (scene: Scene): Promise<void> => {
    scene.server.answering = CARELESS;
    const { status } = await scene.ask(who, call(name), asking);
    assert.equal(status, 200);
  };

const UNKNOWN = refused(200, 'unknown_task', 'foreign');
const asks = (
  name: string,
  tried: string,
  expected: Expected,
  method: string,
  params: Record<string, unknown>,
): Row => ({
  name,
  tried,
  ...expected,
  prepare: made('ada', 'get_task'),
  launch: (scene) => scene.ask('eve', request(method, params)),
});
const asksModern = (
  name: string,
  tried: string,
  expected: Expected,
  method: string,
  params: Record<string, unknown>,
): Row => ({
  name,
  tried,
  ...expected,
  prepare: made('ada', 'get_flat_task'),
  launch: (scene) => {
    const { message, headers } = modern(method, params);
    return scene.ask('eve', message, { headers });
  },
});
const taskId = TASK.taskId;

export const TASK_ATTACKS: readonly Attack[] = inGroup('tasks of another caller', [
  asks('task-get', 'the state of Ada’s task', UNKNOWN, 'tasks/get', { taskId }),
  asks('task-result', 'its result', UNKNOWN, 'tasks/result', { taskId }),
  asks('task-cancel', 'to cancel it', UNKNOWN, 'tasks/cancel', { taskId }),
  asksModern('task-get-modern', 'its state, by the extension', UNKNOWN, 'tasks/get', { taskId }),
  asksModern('task-update', 'to answer in Ada’s place what it asks', UNKNOWN, 'tasks/update', {
    taskId,
    inputResponses: {},
  }),
  asksModern('task-listen', 'to be told of it', UNKNOWN, 'subscriptions/listen', {
    notifications: { taskIds: [taskId] },
  }),
  asks('task-unknown', 'an id nobody was given', refused(200, 'unknown_task', 'unknown'), 'tasks/get', {
    taskId: 'guess',
  }),
  {
    name: 'task-after-restart',
    tried: 'Ada’s task, made before a restart of the gateway',
    ...UNKNOWN,
    prepare: async (scene) => {
      await made('ada', 'get_task')(scene);
      await scene.restart();
      assert.match((await scene.ask('ada', request('tasks/get', { taskId }))).text, new RegExp(MARK), 'it is lost');
    },
    launch: (scene) => scene.ask('eve', request('tasks/get', { taskId })),
  },
  {
    name: 'task-list',
    tried: 'the list of all tasks, from a server that shows it to everybody',
    ...inspected('tasks/list'),
    prepare: async (scene) => {
      await made('ada', 'get_task')(scene);
      await made('eve', 'get_own_task')(scene);
    },
    launch: (scene) => scene.ask('eve', request('tasks/list')),
    also: {
      says: 'Eve’s own is in it',
      holds: ({ json }) => assert.deepEqual((json['result'] as { tasks: unknown }).tasks, [OWN]),
    },
  },
  {
    name: 'task-taken-over',
    tried: 'a server that gives Eve a task under the id of Ada’s, so that it would be hers',
    wire: '502 upstream_invalid',
    book: ['intent open', 'result error task_id_taken', 'denied unknown_task foreign'],
    reached: ['tools/call'],
    prepare: made('ada', 'get_task'),
    launch: async (scene) => {
      const reply = await scene.ask('eve', call('get_task'));
      await scene.ask('eve', request('tasks/get', { taskId }));
      return reply;
    },
  },
  {
    name: 'task-news',
    tried: 'news of Ada’s task in the stream of a call of Eve’s',
    ...inspected('tools/call', ['stream late task_of_another', 'stream late task_of_another']),
    prepare: made('ada', 'get_task'),
    launch: (scene) => {
      const news = (method: string): string => JSON.stringify({ jsonrpc: '2.0', method, params: TASK });
      const texts = [news('notifications/tasks/status'), news('notifications/tasks'), JSON.stringify(result({}))];
      scene.server.answering = streams(texts.map((text) => `data: ${text}\n\n`).join(''));
      return scene.ask('eve', call());
    },
  },
  {
    name: 'task-question',
    tried: 'a question of the server about Ada’s task, asked of Eve',
    ...inspected('tools/call', ['stream late task_of_another']),
    prepare: made('ada', 'get_task'),
    launch: (scene) => {
      const _meta = { 'io.modelcontextprotocol/related-task': { taskId } };
      const asked = { jsonrpc: '2.0', id: 5, method: 'elicitation/create', params: { message: MARK, _meta } };
      scene.server.answering = streams(`data: ${JSON.stringify(asked)}\n\ndata: ${JSON.stringify(result({}))}\n\n`);
      return scene.ask('eve', call());
    },
  },
  {
    name: 'task-past-policy',
    tried: 'the result of a call that policy denies, asked for as a task’s',
    wire: '200 denied',
    book: ['denied denied not_permitted'],
    reached: [],
    prepare: async (scene) => {
      await made('eve', 'get_own_task')(scene);
      await scene.narrow();
    },
    launch: (scene) => scene.ask('eve', request('tasks/get', { taskId: OWN.taskId })),
  },
  {
    name: 'task-result-secret',
    tried: 'the credential in a result that comes only as a task’s',
    ...inspected('tasks/result'),
    prepare: made('eve', 'get_own_task'),
    launch: (scene) => {
      scene.server.answering = answers({
        'tasks/result': (id) => result({ content: [{ type: 'text', text: CREDENTIAL }] }, id),
      });
      return scene.ask('eve', request('tasks/result', { taskId: OWN.taskId }));
    },
    also: {
      says: 'it is recorded under the tool that made it',
      holds: (_reply, scene) => recordedAs(scene, 'get_own_task'),
    },
  },
]);

/** The newest intent names this tool. */
function recordedAs(scene: Scene, name: string): void {
  const intent = scene.records().findLast(({ leaf }) => leaf.kind === 'intent');
  assert.deepEqual([intent?.header?.name, intent?.header?.follows?.length], [name, 1]);
}

const WRONG_STATE = refused(200, 'invalid_state', 'of_another_call');
const retry = (name: string, requestState: string) => call(name, { requestState, inputResponses: {} });

export const STATE_ATTACKS: readonly Attack[] = inGroup('requestState of another call', [
  {
    name: 'state-of-another',
    tried: 'the state Ada was given, for the same call',
    ...WRONG_STATE,
    prepare: made('ada', 'get_state'),
    launch: (scene) => scene.ask('eve', retry('get_state', 'state-of-ada')),
  },
  {
    name: 'state-for-another-tool',
    tried: 'Eve’s own state, for another tool than it was given for',
    ...WRONG_STATE,
    prepare: made('eve', 'get_state'),
    launch: (scene) => scene.ask('eve', retry('get_note', 'state-of-ada')),
  },
  {
    name: 'state-at-another-connection',
    tried: 'Eve’s own state, at another connection',
    ...WRONG_STATE,
    prepare: made('eve', 'get_state'),
    launch: (scene) => scene.ask('eve', retry('get_state', 'state-of-ada'), { connection: 'private' }),
  },
  {
    name: 'state-past-policy',
    tried: 'a denied tool, as if it had been asked for input',
    ...refused(200, 'denied', 'denied_by_level'),
    prepare: careless,
    launch: (scene) => scene.ask('eve', retry('drop_all', 'state-of-nobody')),
  },
]);

const SESSION = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
};
let sessionOfAda = '';

export const SESSION_ATTACKS: readonly Attack[] = inGroup('sessions and subscriptions of another caller', [
  ...(['POST', 'DELETE'] as const).map((method): Row => ({
    name: `session-${method.toLowerCase()}`,
    tried: `${method} with the id of Ada’s session`,
    ...refused(404, 'unknown_session', 'not_of_this_caller'),
    prepare: async (scene) => {
      scene.server.answering = (seen, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'inner-session' })
          .end(JSON.stringify(result({ protocolVersion: '2025-11-25', capabilities: {}, of: MARK }, seen.message?.id)));
      const { headers } = await scene.ask('ada', SESSION);
      sessionOfAda = String(headers['mcp-session-id']);
      assert.match(sessionOfAda, /^[a-z2-7]{26}$/);
    },
    launch: (scene) => scene.ask('eve', request('tools/list'), { method, headers: { 'mcp-session-id': sessionOfAda } }),
  })),
  {
    name: 'subscribe-unreadable',
    tried: 'news of a resource Eve may not read',
    ...refused(200, 'denied', 'denied_by_level'),
    launch: (scene) => scene.ask('eve', request('resources/subscribe', { uri: 'note://ada/secret' })),
  },
  {
    name: 'listen-unreadable',
    tried: 'the same among others, in one `subscriptions/listen`',
    ...refused(200, 'denied', 'subscribed_uri'),
    launch: (scene) => {
      const { message, headers } = modern('subscriptions/listen', {
        notifications: { resourceSubscriptions: ['note://a', 'note://ada/secret'] },
      });
      return scene.ask('eve', message, { headers });
    },
  },
  {
    name: 'news-of-unreadable',
    tried: 'a server that tells Eve of it unasked',
    ...inspected('tools/call', ['stream late resource_not_permitted']),
    launch: (scene) => {
      const news = {
        jsonrpc: '2.0',
        method: 'notifications/resources/updated',
        params: { uri: 'note://ada/secret', title: MARK },
      };
      scene.server.answering = streams(`data: ${JSON.stringify(news)}\n\ndata: ${JSON.stringify(result({}))}\n\n`);
      return scene.ask('eve', call());
    },
  },
]);

const AT_PROCESS: Asking = { connection: 'process' };
const told = ({ json }: Reply): unknown => (json['result'] as { told?: unknown } | undefined)?.told;

/** The record comes before the server has the call. */
async function adasCallAtServer(scene: Scene): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    const { text } = await scene.ask('ada', request('vendor/seen', {}, `look-${turn}`), AT_PROCESS);
    if (text.includes('tools/call get_hold')) return;
  }
  throw new Error('the call did not reach the server');
}

export const SHARED_ATTACKS: readonly Attack[] = inGroup('a process that callers share', [
  {
    name: 'shared-question',
    tried: 'a question of the server, which nobody can say whom it is for',
    wire: '200 ok',
    isBookUnordered: true,
    book: ['intent open', 'stream late nobody_to_ask', 'stream up gateway_reply', 'result ok'],
    reached: [],
    launch: async (scene) => {
      const stream = scene.open('eve', call('get_ask', { arguments: { of: MARK } }), AT_PROCESS);
      await stream.hears(/"result"|"method"/);
      stream.leave();
      const text = stream.text();
      return {
        status: 200,
        headers: {},
        text,
        json: text.includes('"method"') ? {} : (JSON.parse(text) as Reply['json']),
      };
    },
    also: {
      says: 'the server is told that there is no such method',
      holds: (reply) => assert.deepEqual(told(reply), { code: -32601, message: 'Method not found' }),
    },
  },
  {
    name: 'shared-answer-unasked',
    tried: 'an answer of Eve’s to a question the server did not ask her',
    prepare: async (scene) => void (await scene.ask('ada', call(), AT_PROCESS)),
    ...refused(400, 'invalid_request', 'not_asked'),
    launch: (scene) => scene.ask('eve', result({ model: 'x' }, 'server-1'), AT_PROCESS),
  },
  {
    name: 'shared-news',
    tried: 'news without a word of whom they are for, while Eve has a call open',
    wire: '200 ok',
    isBookUnordered: true,
    book: ['intent open', 'stream late unattributed', 'result ok'],
    reached: [],
    launch: (scene) => scene.ask('eve', call('get_news', { arguments: { data: MARK } }), AT_PROCESS),
  },
  {
    name: 'shared-cancel',
    tried: 'to cancel Ada’s call, which has the same id',
    wire: '200 ok',
    isBookUnordered: true,
    book: ['stream up', 'intent open', 'result ok', 'intent open', 'result ok', 'result ok'],
    reached: [],
    prepare: async (scene) => {
      scene.open('ada', call('get_hold'), AT_PROCESS);
      await scene.gateway.recordWhere(({ leaf, header }) => leaf.kind === 'intent' && header?.name === 'get_hold');
      await adasCallAtServer(scene);
    },
    launch: async (scene) => {
      const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
      await scene.ask('eve', cancelled, AT_PROCESS);
      const seen = await scene.ask('eve', request('vendor/seen'), AT_PROCESS);
      await scene.ask('eve', call('get_release'), AT_PROCESS);
      return seen;
    },
    also: {
      says: 'the server hears nothing of it',
      holds: (reply) =>
        assert.ok(!(reply.json['result'] as { seen: string[] }).seen.includes('notifications/cancelled')),
    },
  },
  {
    name: 'shared-subscription-id',
    tried: 'news under the id Eve’s own subscription would have, were ids not her client’s alone',
    wire: '200 ok',
    isBookUnordered: true,
    book: [
      'intent open',
      'stream down',
      'intent open',
      'stream late unattributed',
      'stream down',
      'result ok',
      'result cancelled disconnected',
    ],
    reached: [],
    launch: async (scene) => {
      const { message, headers } = modern('subscriptions/listen', {
        notifications: { resourceSubscriptions: ['note://a'] },
      });
      const adas = scene.open('ada', message, { ...AT_PROCESS, headers });
      await adas.hears(/acknowledged/);
      // Clients of either era have a process of their own, so Eve speaks the same.
      const news = modern('tools/call', { name: 'get_news', arguments: { data: MARK } });
      const reply = await scene.ask('eve', news.message, { ...AT_PROCESS, headers: news.headers });
      await adas.hears(/resources\/updated/);
      adas.leave();
      return reply;
    },
  },
]);
