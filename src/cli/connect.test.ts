/** The whole command over HTTP on loopback; with real clients and servers: test/e2e/connect.test.ts. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '#cli/connect.ts';
import type { CliIo } from '#cli/io.ts';
import { event, json, startConnectRig, stream } from '#test/fakes/connect-rig.ts';
import type { Asked } from '#test/fakes/connect-rig.ts';

const SESSION = { 'mcp-session-id': 'session-1' };
const result = ({ rpc }: Asked, value: object = {}) => ({ jsonrpc: '2.0', id: rpc.id, result: value });

/** A well-behaved server of the legacy era; `more` answers what is not of its opening. */
const legacy =
  (
    more: (asked: Asked) => void = () => {},
    onGet: (asked: Asked) => void = ({ response }) => void response.writeHead(405).end(),
  ) =>
  (asked: Asked): void => {
    const { method, rpc, response } = asked;
    if (method === 'GET') onGet(asked);
    else if (method === 'DELETE') response.writeHead(204).end();
    else if (rpc.method === 'initialize') json(response, result(asked, { protocolVersion: '2025-06-18' }), SESSION);
    else if (rpc.id === undefined) response.writeHead(202).end();
    else if (rpc.method === undefined) response.writeHead(202).end();
    else more(asked);
  };

const INITIALIZE = { id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18' } };
const INITIALIZED = { method: 'notifications/initialized' };
const modern = (id: unknown, method: string, params: object = {}) => ({
  id,
  method,
  params: { ...params, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
});
const dataOf = (line: Record<string, unknown>): unknown => (line['error'] as { data?: unknown } | undefined)?.data;

test('a legacy session keeps its id and revision, listens once it is initialized, and ends with stdin', async (t) => {
  const rig = await startConnectRig(
    t,
    legacy((asked) => json(asked.response, result(asked, { tools: [] }))),
  );
  rig.say(INITIALIZE);
  rig.say(INITIALIZED);
  rig.say({ id: 'a', method: 'tools/list' });
  assert.deepEqual(await rig.answer('a'), { jsonrpc: '2.0', id: 'a', result: { tools: [] } });
  await rig.until(() => rig.asked.some(({ method }) => method === 'GET'));
  rig.endInput();
  assert.equal(await rig.exit, 0);
  const [first, ...later] = rig.asked;
  assert.equal(first?.headers['mcp-session-id'], undefined);
  assert.equal(later.at(-1)?.method, 'DELETE');
  for (const { headers } of later) {
    assert.equal(headers['mcp-session-id'], 'session-1');
    assert.equal(headers['mcp-protocol-version'], '2025-06-18');
  }
  for (const { headers } of rig.asked) assert.equal(headers.authorization, 'Bearer of-the-caller');
  const posts = rig.asked.filter(({ method }) => method === 'POST').map(({ rpc }) => rpc.method);
  assert.deepEqual(posts, ['initialize', 'notifications/initialized', 'tools/list']);
  assert.equal(rig.stderr(), '');
});

test('messages pass as they were spelled, in both directions, one a line', async (t) => {
  const rig = await startConnectRig(
    t,
    legacy(({ response }) => {
      stream(response).write(
        'data: {"jsonrpc":"2.0","method":"notifications/message","params":{"n":12345678901234567890}}\n\n',
      );
      response.end('data: {"jsonrpc":"2.0",\ndata:  "id":7,"result":{"n":1.0}}\n\n');
    }),
  );
  rig.say('{"jsonrpc":"2.0", "id":7,"method":"x","params":{"big":12345678901234567890}}');
  await rig.answer(7);
  assert.equal(rig.asked[0]?.body, '{"jsonrpc":"2.0", "id":7,"method":"x","params":{"big":12345678901234567890}}');
  assert.deepEqual(rig.lines, [
    '{"jsonrpc":"2.0","method":"notifications/message","params":{"n":12345678901234567890}}',
    '{"jsonrpc":"2.0",  "id":7,"result":{"n":1.0}}',
  ]);
});

test('a request of the server in the middle of a call is answered while the call is open', async (t) => {
  let open: Asked | undefined;
  const rig = await startConnectRig(
    t,
    legacy((asked) => {
      open = asked;
      stream(asked.response).write(event({ id: 's1', method: 'elicitation/create', params: {} }));
    }),
  );
  rig.say(INITIALIZE);
  rig.say(INITIALIZED);
  rig.say({ id: 1, method: 'tools/call', params: { name: 'ask' } });
  await rig.until(() => rig.lines.some((line) => line.includes('elicitation/create')));
  rig.say({ id: 's1', result: { action: 'accept' } });
  await rig.until(() => rig.asked.some(({ body }) => body.includes('"accept"')));
  open?.response.end(event({ id: 1, result: { content: [] } }));
  await rig.answer(1);
});

test('what the server says by itself comes over its stream, taken up again where it broke, as late as it wants', async (t) => {
  const streams: Asked[] = [];
  const rig = await startConnectRig(
    t,
    legacy(undefined, (asked) => {
      streams.push(asked);
      const { response } = stream(asked.response) && asked;
      if (streams.length === 1)
        response.end(`retry: 3\n${event({ method: 'notifications/tools/list_changed' }, 'e1')}`);
      else if (streams.length === 2) response.destroy();
      else response.write(event({ method: 'notifications/prompts/list_changed' }, 'e2'));
    }),
  );
  rig.say(INITIALIZE);
  rig.say(INITIALIZED);
  await rig.until(() => rig.lines.some((line) => line.includes('prompts/list_changed')));
  assert.deepEqual(
    streams.map(({ headers }) => headers['last-event-id']),
    [undefined, 'e1', 'e1'],
  );
});

test('the broken stream of a call is taken up again under its last event, and the answer is shown once', async (t) => {
  const rig = await startConnectRig(
    t,
    legacy(
      ({ response }) => {
        stream(response).write('id: p0\ndata:\n\n');
        response.end(event({ method: 'notifications/message', params: {} }, 'p1'));
      },
      ({ headers, response }) => {
        if (headers['last-event-id'] !== 'p1') response.writeHead(405).end();
        else {
          stream(response).write(event({ id: 1, result: { late: true } }, 'p2'));
          response.end(event({ id: 1, result: { again: true } }, 'p3'));
        }
      },
    ),
  );
  rig.say(INITIALIZE);
  rig.say({ id: 1, method: 'tools/call', params: { name: 'slow' } });
  assert.deepEqual((await rig.answer(1))['result'], { late: true });
  assert.equal(rig.asked.filter(({ rpc }) => rpc.method === 'tools/call').length, 1, 'never sent again');
  rig.endInput();
  await rig.exit;
  assert.equal(rig.lines.filter((line) => line.includes('"id":1')).length, 1);
});

test('a stream that cannot be taken up again ends in an error that says the call may have run', async (t) => {
  const rig = await startConnectRig(
    t,
    legacy(
      ({ response, rpc }) =>
        void stream(response).end(rpc.id === 1 ? event({ method: 'notifications/message' }, 'p1') : ': nothing\n\n'),
      ({ response }) => void response.writeHead(503).end(),
    ),
    { limits: { connectResumes: 3 } },
  );
  rig.say(INITIALIZE);
  for (const id of [1, 2]) rig.say({ id, method: 'tools/call', params: { name: 'x' } });
  assert.deepEqual(dataOf(await rig.answer(1)), { code: 'upstream_unavailable', executed: 'unknown' });
  assert.deepEqual(dataOf(await rig.answer(2)), { code: 'upstream_invalid', executed: 'unknown' });
  assert.equal(rig.asked.filter(({ method }) => method === 'GET').length, 3);
});

test('a modern request carries its revision, method, name and the parameters its tool wants as headers', async (t) => {
  const inputSchema = {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, n: { type: 'integer', 'x-mcp-header': 'N' } },
  };
  const broken = { type: 'object', properties: { a: { type: 'number', 'x-mcp-header': 'A' } } };
  const tools = [
    { name: 'query ü', inputSchema },
    { name: 'broken', inputSchema: broken },
  ];
  const rig = await startConnectRig(t, (asked) =>
    json(asked.response, result(asked, asked.rpc.method === 'tools/list' ? { tools } : {})),
  );
  rig.say(modern(1, 'tools/list'));
  assert.deepEqual((await rig.answer(1))['result'], { tools: tools.slice(0, 1) });
  assert.match(rig.stderr(), /"broken" is left out/);
  rig.say(modern(2, 'tools/call', { name: 'query ü', arguments: { region: ' eu ', n: 7 } }));
  rig.say(modern(3, 'resources/read', { uri: 'file:///a' }));
  await Promise.all([rig.answer(2), rig.answer(3)]);
  const mcp = ({ headers }: Asked) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('mcp-')));
  assert.deepEqual(rig.asked.map(mcp), [
    { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' },
    {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': '=?base64?cXVlcnkgw7w=?=',
      'mcp-param-region': '=?base64?IGV1IA==?=',
      'mcp-param-n': '7',
    },
    { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'resources/read', 'mcp-name': 'file:///a' },
  ]);
  rig.endInput();
  assert.equal(await rig.exit, 0);
  assert.equal(rig.asked.length, 3, 'no GET and no DELETE in the modern era');
});

test('in the modern era a cancellation closes the stream of its request, in the legacy one it is a message', async (t) => {
  const rig = await startConnectRig(
    t,
    legacy(({ response }) => void stream(response).write(': open\n\n')),
  );
  rig.say(modern('m', 'tools/call', { name: 'slow' }));
  await rig.until(() => rig.asked.length === 1);
  rig.say({ method: 'notifications/cancelled', params: { requestId: 'm' } });
  await rig.until(() => rig.asked[0]?.response.destroyed === true);
  rig.say({ id: 'l', method: 'tools/call', params: { name: 'slow' } });
  await rig.until(() => rig.asked.length === 2);
  rig.say({ method: 'notifications/cancelled', params: { requestId: 'l' } });
  await rig.until(() => rig.asked.length === 3);
  assert.equal(rig.asked[2]?.rpc.method, 'notifications/cancelled');
  assert.equal(rig.asked[1]?.response.destroyed, false);
  assert.deepEqual(rig.lines, []);
});

test('a refused token is read again once, and a rotated file works', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-connect-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'old\n');
  const rig = await startConnectRig(
    t,
    (asked) => {
      if (asked.headers.authorization === 'Bearer new') return json(asked.response, result(asked));
      const problem = {
        title: 'A valid access token is required.',
        code: 'unauthenticated',
        executed: 'no',
        call: 'c1',
      };
      return json(asked.response, problem, { 'content-type': 'application/problem+json' }, 401);
    },
    { options: { tokenFile }, env: {} },
  );
  rig.say({ id: 1, method: 'ping' });
  const refused = await rig.answer(1);
  assert.deepEqual(dataOf(refused), { code: 'unauthenticated', executed: 'no', call: 'c1' });
  assert.equal(rig.asked.length, 1);
  writeFileSync(tokenFile, 'new\n');
  rig.say({ id: 2, method: 'ping' });
  assert.deepEqual((await rig.answer(2))['result'], {});
  assert.deepEqual(
    rig.asked.map(({ headers }) => headers.authorization),
    ['Bearer old', 'Bearer old', 'Bearer new'],
  );
});

test('no redirect is followed', async (t) => {
  let elsewhere = 0;
  const rig = await startConnectRig(t, ({ response, method }) => {
    if (method === 'GET') elsewhere += 1;
    response.writeHead(303, { location: '/elsewhere' }).end();
  });
  rig.say({ id: 1, method: 'ping' });
  assert.deepEqual(dataOf(await rig.answer(1)), { code: 'upstream_invalid', executed: 'unknown' });
  assert.equal(rig.asked.length, 1);
  assert.equal(elsewhere, 0);
});

test('a request that was certainly not written says so, one whose connection broke says that it may have run', async (t) => {
  const rig = await startConnectRig(t, ({ response }) => void response.destroy());
  rig.say({ id: 1, method: 'ping' });
  assert.deepEqual(dataOf(await rig.answer(1)), { code: 'upstream_unavailable', executed: 'unknown' });
  assert.equal(rig.asked.length, 1);
  rig.stopServer();
  rig.say({ id: 2, method: 'ping' });
  assert.deepEqual(dataOf(await rig.answer(2)), { code: 'upstream_unavailable', executed: 'no' });
  rig.say({ method: 'notifications/progress', params: {} });
  await rig.until(() => rig.stderr().includes('notifications/progress was not delivered'));
});

test('an error of the gateway that could not name its request answers it all the same', async (t) => {
  const error = { code: -32600, message: 'too large', data: { code: 'too_large', executed: 'no', call: 'c' } };
  const rig = await startConnectRig(t, ({ response }) => json(response, { jsonrpc: '2.0', error }, {}, 413));
  rig.say({ id: 'x', method: 'ping' });
  assert.deepEqual(await rig.answer('x'), { jsonrpc: '2.0', id: 'x', error });
});

test('nothing but messages comes out, whatever the server answers', async (t) => {
  const rig = await startConnectRig(t, ({ response, rpc }) => {
    if (rpc.id === 1)
      stream(response).end(
        `data: hello\n\ndata: [1]\n\n${event({ id: 99, result: {} })}${event({ id: 1, result: {} })}`,
      );
    else if (rpc.id === 2) response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    else if (rpc.id === 3) response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1,"a":2}');
    else if (rpc.id === 4) response.writeHead(202).end();
    else response.writeHead(500, { 'content-type': 'text/html' }).end('<p>');
  });
  for (const id of [1, 2, 3, 4, 5]) rig.say({ id, method: 'ping' });
  const answers = await Promise.all([1, 2, 3, 4, 5].map((id) => rig.answer(id)));
  assert.deepEqual(answers[0]?.['result'], {});
  for (const answer of answers.slice(1)) assert.deepEqual(Object.keys(answer), ['jsonrpc', 'id', 'error']);
  for (const answer of answers.slice(1)) assert.equal((dataOf(answer) as { executed: string }).executed, 'unknown');
  assert.equal(rig.lines.length, 5);
});

test('what is no message is answered here and goes nowhere', async (t) => {
  const rig = await startConnectRig(t, ({ response }) => void response.writeHead(202).end());
  for (const line of [
    'hello',
    '{"a":1,"a":2}',
    '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
    '{"jsonrpc":"2.0","id":7}',
  ])
    rig.say(line);
  await rig.until(() => rig.lines.length === 4);
  const codes = rig.lines.map((line) => (dataOf(JSON.parse(line) as Record<string, unknown>) as { code: string }).code);
  assert.deepEqual(codes, ['parse_error', 'duplicate_key', 'batch', 'invalid_request']);
  assert.equal(rig.asked.length, 0);
});

test('a line beyond the bound ends it, requests beyond theirs are refused', async (t) => {
  const rig = await startConnectRig(t, () => {}, {
    limits: { messageBytes: 200, connectCallsInFlight: 1, connectDrainMs: 1 },
  });
  rig.say({ id: 1, method: 'ping' });
  rig.say({ id: 2, method: 'ping' });
  assert.deepEqual(dataOf(await rig.answer(2)), { code: 'rate_limited', executed: 'no' });
  await rig.until(() => rig.asked.length === 1);
  rig.say(`"${'x'.repeat(300)}"`);
  assert.equal(await rig.exit, 2);
  assert.deepEqual(dataOf(await rig.answer(1)), { code: 'upstream_unavailable', executed: 'unknown' });
  assert.match(rig.lines[1] ?? '', /too_large/);
});

test('when the gateway knows the session no more, the call says so and the command ends', async (t) => {
  for (const answer of [
    ({ response }: Asked) => json(response, { jsonrpc: '2.0', error: { code: -32600, message: 'gone' } }, {}, 404),
    ({ response }: Asked) => void response.writeHead(404).end(),
  ]) {
    const rig = await startConnectRig(t, legacy(answer));
    rig.say(INITIALIZE);
    rig.say({ id: 1, method: 'ping' });
    assert.deepEqual(dataOf(await rig.answer(1)), { code: 'unknown_session', executed: 'no' });
    assert.equal(await rig.exit, 3);
    assert.match(rig.stderr(), /the session has ended/);
  }
});

test('after the end of stdin answers on their way are waited for, a subscription is not', async (t) => {
  const rig = await startConnectRig(
    t,
    (asked) => {
      if (asked.rpc.method === 'subscriptions/listen') stream(asked.response).write(': open\n\n');
      else setImmediate(() => json(asked.response, result(asked, { in: 'time' })));
    },
    { limits: { connectDrainMs: 3_600_000 } },
  );
  rig.say(modern(1, 'subscriptions/listen'));
  await rig.until(() => rig.asked.length === 1);
  rig.say(modern(2, 'tools/call', { name: 'x' }));
  rig.endInput();
  assert.equal(await rig.exit, 0);
  assert.deepEqual((await rig.answer(2))['result'], { in: 'time' });
  assert.equal((dataOf(await rig.answer(1)) as { executed: string }).executed, 'unknown');
});

test('after the end of stdin nobody is waited for for ever, and what was not answered is said to may have run', async (t) => {
  const rig = await startConnectRig(t, () => {}, { limits: { connectDrainMs: 1 } });
  rig.say(modern(3, 'tools/call', { name: 'y' }));
  await rig.until(() => rig.asked.length === 1);
  rig.endInput();
  assert.equal(await rig.exit, 0);
  assert.deepEqual(dataOf(await rig.answer(3)), { code: 'upstream_unavailable', executed: 'unknown' });
});

test('a signal ends it at once, the session too', async (t) => {
  const rig = await startConnectRig(t, legacy());
  rig.say(INITIALIZE);
  await rig.answer(0);
  rig.say({ id: 1, method: 'slow' });
  await rig.until(() => rig.asked.length === 2);
  rig.interrupt();
  assert.equal(await rig.exit, 0);
  assert.equal(rig.asked.at(-1)?.method, 'DELETE');
});

test('a URL that is not https or this machine, a token that is none and a place without one are usage errors', async () => {
  let said = '';
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { write: () => assert.fail('stdout') },
    stderr: { write: (text) => (said += text) },
    env: { EMPTY: '', ODD: 'a b' },
    cwd: '/',
    exit: () => {},
  };
  const run = (url: string, options = {}) => connect(io, url, options, AbortSignal.abort());
  assert.equal(await run('http://gateway.example/mcp/a'), 2);
  assert.equal(await run('https://user:word@gateway.example/mcp/a'), 2);
  assert.equal(await run('https://gateway.example/mcp/a', { tokenEnv: 'EMPTY' }), 2);
  assert.equal(await run('https://gateway.example/mcp/a', { tokenEnv: 'ODD' }), 2);
  assert.equal(await run('https://gateway.example/mcp/a', { tokenFile: '/nowhere' }), 2);
  assert.equal(await run('https://gateway.example/mcp/a', { tokenFile: '/a', tokenEnv: 'B' }), 2);
  assert.doesNotMatch(said, /a b|word/);
});
