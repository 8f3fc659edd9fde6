/** P5 on the wire: the caller's token never goes up, the credential never comes down, neither is stored or logged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerWith } from '../fakes/mcp-server.ts';
import { CREDENTIAL, startTestGateway, toolCall } from './harness.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const hex = (text: string): string => Buffer.from(text).toString('hex');

test('what goes up carries the credential and nothing of the caller', async (t) => {
  const gateway = await startTestGateway(t);
  const token = await gateway.token();
  await gateway.post(
    'notes',
    JSON.stringify(toolCall('get_note', { note: token, encoded: base64(token), also: `x${hex(token)}y` })),
    {
      authorization: `Bearer ${token}`,
      cookie: 'session=caller-cookie',
      'x-forwarded-for': '198.51.100.7',
      forwarded: 'for=198.51.100.7',
      'x-real-ip': '198.51.100.7',
      'x-custom': 'caller-custom',
      'proxy-authorization': 'Basic Y2FsbGVy',
    },
  );
  const [up] = gateway.server.seen;
  assert.ok(up);
  assert.equal(up.headers.authorization, `Bearer ${CREDENTIAL}`);
  const everything = `${up.rawHeaders.join('\n')}\n${up.body}`;
  for (const secret of [
    token,
    base64(token),
    hex(token),
    'caller-cookie',
    '198.51.100.7',
    'caller-custom',
    'Y2FsbGVy',
  ]) {
    assert.equal(everything.includes(secret), false, secret.slice(0, 12));
  }
});

test('a server that echoes the credential in any spelling does not get it past the gateway, nor into the book', async (t) => {
  const gateway = await startTestGateway(t);
  const spellings = [
    CREDENTIAL,
    base64(CREDENTIAL),
    base64(`Bearer ${CREDENTIAL}`),
    hex(CREDENTIAL),
    encodeURIComponent(CREDENTIAL),
    Buffer.from(CREDENTIAL).toString('base64url'),
  ];
  gateway.server.answering = (seen, response) => {
    response.setHeader('x-echo', seen.headers.authorization ?? '');
    response.setHeader('set-cookie', 'upstream=1');
    response.setHeader('mcp-protocol-version', CREDENTIAL);
    response.setHeader('retry-after', hex(CREDENTIAL));
    response.setHeader('www-authenticate', `Bearer realm="${CREDENTIAL}"`);
    return answerWith({
      content: spellings.map((text) => ({ type: 'text', text: `seen: ${text}.` })),
      structuredContent: { [CREDENTIAL]: { deep: [CREDENTIAL] } },
    })(seen, response);
  };
  const reply = await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  const everything = `${[...reply.headers].join('\n')}\n${reply.text}`;
  const stored = (await gateway.records())
    .map((record) => `${JSON.stringify(record.header)}${record.payload?.toString() ?? ''}`)
    .join('\n');
  for (const secret of spellings) {
    assert.equal(everything.includes(secret), false, 'came down');
    assert.equal(stored.includes(secret), false, 'was stored');
  }
  assert.equal(reply.headers.get('set-cookie'), null);
  assert.equal(reply.headers.get('www-authenticate'), null);
  assert.match(reply.text, /\[SECRET/);
});

test('an error of the server does not bring the credential down either', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.server.answering = (seen, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        jsonrpc: '2.0',
        id: seen.message?.id,
        error: { code: -32000, message: `bad key ${CREDENTIAL}`, data: { key: CREDENTIAL } },
      }),
    );
  const reply = await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  assert.equal(reply.text.includes(CREDENTIAL), false);
  assert.match(reply.text, /bad key/);
});

test('the log holds neither the token nor the credential, whatever happens', async (t) => {
  const gateway = await startTestGateway(t);
  const token = await gateway.token();
  gateway.server.answering = (_seen, response) =>
    void response.writeHead(500, { 'content-type': 'text/plain' }).end(CREDENTIAL);
  await gateway.post('notes', JSON.stringify(toolCall('get_note', { token })));
  await gateway.post('notes', `{"broken":"${token}"`);
  await gateway.post('nowhere', JSON.stringify(toolCall(token)));
  assert.equal(gateway.log().includes(token), false);
  assert.equal(gateway.log().includes(CREDENTIAL), false);
});

test('a secret-looking field is masked in the record always, on the wire where the policy says so', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.server.answering = answerWith({
    content: [],
    structuredContent: { user: 'ada', password: 'hunter2-hunter2' },
  });
  const open = await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  const masked = await gateway.post('masked', JSON.stringify(toolCall('get_note')));
  assert.match(open.text, /hunter2/);
  assert.doesNotMatch(masked.text, /hunter2/);
  const stored = (await gateway.records()).map((record) => record.payload?.toString() ?? '').join('\n');
  assert.doesNotMatch(stored, /hunter2/);
  assert.match(stored, /ada/);
});

test('an event of another name than message carries no message of the transport, and nothing of it comes down', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.server.answering = (seen, response) => {
    const answer = JSON.stringify({ jsonrpc: '2.0', id: seen.message?.id, result: { content: [] } });
    const log = '{"jsonrpc":"2.0","method":"notifications/message","params":{}}';
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(`event: ${CREDENTIAL}\ndata: ${log}\n\nevent: a\0b\ndata: ${log}\n\nevent: message\ndata: ${answer}\n\n`);
  };
  const reply = await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  assert.equal(reply.text.includes(CREDENTIAL), false);
  assert.equal(reply.text.includes('notifications/message'), false);
  assert.match(reply.text, /event: message\ndata: .*"result"/);
});
