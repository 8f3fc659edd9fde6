/** Each exception to P8 by itself: what does not arrive as it was sent although everything is allowed and nothing is masked inline. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answering } from '../fakes/mcp-server.ts';
import { CREDENTIAL } from './harness.ts';
import {
  accepted,
  asEvents,
  asJson,
  eventsIn,
  legacy,
  META,
  modern,
  startTransparentProcess,
  startTransparentSite,
} from './transparent-site.ts';

const CALL = legacy('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}');
const EMPTY_ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}';
const LIST = legacy('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');

const codeOf = (json: Readonly<Record<string, unknown>>): unknown =>
  (json['error'] as { readonly data?: { readonly code?: string } } | undefined)?.data?.code;

test('what two readers could take differently is refused: a batch, a key twice or in another case, a lone surrogate, a byte order mark, bytes that are not UTF-8', async (t) => {
  const { gateway, pass } = await startTransparentSite(t);
  const ambiguous = [
    '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
    '{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"ping"}',
    String.raw`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"s":"\ud800"}}`,
    '\ufeff{"jsonrpc":"2.0","id":1,"method":"ping"}',
  ];
  for (const text of ambiguous) {
    const { up, down } = await pass(legacy(text), asJson(EMPTY_ANSWER));
    assert.deepEqual([up, down.status], [undefined, 400], text);
  }
  const notUtf8 = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"s":"\xff"}}', 'latin1');
  assert.equal((await gateway.post('notes', notUtf8)).status, 400);
  for (const answer of [
    '{"jsonrpc":"2.0","id":1,"result":{},"result":{}}',
    `[${EMPTY_ANSWER}]`,
    `\ufeff${EMPTY_ANSWER}`,
  ]) {
    const { down } = await pass(CALL, asJson(answer));
    assert.equal(codeOf(down.json), 'upstream_invalid', answer);
  }
});

test('what is JSON-RPC but not of MCP is refused: parameters by position, an id that is null or a fraction, a request without an id, an answer in the modern era', async (t) => {
  const { pass } = await startTransparentSite(t);
  for (const text of [
    '{"jsonrpc":"2.0","id":1,"method":"com.example/sum","params":[1,2]}',
    '{"jsonrpc":"2.0","id":null,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
    '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"t"}}',
    '{"jsonrpc":"2.0","id":1,"method":"notifications/initialized"}',
  ]) {
    const { up, down } = await pass(legacy(text), asJson(EMPTY_ANSWER));
    assert.deepEqual([up, down.status], [undefined, 400], text);
  }
  const answer = { text: EMPTY_ANSWER, headers: { 'mcp-protocol-version': '2026-07-28' } };
  const { up, down } = await pass(answer, accepted);
  assert.deepEqual([up, down.status], [undefined, 400]);
});

test('a message beyond a limit is refused: its bytes, its depth', async (t) => {
  const { pass } = await startTransparentSite(t);
  const deep = `${'['.repeat(70)}${']'.repeat(70)}`;
  const nested = legacy(
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"a":${deep}}}}`,
  );
  assert.deepEqual((await pass(nested, asJson(EMPTY_ANSWER))).up, undefined);
  const { down } = await pass(CALL, asJson(`{"jsonrpc":"2.0","id":1,"result":{"a":${deep}}}`));
  assert.equal(codeOf(down.json), 'upstream_invalid');
  const large = legacy(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"${'x'.repeat(17 * 1024 * 1024)}"}}`);
  const refused = await pass(large, asJson(EMPTY_ANSWER));
  assert.deepEqual([refused.up, refused.down.status], [undefined, 413]);
});

test('a resource URI that servers resolve in different ways is refused: dot segments, an encoded slash', async (t) => {
  const { pass } = await startTransparentSite(t);
  for (const uri of ['file:///a/../b', 'file:///a/%2e%2e/b', 'file:///a%2Fb']) {
    const text = `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"${uri}"}}`;
    const { up } = await pass(legacy(text), asJson(EMPTY_ANSWER));
    assert.equal(up, undefined, uri);
  }
});

test('an entry of a list that nobody could call by its name is left out: none, one in another case, one that is too long', async (t) => {
  const { pass } = await startTransparentSite(t);
  const tools = `{"title":"none"},{"name":"a","Name":"b"},{"name":"kept"},{"name":"${'x'.repeat(5_000)}"}`;
  const { down } = await pass(LIST, asJson(`{"jsonrpc":"2.0","id":1,"result":{"tools":[${tools}]}}`));
  assert.equal(down.text, '{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"kept"}]}}');
});

test('a session has an id of its own on each side', async (t) => {
  const { begin, gateway, pass } = await startTransparentSite(t);
  const session = await begin();
  assert.match(session['mcp-session-id'] ?? '', /^(?!session-of-the-server)\S{16,}$/);
  await pass({ ...LIST, headers: session }, asJson(EMPTY_ANSWER));
  assert.equal(gateway.server.seen.at(-1)?.headers['mcp-session-id'], 'session-of-the-server');
});

test('the event ids of a server stay on its side', async (t) => {
  const { pass } = await startTransparentSite(t);
  const answering: Answering = (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`id: event-of-the-server\ndata: ${EMPTY_ANSWER}\n\n`);
  };
  const { down } = await pass(CALL, answering);
  assert.deepEqual(eventsIn(down.text), [EMPTY_ANSWER]);
  assert.doesNotMatch(down.text, /event-of-the-server/);
});

test('a carriage return between two tokens of an event comes down as a line feed', async (t) => {
  const { pass } = await startTransparentSite(t);
  const answering: Answering = (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: {"jsonrpc":"2.0",\r\ndata: "id":1,\rdata: "result":{}}\n\n`);
  };
  const { down } = await pass(CALL, answering);
  assert.deepEqual(eventsIn(down.text), ['{"jsonrpc":"2.0",\n"id":1,\n"result":{}}']);
});

test("to a server process a request has an id and a progress token of the gateway's own, and the client gets its own back", async (t) => {
  const { pass } = await startTransparentProcess(t);
  const spoken = legacy(
    '{"jsonrpc":"2.0","id":"mine","method":"tools/call","params":{"name":"t","_meta":{"progressToken":"my-progress"}}}',
  );
  const { lines, down } = await pass(spoken, [
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":TOKEN,"progress":1}}',
    '{"jsonrpc":"2.0","id":ID,"result":{}}',
  ]);
  assert.doesNotMatch(lines.join(), /mine|my-progress/);
  assert.deepEqual(eventsIn(down.text), [
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"my-progress","progress":1}}',
    '{"jsonrpc":"2.0","id":"mine","result":{}}',
  ]);
});

test('to a server process a line break between two tokens goes up as a space', async (t) => {
  const { pass } = await startTransparentProcess(t);
  const { lines } = await pass(legacy('{"jsonrpc":"2.0",\n"id":1,\r\n"method":"ping"}'), [
    '{"jsonrpc":"2.0","id":ID,"result":{}}',
  ]);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^\{"jsonrpc":"2.0", "id":\d+, {1,2}"method":"ping"\}$/);
});

test('what a server says after its answer, or in answer to what nobody asked, is recorded and goes no further', async (t) => {
  const { gateway, pass } = await startTransparentSite(t);
  const { down } = await pass(
    CALL,
    asEvents(
      '{"jsonrpc":"2.0","id":99,"result":{"of":"another call"}}',
      EMPTY_ANSWER,
      '{"jsonrpc":"2.0","method":"notifications/too-late"}',
    ),
  );
  assert.deepEqual(eventsIn(down.text), [EMPTY_ANSWER]);
  await gateway.recordWhere(({ payload }) => payload?.includes('another call') === true);
  await gateway.recordWhere(({ payload }) => payload?.includes('notifications/too-late') === true);
});

test("an HTTP error whose body is no JSON-RPC error comes down as an error of the gateway's own, without that body", async (t) => {
  const { pass } = await startTransparentSite(t);
  for (const [status, code] of [
    [500, 'upstream_unavailable'],
    [404, 'upstream_invalid'],
    [401, 'upstream_unavailable'],
    [302, 'upstream_invalid'],
  ] as const) {
    const { down } = await pass(CALL, (_seen, response) => {
      const headers = {
        'content-type': 'text/plain',
        location: 'http://elsewhere.test/',
        'www-authenticate': 'Bearer realm="up"',
      };
      response.writeHead(status, headers).end('stack trace of the server');
    });
    assert.equal(codeOf(down.json), code);
    assert.doesNotMatch(down.text + JSON.stringify([...down.headers]), /stack trace|elsewhere|realm="up"/);
  }
});

test('a message that is accepted without an answer is accepted with 202, whichever way the server said so', async (t) => {
  const { pass } = await startTransparentSite(t);
  for (const status of [200, 202, 204]) {
    const { down } = await pass(
      legacy('{"jsonrpc":"2.0","method":"notifications/initialized"}'),
      (_seen, response) => void response.writeHead(status).end(),
    );
    assert.deepEqual([down.status, down.text], [202, '']);
  }
});

test('of the HTTP headers only Accept, those of MCP and those of tracing cross', async (t) => {
  const { gateway, pass } = await startTransparentSite(t);
  const more = { cookie: 'a=b', 'x-vendor': '1', accept: 'application/json', baggage: 'a=b' };
  const { down } = await pass({ ...CALL, headers: { ...CALL.headers, ...more } }, (_seen, response) => {
    const headers = {
      'content-type': 'application/json',
      'set-cookie': 'c=d',
      'x-vendor': '2',
      'cache-control': 'max-age=9',
    };
    response.writeHead(200, headers).end(EMPTY_ANSWER);
  });
  const up = gateway.server.seen.at(-1)?.headers ?? {};
  assert.deepEqual([up.cookie, up['x-vendor'], up['baggage']], [undefined, undefined, undefined]);
  assert.equal(up.accept, 'application/json');
  assert.deepEqual([down.headers.get('set-cookie'), down.headers.get('x-vendor')], [null, null]);
  assert.notEqual(down.headers.get('cache-control'), 'max-age=9');
});

test('the credential a connection shows its server is masked where the server says it', async (t) => {
  const { pass } = await startTransparentSite(t);
  const { down } = await pass(CALL, asJson(`{"jsonrpc":"2.0","id":1,"result":{"told":"${CREDENTIAL}","n":1.0}}`));
  assert.ok(!down.text.includes(CREDENTIAL));
  assert.match(down.text, /"n":1\.0/);
});

test('what an answer of the modern era calls public goes down as private', async (t) => {
  const { pass } = await startTransparentSite(t);
  const answer = '{"jsonrpc":"2.0","id":1,"result":{"tools":[],"ttlMs":1.0,"cacheScope":"public"}}';
  const text = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{${META}}}}`;
  const { down } = await pass(modern(text, 'tools/list'), asJson(answer));
  assert.equal(down.text, answer.replace('"public"', '"private"'));
  assert.equal((await pass(LIST, asJson(answer))).down.text, answer);
});

test('a header that mirrors nothing of the body is refused', async (t) => {
  const { pass } = await startTransparentSite(t);
  const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{${META}},"name":"t","arguments":{"a":"b"}}}`;
  const { headers } = modern(text, 'tools/call', 't');
  for (const more of [{ 'mcp-param-a': 'c' }, { 'mcp-name': 'u' }, { 'mcp-method': 'ping' }]) {
    const { up, down } = await pass({ text, headers: { ...headers, ...more } }, asJson(EMPTY_ANSWER));
    assert.deepEqual([up, codeOf(down.json)], [undefined, 'header_mismatch']);
  }
});

test('a task that no call of the caller made through Gatebook is unknown to it, and in no list', async (t) => {
  const { pass } = await startTransparentSite(t);
  const get = '{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"t-9"}}';
  const { up, down } = await pass(legacy(get), asJson(EMPTY_ANSWER));
  assert.deepEqual([up, codeOf(down.json)], [undefined, 'unknown_task']);
  const list = legacy('{"jsonrpc":"2.0","id":1,"method":"tasks/list"}');
  const listed = await pass(list, asJson('{"jsonrpc":"2.0","id":1,"result":{"tasks":[{"taskId":"t-9"}]}}'));
  assert.equal(listed.down.text, '{"jsonrpc":"2.0","id":1,"result":{"tasks":[]}}');
});

test('a requestState that was given for another call is refused', async (t) => {
  const { pass } = await startTransparentSite(t);
  const call = (name: string, more: string) =>
    modern(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{${META}},"name":"${name}"${more}}}`,
      'tools/call',
      name,
    );
  const asks = '{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"state-of-a"}}';
  assert.equal((await pass(call('a', ''), asJson(asks))).down.text, asks);
  const state = ',"requestState":"state-of-a"';
  const other = await pass(call('b', state), asJson(EMPTY_ANSWER));
  assert.deepEqual([other.up, codeOf(other.down.json)], [undefined, 'invalid_state']);
  assert.ok((await pass(call('a', state), asJson(EMPTY_ANSWER))).up?.includes(state));
});

test('an answer to what nobody asked in this session, or a second answer, is refused', async (t) => {
  const { begin, listen, pass } = await startTransparentSite(t);
  const session = await begin();
  const answer = { text: '{"jsonrpc":"2.0","id":"s-1","result":{}}', headers: session };
  const before = await pass(answer, accepted);
  assert.deepEqual([before.up, before.down.status], [undefined, 400]);
  await listen(session, asEvents('{"jsonrpc":"2.0","id":"s-1","method":"roots/list"}'));
  assert.equal((await pass(answer, accepted)).up, answer.text);
  const again = await pass(answer, accepted);
  assert.deepEqual([again.up, again.down.status], [undefined, 400]);
});

test('a request of a server under an id that waits for its answer already goes no further', async (t) => {
  const { begin, listen } = await startTransparentSite(t);
  const session = await begin();
  const asked = '{"jsonrpc":"2.0","id":"s-1","method":"roots/list"}';
  assert.deepEqual(eventsIn(await listen(session, asEvents(asked, asked))), [asked]);
});

test('a page of an origin that nobody allowed is refused', async (t) => {
  const { pass } = await startTransparentSite(t);
  const { up, down } = await pass({ ...CALL, headers: { origin: 'https://elsewhere.test' } }, asJson(EMPTY_ANSWER));
  assert.deepEqual([up, down.status], [undefined, 403]);
});
