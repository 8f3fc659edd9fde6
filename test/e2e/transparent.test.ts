/**
 * P8: with everything allowed and nothing masked inline, every JSON-RPC message arrives as it was sent. Compared are the
 * bytes on both sides, since a value compared after `JSON.parse` has lost what this is about.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  ASKED_AND_ANSWERED,
  BEFORE_THE_ANSWER,
  ERRORS,
  NOTIFICATIONS,
  REQUESTS,
  RESULTS,
} from './transparent-messages.ts';
import { anyJsonText } from './transparent-json.ts';
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

const EMPTY_ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}';
const CALL = legacy(
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","_meta":{"progressToken":"p1"}}}',
);
const MODERN_CALL = modern(
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{${META}},"name":"t"}}`,
  'tools/call',
  't',
);
const ROUNDS = 60;

/** The requests among them under ids of their own: an id of a server is taken until its request is answered. */
const beforeTheAnswer = (round: number): readonly string[] =>
  BEFORE_THE_ANSWER.map((said, line) => said.replace(/"id":("?)[^,"}]+/, `"id":$1${round + 1}0${line}`));

test('a request goes up byte for byte, in both eras: numbers, escapes, key order, white space, unknown members and methods', async (t) => {
  const { pass } = await startTransparentSite(t);
  assert.ok(REQUESTS.length > 15);
  for (const [what, spoken] of REQUESTS) {
    const { up } = await pass(spoken, asJson(EMPTY_ANSWER));
    assert.equal(up, spoken.text, what);
  }
});

test('a notification goes up byte for byte', async (t) => {
  const { pass } = await startTransparentSite(t);
  for (const [what, spoken] of NOTIFICATIONS) {
    const { up, down } = await pass(spoken, accepted);
    assert.equal(up, spoken.text, what);
    assert.deepEqual([down.status, down.text], [202, ''], what);
  }
});

test('what a server asks in the middle of a call comes down byte for byte, and its answer goes up byte for byte', async (t) => {
  const { pass } = await startTransparentSite(t);
  for (const [asked, answered] of ASKED_AND_ANSWERED) {
    const { down } = await pass(CALL, asEvents(asked, EMPTY_ANSWER));
    assert.deepEqual(eventsIn(down.text), [asked, EMPTY_ANSWER]);
    const said = await pass(answered, accepted);
    assert.equal(said.up, answered.text);
    assert.equal(said.down.status, 202);
  }
});

test('a result comes down byte for byte as one body, in both eras: structured content, media, resources, input required, tasks, unknown types', async (t) => {
  const { pass } = await startTransparentSite(t);
  for (const spoken of [CALL, MODERN_CALL]) {
    for (const [what, result] of RESULTS) {
      const answer = ` {"result":${result} ,"jsonrpc":"2.0", "id":1,"x-vendor":[1.0]}`;
      const { down } = await pass(spoken, asJson(answer));
      assert.deepEqual([down.status, down.text], [200, answer], what);
    }
  }
});

test('a result comes down byte for byte as an event, and before it whatever the server says and asks, in its order', async (t) => {
  const { pass } = await startTransparentSite(t);
  for (const [era, spoken] of [CALL, MODERN_CALL].entries()) {
    for (const [at, [what, result]] of RESULTS.entries()) {
      const messages = [...beforeTheAnswer(era * RESULTS.length + at), `{"jsonrpc":"2.0","id":1,"result":${result}}`];
      const { down } = await pass(spoken, asEvents(...messages));
      assert.deepEqual(eventsIn(down.text), messages, what);
    }
  }
});

test('an error comes down byte for byte with its code and data, whatever its HTTP status', async (t) => {
  const { pass } = await startTransparentSite(t);
  for (const error of ERRORS) {
    const answer = `{"jsonrpc":"2.0","id":1,"error":${error}}`;
    for (const status of [200, 400, 404, 500]) {
      const { down } = await pass(CALL, asJson(answer, status));
      assert.deepEqual([down.status, down.text], [status, answer]);
    }
    const { down } = await pass(MODERN_CALL, asEvents(answer));
    assert.deepEqual(eventsIn(down.text), [answer]);
  }
});

test('a list comes down byte for byte, with every entry and its unknown members', async (t) => {
  const { pass } = await startTransparentSite(t);
  const lists = {
    'tools/list':
      '{"tools":[{"name":"a","inputSchema":{"type":"object","$defs":{"n":{"maximum":1.0}}},"annotations":{"readOnlyHint":true},"execution":{"taskSupport":"optional"}},{"name":"\\u0062","title":"é","icons":[],"x-vendor":1e0},{"name":"c","description":"hidden \\u200b\\u202etext, and plainly: \u200b"}],"nextCursor":"\\u0063"}',
    'prompts/list': '{"prompts":[{"name":"p","arguments":[{"name":"a","required":true}],"_meta":{"x":1.0}}]}',
    'resources/list':
      '{"resources":[{"uri":"note://1","name":"1","size":1e2},{"uri":"urn:example:%C3%BC","name":"\\u00fc"}]}',
    'resources/templates/list': '{"resourceTemplates":[{"uriTemplate":"note://{id}{?q*}","name":"n"}]}',
  };
  for (const [method, result] of Object.entries(lists)) {
    const answer = `{"jsonrpc":"2.0","id":1,"result":${result}}`;
    const { down } = await pass(legacy(`{"jsonrpc":"2.0","id":1,"method":"${method}"}`), asJson(answer));
    assert.equal(down.text, answer, method);
  }
});

test('the headers of a revision reach the server as they were sent, with the parameters it mirrors', async (t) => {
  const { pass, gateway } = await startTransparentSite(t);
  const mirrored = { 'mcp-param-city': '=?base64?WsO8cmljaA==?=', 'mcp-param-region': 'eu west' };
  const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{${META}},"name":"t","arguments":{"city":"Zürich","region":"eu west"}}}`;
  await pass({ text, headers: { ...MODERN_CALL.headers, ...mirrored } }, asJson(EMPTY_ANSWER));
  const headers = gateway.server.seen.at(-1)?.headers ?? {};
  for (const [name, value] of Object.entries({ ...MODERN_CALL.headers, ...mirrored }))
    assert.equal(headers[name], value, name);
});

test('what a server says of its own accord comes down byte for byte on the GET stream of the legacy era, and answers to it go up', async (t) => {
  const { begin, listen, pass, gateway } = await startTransparentSite(t);
  const session = await begin();
  const messages = beforeTheAnswer(0);
  assert.deepEqual(eventsIn(await listen(session, asEvents(...messages))), messages);
  assert.equal(gateway.server.seen.at(-1)?.headers['mcp-session-id'], 'session-of-the-server');
  for (const [asked, { text }] of ASKED_AND_ANSWERED) {
    assert.deepEqual(eventsIn(await listen(session, asEvents(asked))), [asked]);
    assert.equal((await pass({ text, headers: session }, accepted)).up, text);
  }
});

test('a call whose stream broke goes on byte for byte where its client says it was', async (t) => {
  const { begin, listen, pass, gateway } = await startTransparentSite(t);
  const session = await begin();
  const [progress = '', ...rest] = beforeTheAnswer(0);
  const { down } = await pass({ ...CALL, headers: session }, (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`id: event-1-of-the-server\ndata: ${progress}\n\n`);
  });
  assert.deepEqual(eventsIn(down.text), [progress]);
  const id = /^id: ?(.+)$/m.exec(down.text)?.[1] ?? '';
  const resumed = await listen({ ...session, 'last-event-id': id }, asEvents(...rest, EMPTY_ANSWER));
  assert.deepEqual(eventsIn(resumed), [...rest, EMPTY_ANSWER]);
  assert.equal(gateway.server.seen.at(-1)?.headers['last-event-id'], 'event-1-of-the-server');
});

test('any JSON goes up byte for byte and comes down byte for byte as one body', async (t) => {
  const { pass } = await startTransparentSite(t);
  await fc.assert(
    fc.asyncProperty(anyJsonText, anyJsonText, async (sent, answered) => {
      const spoken = legacy(
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"any":${sent}}}}`,
      );
      const answer = `{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"any":${answered}}}}`;
      const { up, down } = await pass(spoken, asJson(answer));
      assert.equal(up, spoken.text);
      assert.equal(down.text, answer);
    }),
    { numRuns: ROUNDS },
  );
});

test('any JSON comes down byte for byte in events, before the answer and as the answer', async (t) => {
  const { pass } = await startTransparentSite(t);
  await fc.assert(
    fc.asyncProperty(fc.array(anyJsonText, { maxLength: 5 }), anyJsonText, async (before, answered) => {
      const messages = [
        ...before.map((any) => `{"jsonrpc":"2.0","method":"notifications/any","params":{"any":${any}}}`),
        `{"jsonrpc":"2.0","id":1,"result":{"any":${answered}}}`,
      ];
      const { down } = await pass(CALL, asEvents(...messages));
      assert.deepEqual(eventsIn(down.text), messages);
    }),
    { numRuns: ROUNDS },
  );
});

test('to a server process a message goes up byte for byte but for its id, and what it answers comes down byte for byte', async (t) => {
  const { pass } = await startTransparentProcess(t);
  for (const [what, spoken] of REQUESTS) {
    if (spoken.text.includes('\n')) continue;
    const { lines, down } = await pass(spoken, [
      '{"result":{"n":[1.0,12345678901234567890]},"jsonrpc":"2.0", "id":ID}',
    ]);
    const id = /"id" ?:("(?:[^"\\]|\\.)*"|\d+)/.exec(spoken.text)?.[1] ?? '';
    const asSent = lines.map((line) => {
      const wire = /"id" ?:(\d+)/.exec(line)?.[1] ?? '';
      return line
        .replace(`"id":${wire}`, `"id":${id}`)
        .replace(`"progressToken":${wire}`, '"progressToken":"p\\u0031"');
    });
    assert.deepEqual(asSent, [spoken.text], what);
    assert.equal(
      eventsIn(down.text)[0] ?? down.text,
      `{"result":{"n":[1.0,12345678901234567890]},"jsonrpc":"2.0", "id":${id}}`,
      what,
    );
  }
  for (const [at, [what, result]] of RESULTS.entries()) {
    const before = beforeTheAnswer(at);
    const answer = `{"jsonrpc":"2.0","id":ID,"result":${result.replaceAll('\n', ' ')}}`;
    const { down } = await pass(CALL, [...before.map((said) => said.replace('"p1"', 'TOKEN')), answer]);
    assert.deepEqual(eventsIn(down.text), [...before, answer.replace('ID', '1')], what);
  }
});
