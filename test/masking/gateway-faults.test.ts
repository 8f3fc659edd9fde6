/** Faults in the middle of a message, through a whole gateway: nothing passes, the caller is told, the record says which, the next goes on. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { startTestGateway, toolCall, type TestGateway, type TestRecord } from '../e2e/harness.ts';
import { answerWith } from '../fakes/mcp-server.ts';

const SECRET = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
const ASK = JSON.stringify(toolCall('find'));
/** Masked in a thread. */
const LARGE = 'x '.repeat(200_000);
const nothingOf = (records: readonly TestRecord[]): void => {
  for (const { header, payload } of records)
    assert.equal(`${JSON.stringify(header)} ${payload?.toString() ?? ''}`.includes(SECRET), false);
};

type Fault = 'killed' | 'thrown';

/** The next message that is sent to a thread to be masked meets the fault there. Threads that began before this are not seen. */
function faultInThreads(t: TestContext): (fault: Fault) => void {
  let armed: Fault | undefined;
  const note = (worker: Worker): void => {
    const send = worker.postMessage.bind(worker);
    worker.postMessage = (...[message, transfer]: Parameters<Worker['postMessage']>) => {
      const isJob = typeof message === 'object' && message !== null && 'bytes' in message && 'context' in message;
      const fault = isJob ? armed : undefined;
      if (fault !== undefined) armed = undefined;
      // what it cannot read makes it throw while the message waits there
      if (fault === 'thrown') send(null);
      send(message, transfer);
      if (fault === 'killed') void worker.terminate();
    };
  };
  process.on('worker', note);
  t.after(() => process.off('worker', note));
  return (fault) => {
    armed = fault;
  };
}

async function answered(gateway: TestGateway): Promise<void> {
  gateway.server.answering = answerWith({ content: [{ type: 'text', text: `${SECRET} ${LARGE}` }] });
  const reply = await gateway.post('masked', ASK);
  assert.equal(reply.status, 200);
  assert.match(reply.text, /"text":"\[SECRET:k1:[a-z2-7]{13}\] x x/);
}

for (const fault of ['killed', 'thrown'] as const)
  test(`a thread that dies while it masks (${fault}) costs its own message and no other, in either direction`, async (t) => {
    const arm = faultInThreads(t);
    const gateway = await startTestGateway(t, { limits: { maskThreads: 1 } });
    await answered(gateway);
    const before = gateway.server.seen.length;
    arm(fault);
    const refused = await gateway.post('masked', JSON.stringify(toolCall('find', { note: `${SECRET} ${LARGE}` })));
    assert.match(refused.text, /"code":"masking_failed","executed":"no"/);
    assert.equal(gateway.server.seen.length, before, 'nothing goes up');
    const denied = await gateway.recordWhere(({ leaf }) => leaf.kind === 'denied');
    const failed = ['thread_ended', { n: 0, f: ['failed'] }, null];
    assert.deepEqual([denied.header?.reason, denied.leaf.mask, denied.payload], failed);

    await answered(gateway);
    arm(fault);
    const withheld = await gateway.post('masked', ASK);
    assert.match(withheld.text, /"code":"masking_failed","executed":"unknown"/);
    assert.equal(withheld.text.includes(SECRET), false);
    const result = await gateway.recordWhere(({ leaf }) => leaf.kind === 'result' && leaf.st === 'withheld');
    assert.deepEqual([result.header?.reason, result.leaf.mask, result.payload], failed);
    await answered(gateway);
    nothingOf(await gateway.records());
    assert.match(gateway.log(), fault === 'killed' ? /"exit"/ : /"TypeError"/);
    assert.equal(gateway.log().includes(SECRET), false);
  });

test('a value is masked wherever the stream of its message is cut into pieces', async (t) => {
  const gateway = await startTestGateway(t);
  const note = {
    method: 'notifications/message',
    params: { level: 'info', data: { token: SECRET, é: `${SECRET} é` } },
  };
  const event = Buffer.from(`event: message\r\nid: 1\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...note })}\n\n`);
  for (let at = 1; at < event.length; at += 1) {
    gateway.server.answering = (seen, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event.subarray(0, at));
      // in a turn of its own, and so in a packet of its own
      setImmediate(() => {
        response.write(event.subarray(at));
        const answer = { jsonrpc: '2.0', id: seen.message?.id, result: { content: [{ type: 'text', text: SECRET }] } };
        response.end(`data: ${JSON.stringify(answer)}\n\n`);
      });
    };
    const { text } = await gateway.post('masked', ASK);
    assert.equal(text.includes(SECRET), false, `cut at ${at}`);
    assert.equal(text.match(/\[SECRET:k1:/g)?.length, 3, text);
  }
  nothingOf(await gateway.records());
});

test('half a surrogate pair, bytes that are no UTF-8 and a hundred levels are refused in both directions, and the record says why', async (t) => {
  const gateway = await startTestGateway(t);
  const deep = `${'['.repeat(100)}"${SECRET}"${']'.repeat(100)}`;
  const values: readonly (readonly [Buffer, request: string, answer: RegExp])[] = [
    [Buffer.from(`"\\ud800${SECRET}"`), 'parse_error', /^upstream_invalid$/],
    [
      Buffer.concat([Buffer.from(`"${SECRET}`), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"')]),
      'parse_error',
      /^upstream_invalid$/,
    ],
    [Buffer.from(deep), 'too_deep', /^upstream_invalid$/],
  ];
  for (const [value, code, reason] of values) {
    const around = (head: string, tail: string): Buffer => Buffer.concat([Buffer.from(head), value, Buffer.from(tail)]);
    const before = gateway.server.seen.length;
    const asked = await gateway.post(
      'masked',
      around('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"v":', '}}}'),
    );
    assert.match(asked.text, new RegExp(`"code":"${code}","executed":"no"`));
    assert.equal(gateway.server.seen.length, before);
    gateway.server.answering = (_seen, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(around('{"jsonrpc":"2.0","id":1,"result":{"content":[],"v":', '}}'));
    const { text } = await gateway.post('masked', ASK);
    assert.equal(text.includes(SECRET), false);
    assert.match(text, /"executed":"unknown"/);
    const result = await gateway.recordWhere(({ leaf }) => leaf.kind === 'result');
    assert.match(result.header?.code ?? '', reason);
    assert.equal(result.payload, null);
  }
  nothingOf(await gateway.records());
  gateway.server.answering = answerWith({ content: [{ type: 'text', text: 'next' }] });
  assert.match((await gateway.post('masked', ASK)).text, /next/);
});
