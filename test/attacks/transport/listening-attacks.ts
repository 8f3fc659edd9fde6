/** Streams of the legacy era: what comes on one that answers no call, on one that is resumed, and ids of others (MCP 2025-11-25). */
import assert from 'node:assert/strict';
import { CREDENTIAL } from '../../e2e/harness.ts';
import type { Answering } from '../../fakes/mcp-server.ts';
import { inGroup, refused } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { call, result } from './messages.ts';
import { MARK } from './scene.ts';
import type { Asking, Reply, Scene, Who } from './scene.ts';

const VERSION = '2025-11-25';
const event = (message: object, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: { protocolVersion: VERSION, capabilities: {}, clientInfo: { name: 'c', version: '1' } },
};
const sse = (response: Parameters<Answering>[1], text: string): void =>
  void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);

/** Gives sessions, answers calls as `calls` says, and on a GET what `stream` says. */
function serving(stream: string, calls?: Answering): Answering {
  return (seen, response) => {
    if (seen.method === 'GET') return sse(response, stream);
    if (seen.message?.method !== 'initialize' && calls !== undefined) return calls(seen, response);
    if (seen.message?.id === undefined) return void response.writeHead(202).end();
    const answer = { protocolVersion: VERSION, capabilities: {}, serverInfo: { name: 's', version: '1' } };
    response
      .writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'inner-session' })
      .end(JSON.stringify(result(answer, seen.message.id)));
  };
}

const sessions = new Map<Who, string>();
async function initialize(scene: Scene, who: Who): Promise<void> {
  scene.server.answering = serving('');
  const { headers, text } = await scene.ask(who, INITIALIZE);
  assert.ok(typeof headers['mcp-session-id'] === 'string', text);
  sessions.set(who, headers['mcp-session-id']);
}
const inSession = (of: Who, more: Asking['headers'] = {}): NonNullable<Asking['headers']> => ({
  'mcp-session-id': sessions.get(of) ?? '',
  'mcp-protocol-version': VERSION,
  ...more,
});
const listen = (scene: Scene, of: Who, more: Asking['headers'] = {}): Promise<Reply> =>
  scene.ask('eve', '', {
    method: 'GET',
    headers: { ...inSession(of, more), accept: 'text/event-stream', 'content-type': undefined },
  });

const both = async (scene: Scene): Promise<void> => {
  await initialize(scene, 'ada');
  await initialize(scene, 'eve');
};
/** Ada's and Eve's are there; then the server says this on Eve's stream. */
const heard = (name: string, tried: string, book: readonly string[], stream: string, prepare = both): Row => ({
  name,
  tried,
  wire: '200 ok',
  book,
  reached: ['(none)'],
  prepare,
  launch: (scene) => {
    scene.server.answering = serving(stream);
    return listen(scene, 'eve');
  },
});

const note = (data: string) => ({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } });
let lastIdOfAda = '';
let ownLastId = '';

/** The id of the last event of a call whose stream ends before its answer. */
async function callWithEvents(scene: Scene, who: Who): Promise<string> {
  scene.server.answering = serving('', (_seen, response) => sse(response, event(note('working'), 'inner-event-1')));
  const stream = scene.open(who, call(), { headers: inSession(who) });
  await stream.hears(/id: \S+\ndata/);
  return /id: (\S+)\ndata/.exec(stream.text())?.[1] ?? '';
}

export const LISTENING_ATTACKS: readonly Attack[] = inGroup(
  'streams that answer no call, and streams that are resumed',
  [
    heard(
      'listen-answer-of-another',
      'on Eve’s own stream the answer to a call of Ada’s',
      ['stream late'],
      event(result({ content: [], of: MARK })),
    ),
    heard(
      'listen-secret',
      'the credential in a message of no call',
      ['stream down', 'stream down'],
      event(note(CREDENTIAL)) +
        event({ jsonrpc: '2.0', id: 9, method: 'elicitation/create', params: { message: CREDENTIAL } }),
    ),
    heard(
      'listen-task-news',
      'news of Ada’s task',
      ['stream late task_of_another'],
      event({
        jsonrpc: '2.0',
        method: 'notifications/tasks/status',
        params: { taskId: 'task-heard', statusMessage: MARK },
      }),
      async (scene) => {
        await both(scene);
        scene.server.answering = serving(
          '',
          (seen, response) =>
            void response
              .writeHead(200, { 'content-type': 'application/json' })
              .end(JSON.stringify(result({ task: { taskId: 'task-heard', status: 'working' } }, seen.message?.id))),
        );
        await scene.ask('ada', call(), { headers: inSession('ada') });
      },
    ),
    heard(
      'listen-news-unreadable',
      'news of a resource Eve may not read',
      ['stream late resource_not_permitted'],
      event({
        jsonrpc: '2.0',
        method: 'notifications/resources/updated',
        params: { uri: 'note://ada/secret', title: MARK },
      }),
    ),
    heard(
      'listen-question-twice',
      'a second question under an id that is still open',
      ['stream down', 'stream late'],
      event({ jsonrpc: '2.0', id: 4, method: 'elicitation/create', params: { message: 'x' } }) +
        event({ jsonrpc: '2.0', id: 4.0, method: 'elicitation/create', params: { message: MARK } }),
    ),
    {
      name: 'listen-session-of-another',
      tried: 'to listen in Ada’s session',
      ...refused(404, 'unknown_session', 'not_of_this_caller'),
      prepare: both,
      launch: (scene) => listen(scene, 'ada'),
    },
    {
      name: 'answer-to-question-of-another',
      tried: 'Eve’s answer to what the server asked Ada',
      ...refused(400, 'invalid_request', 'not_asked'),
      prepare: async (scene) => {
        await both(scene);
        scene.server.answering = serving('', (_seen, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(event({ jsonrpc: '2.0', id: 77, method: 'elicitation/create', params: { message: 'x' } }));
        });
        const stream = scene.open('ada', call(), { headers: inSession('ada') });
        await stream.hears(/elicitation/);
      },
      launch: (scene) => scene.ask('eve', result({ action: 'accept' }, 77), { headers: inSession('eve') }),
    },
    {
      name: 'event-id-of-another',
      tried: 'to go on from an event of Ada’s, in Eve’s own session',
      ...refused(400, 'invalid_request', 'event_id'),
      prepare: async (scene) => {
        await both(scene);
        lastIdOfAda = await callWithEvents(scene, 'ada');
      },
      launch: (scene) => {
        scene.server.answering = serving(event(result({ content: [], of: MARK })));
        return listen(scene, 'eve', { 'last-event-id': lastIdOfAda });
      },
    },
    {
      name: 'event-id-of-the-server',
      tried: 'the id of an event as the server wrote it',
      ...refused(400, 'invalid_request', 'event_id'),
      prepare: both,
      launch: (scene) => {
        scene.server.answering = serving(event(result({ content: [], of: MARK })));
        return listen(scene, 'eve', { 'last-event-id': 'inner-event-1' });
      },
    },
    {
      name: 'resumed-secret',
      tried: 'the credential in an answer that comes only when the call is resumed',
      wire: '200 ok',
      book: ['result ok'],
      reached: ['(none)'],
      prepare: async (scene) => {
        await both(scene);
        ownLastId = await callWithEvents(scene, 'eve');
      },
      launch: (scene) => {
        scene.server.answering = serving(
          event(result({ content: [{ type: 'text', text: CREDENTIAL }] }), 'inner-event-2'),
        );
        return listen(scene, 'eve', { 'last-event-id': ownLastId });
      },
      also: { says: 'it arrives', holds: ({ text }) => assert.match(text, /"content"/) },
    },
  ],
);
