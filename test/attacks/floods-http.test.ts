/** What HTTP lets anybody do to a server before anything is known of him: what he gets, and that others do not notice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startTestGateway, toolCall } from '../e2e/harness.ts';
import type { TestGateway } from '../e2e/harness.ts';
import { openRawClient } from '../fakes/raw-client.ts';
import type { RawClient } from '../fakes/raw-client.ts';

const CALL = JSON.stringify(toolCall('get_note'));
const LIMITS = {
  headersReceiveMs: 1_000,
  requestReceiveMs: 1_000,
  messageBytes: 65_536,
  responseWriteStallMs: 1_000,
  keepAliveMs: 1_000,
};

const portOf = (gateway: TestGateway): number => Number(new URL(gateway.origin).port);
const attack = async (t: TestContext, gateway: TestGateway): Promise<RawClient> => {
  const client = await openRawClient(portOf(gateway));
  t.after(() => client.leave());
  return client;
};
const head = (lines: readonly string[], target = 'POST /mcp/notes'): string =>
  [`${target} HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n');
const JSON_BODY = ['Content-Type: application/json'];

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (await condition()) return;
    await new Promise((next) => {
      setTimeout(next, 10);
    });
  }
  throw new Error('the condition never held');
}
const connections = (gateway: TestGateway): Promise<number> =>
  new Promise((resolve, reject) => {
    gateway.composed.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
async function assertServed(gateway: TestGateway): Promise<void> {
  const reply = await gateway.post('notes', CALL, { connection: 'close' });
  assert.equal(reply.status, 200, 'another caller is served');
}
/** Nothing of the attack is left: no connection, no call, and no more records than said. */
async function assertOver(gateway: TestGateway, recordsBefore: number, recordsMax: number): Promise<void> {
  await until(async () => (await connections(gateway)) === 0);
  assert.equal(gateway.composed.gateway.admission.inFlight(), 0);
  gateway.flushRefusals();
  const added = (await gateway.records()).length - recordsBefore;
  assert.ok(added <= recordsMax, `${added} records, ${recordsMax} at most`);
}

test('a head that comes in drops, or half, or never, is cut at its own time', async (t) => {
  const gateway = await startTestGateway(t, { limits: { ...LIMITS, requestReceiveMs: 600_000 } });
  const before = (await gateway.records()).length;
  const [silent, half, drops] = [await attack(t, gateway), await attack(t, gateway), await attack(t, gateway)];
  half.send('POST /mcp/no');
  drops.send('POST /mcp/notes HTTP/1.1\r\nHost: localhost\r\n');
  drops.trickle(() => 'X-Drop: 1\r\n');
  await assertServed(gateway);
  for (const client of [silent, half, drops])
    assert.match(await client.closed(), /^HTTP\/1\.1 408 Request Timeout\r\n/);
  await assertServed(gateway);
  await assertOver(gateway, before, 4);
});

test('a body that comes in drops is cut at its time, and of a stranger none is read', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const token = await gateway.token();
  const before = (await gateway.records()).length;
  const [body, stranger] = [await attack(t, gateway), await attack(t, gateway)];
  body.send(head([...JSON_BODY, `Authorization: Bearer ${token}`, 'Content-Length: 60000']));
  body.trickle(() => ' ');
  stranger.send(head([...JSON_BODY, 'Content-Length: 60000']));
  stranger.trickle(() => ' ');
  await assertServed(gateway);
  assert.match(await body.closed(), /^HTTP\/1\.1 408 Request Timeout\r\n/);
  assert.match(await stranger.closed(), /^HTTP\/1\.1 401 /);
  const cut = await gateway.recordWhere(({ header }) => header?.code === 'client_gone');
  assert.deepEqual([cut.leaf.kind, cut.header?.reason], ['denied', 'while_sending']);
  // One call with two records, one of the body that never came, two of the stranger at most.
  await assertOver(gateway, before, 5);
});

test('heads too large, too many or too long are refused as such', async (t) => {
  const gateway = await startTestGateway(t, { limits: { ...LIMITS, headerCount: 50, headerBytes: 16_384 } });
  const before = (await gateway.records()).length;
  const bombs: readonly [string, RegExp][] = [
    [head([`X-Huge: ${'a'.repeat(70_000)}`]), /^HTTP\/1\.1 431 /],
    [head(Array.from({ length: 5_000 }, (_, at) => `X-Header-${at}: a`)), /^HTTP\/1\.1 431 /],
    [head([...JSON_BODY, ...Array.from({ length: 60 }, (_, at) => `X-${at}: a`)]), /^HTTP\/1\.1 413 /],
    [`POST /mcp/${'a'.repeat(70_000)} HTTP/1.1\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['A'.repeat(70_000), /^HTTP\/1\.1 400 /],
    ['\u0016\u0003\u0001\u0002', /^HTTP\/1\.1 400 /],
    ['POST /mcp/notes HTTP/1.1\r\nHost: localhost\r\nX : b\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['POST /mcp/notes HTTP/1.1\r\nHost: a\nX: b\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['POST /mcp/notes HTTP/1.1\r\nContent-Length: 5\r\n\r\n', /^HTTP\/1\.1 400 /],
  ];
  for (const [bytes, expected] of bombs) {
    const client = await attack(t, gateway);
    client.send(bytes);
    assert.match(await client.closed(), expected, bytes.slice(0, 60));
  }
  await assertServed(gateway);
  await assertOver(gateway, before, 4);
});

test('bodies that lie about their size, or have none, end with the message limit and take no second request along', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const token = `Authorization: Bearer ${await gateway.token()}`;
  const before = (await gateway.records()).length;
  const endless = (client: RawClient): void => {
    client.trickle(() => `4000\r\n${' '.repeat(0x40_00)}\r\n`);
  };
  const chunked = [...JSON_BODY, token, 'Transfer-Encoding: chunked'];
  const bombs: readonly [string, RegExp, ((client: RawClient) => void)?][] = [
    [head([...JSON_BODY, token, 'Content-Length: 1073741824']), /^HTTP\/1\.1 413 /],
    [head(chunked), /^HTTP\/1\.1 413 /, endless],
    [`${head(chunked)}1;${'x'.repeat(60_000)}\r\n`, /^HTTP\/1\.1 (?:413|400) /],
    [head([...JSON_BODY, token, 'Content-Encoding: gzip', 'Content-Length: 9']), /^HTTP\/1\.1 415 /],
    [head([...JSON_BODY, token, 'Content-Length: 5', 'Content-Length: 6']), /^HTTP\/1\.1 400 /],
    [head([...chunked, 'Content-Length: 6']), /^HTTP\/1\.1 400 /],
    [head([...JSON_BODY, token, 'Content-Length: -1']), /^HTTP\/1\.1 400 /],
    [head([...JSON_BODY, token, 'Transfer-Encoding: gzip, chunked, identity']), /^HTTP\/1\.1 400 /],
  ];
  for (const [bytes, expected, then] of bombs) {
    const client = await attack(t, gateway);
    client.send(bytes);
    then?.(client);
    assert.match(await client.closed(), expected, bytes.slice(0, 120));
  }
  // More than declared: the rest is no request, and what a server said for the first stays as it is.
  const liar = await attack(t, gateway);
  liar.send(`${head([...JSON_BODY, token, `Content-Length: ${CALL.length}`])}${CALL}and something more\r\n\r\n`);
  const said = await liar.closed();
  assert.match(said, /^HTTP\/1\.1 (?:200|400) /);
  assert.ok((said.match(/HTTP\/1\.1 /g) ?? []).length <= 2);
  await assertServed(gateway);
  await assertOver(gateway, before, 20);
});

test('a stranger is not asked for the body he offers; a caller is', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const offer = [...JSON_BODY, 'Expect: 100-continue', `Content-Length: ${CALL.length}`];
  const stranger = await attack(t, gateway);
  stranger.send(head([...offer, 'Authorization: Bearer a.b.c']));
  const told = await stranger.closed();
  assert.match(told, /^HTTP\/1\.1 401 /);
  assert.equal(told.includes('100 Continue'), false);
  const caller = await attack(t, gateway);
  caller.send(head([...offer, 'Connection: close', `Authorization: Bearer ${await gateway.token()}`]));
  await caller.hears(/^HTTP\/1\.1 100 Continue\r\n/);
  caller.send(CALL);
  assert.match(await caller.closed(), /HTTP\/1\.1 200 /);
  const other = await attack(t, gateway);
  other.send(head([...JSON_BODY, 'Expect: a-miracle', 'Content-Length: 2']));
  await other.hears(/^HTTP\/1\.1 417 /);
});

test('methods, targets and upgrades that are not served open nothing', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const token = `Authorization: Bearer ${await gateway.token()}`;
  const before = (await gateway.records()).length;
  const last = ['Connection: close'];
  const cases: readonly [string, RegExp][] = [
    [head(last, 'OPTIONS /mcp/notes'), /^HTTP\/1\.1 405 /],
    [head(last, 'OPTIONS *'), /^HTTP\/1\.1 404 /],
    [head(last, 'TRACE /mcp/notes'), /^HTTP\/1\.1 405 /],
    [head([...last, token, ...JSON_BODY], 'POST http://internal.example/mcp/notes'), /^HTTP\/1\.1 404 /],
    [head([...last, token, ...JSON_BODY], 'POST //internal.example/mcp/notes'), /^HTTP\/1\.1 404 /],
    [head(['Connection: Upgrade', 'Upgrade: websocket'], 'GET /mcp/notes'), /^HTTP\/1\.1 406 |^$/],
    [head(['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c'], 'GET /mcp/notes'), /^HTTP\/1\.1 406 |^$/],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 400 |^$/],
    [head([], 'CONNECT internal.example:443'), /^$|^HTTP\/1\.1 4/],
  ];
  for (const [bytes, expected] of cases) {
    const client = await attack(t, gateway);
    client.send(bytes);
    const told = await client.closed();
    assert.match(told, expected, bytes.slice(0, 60));
    assert.equal(/^HTTP\/1\.1 [12]\d\d /.test(told), false, bytes.slice(0, 60));
    assert.equal(told.includes('eyJ'), false, 'nothing of the request comes back');
  }
  assert.equal(gateway.server.seen.length, 0);
  await Promise.all(
    Array.from({ length: 500 }, () => fetch(gateway.url('notes'), { method: 'OPTIONS' }).then((r) => r.text())),
  );
  await assertServed(gateway);
  gateway.flushRefusals();
  assert.ok((await gateway.records()).length - before <= 6, 'five hundred refusals are two records');
});

test('requests sent ahead of an answer end their connection: none waits behind an answer that nobody reads', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const before = (await gateway.records()).length;
  const token = await gateway.token();
  for (const request of [
    `${head([...JSON_BODY, 'Content-Length: 2'])}{}`,
    `${head([...JSON_BODY, `Authorization: Bearer ${token}`, `Content-Length: ${CALL.length}`])}${CALL}`,
    head([], 'GET /api/openapi.json'),
    head([], 'GET /healthz'),
  ]) {
    const client = await attack(t, gateway);
    client.socket.pause();
    client.send(request.repeat(1_000));
    await until(async () => (await connections(gateway)) === 0);
    // A call that was begun goes on without its client, as legacy ones do.
    await until(() => gateway.composed.gateway.admission.inFlight() === 0);
    client.leave();
  }
  assert.equal((await gateway.api('/api/v1/checkpoint')).status, 200, 'an auditor is served');
  await assertServed(gateway);
  await assertOver(gateway, before, 12);
});

test('a client that reads nothing of what it asks for is cut off, at every path', async (t) => {
  const gateway = await startTestGateway(t, { limits: { ...LIMITS, messageBytes: 16 * 1024 * 1024 } });
  const text = 'x'.repeat(12 * 1024 * 1024);
  gateway.server.answering = (_seen, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(`{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"${text}"}]}}`);
  const caller = await attack(t, gateway);
  caller.socket.pause();
  caller.send(
    `${head([...JSON_BODY, `Authorization: Bearer ${await gateway.token()}`, `Content-Length: ${CALL.length}`])}${CALL}`,
  );
  const reader = await attack(t, gateway);
  reader.socket.pause();
  // More answers than both ends have room for.
  reader.send(head([], 'GET /healthz').repeat(60_000));
  await until(async () => (await connections(gateway)) === 2);
  await until(async () => (await connections(gateway)) === 0);
  assert.equal(gateway.composed.gateway.admission.inFlight(), 0);
  caller.leave();
  reader.leave();
});

test('a client that reads slowly gets the whole of a large answer', async (t) => {
  const gateway = await startTestGateway(t, { limits: { ...LIMITS, messageBytes: 16 * 1024 * 1024 } });
  const text = 'x'.repeat(12 * 1024 * 1024);
  gateway.server.answering = (_seen, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(`{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"${text}"}]}}`);
  const caller = await attack(t, gateway);
  let bytes = 0;
  caller.socket.removeAllListeners('data');
  caller.socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    caller.socket.pause();
    setTimeout(() => caller.socket.resume(), 12);
  });
  const token = await gateway.token();
  caller.send(
    `${head([...JSON_BODY, 'Connection: close', `Authorization: Bearer ${token}`, `Content-Length: ${CALL.length}`])}${CALL}`,
  );
  await caller.closed();
  assert.ok(bytes > text.length, `${bytes} of ${text.length} bytes`);
});

test('two thousand connections that come and go leave nothing behind', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const before = (await gateway.records()).length;
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        const client = await openRawClient(portOf(gateway));
        if (at % 3 === 1) client.send('POST /mcp/notes HTTP/1.1\r\n');
        if (at % 3 === 2) client.send(head([...JSON_BODY, 'Content-Length: 9']));
        if (at % 2 === 0) client.socket.resetAndDestroy();
        else client.socket.end();
        await client.closed();
      }),
    );
  }
  await assertServed(gateway);
  // Of a client that has left already not even the address is known: those are counted apart.
  await assertOver(gateway, before, 6);
});

test('rubbish after a request that is being answered does not get into the answer', async (t) => {
  const gateway = await startTestGateway(t, { limits: LIMITS });
  const release: (() => void)[] = [];
  gateway.server.answering = (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}\n\n');
    release.push(() => void response.end('data: {"jsonrpc":"2.0","id":1,"result":{"content":[]}}\n\n'));
  };
  const client = await attack(t, gateway);
  const token = `Authorization: Bearer ${await gateway.token()}`;
  client.send(`${head([...JSON_BODY, token, `Content-Length: ${CALL.length}`])}${CALL}`);
  await client.hears(/notifications\/message/);
  client.send('RUBBISH\r\n\r\n');
  const told = await client.closed();
  assert.equal((told.match(/HTTP\/1\.1 /g) ?? []).length, 1, told);
  release[0]?.();
  await until(() => gateway.composed.gateway.admission.inFlight() === 0);
});
