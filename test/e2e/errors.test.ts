/** Every row of the error table (docs/ERRORS.md) as a client meets it, with the record it leaves. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { answerWith } from '../fakes/mcp-server.ts';
import { ERROR_CASES } from './error-cases.ts';
import { startTestGateway, toolCall } from './harness.ts';

test('every documented error', async (t) => {
  const gateway = await startTestGateway(t, { limits: { messageBytes: 65_536, upstreamHeadersMs: 3_000 } });
  for (const { name, send, answering, expected } of ERROR_CASES) {
    await t.test(`${name} gets ${expected.status} ${expected.code}`, async () => {
      gateway.server.answering = answering ?? answerWith({});
      const before = gateway.server.seen.length;
      const recorded = (await gateway.records()).length;
      const reply = await send(gateway);
      assert.equal(reply.status, expected.status, reply.text);
      const error = reply.json['error'] as
        | { code: number; data: { code: string; executed: string; call: string } }
        | undefined;
      if (expected.rpc === undefined) assert.equal(reply.json['code'], expected.code);
      else {
        assert.equal(error?.code, expected.rpc, reply.text);
        assert.equal(error?.data.code, expected.code);
        assert.equal(error?.data.executed, expected.executed ?? 'no');
      }
      if (expected.executed !== 'unknown') assert.equal(gateway.server.seen.length, before, 'nothing went up');
      // A stranger's refusal is not waited for, so its record may come a moment later.
      const record = await gateway.recordWhere(({ leaf }) => leaf.n >= recorded);
      assert.deepEqual([record.leaf.kind, record.leaf.st], expected.record);
    });
  }
});

test('a missing token is challenged with the way to the metadata, and the metadata is there', async (t) => {
  const gateway = await startTestGateway(t);
  const reply = await gateway.post('notes', '{}', { authorization: undefined });
  const challenge = reply.headers.get('www-authenticate') ?? '';
  const url = /^Bearer resource_metadata="([^"]+)"$/.exec(challenge)?.[1];
  assert.ok(url, challenge);
  const metadata = (await (await fetch(url)).json()) as { resource: string; authorization_servers: string[] };
  assert.equal(metadata.resource, gateway.url('notes'));
  assert.deepEqual(metadata.authorization_servers, [gateway.issuer.url]);
});

test('a tool call that policy denies is a tool result, and a held one says that it needs approval', async (t) => {
  const gateway = await startTestGateway(t);
  for (const [name, code] of [
    ['drop_table', 'denied'],
    ['delete_note', 'approval_required'],
  ] as const) {
    const reply = await gateway.post('notes', JSON.stringify(toolCall(name)));
    assert.equal(reply.status, 200);
    const result = reply.json['result'] as {
      isError: boolean;
      _meta: Record<string, { code: string; executed: string }>;
    };
    assert.equal(result.isError, true);
    assert.equal(result._meta['gatebook/error']?.code, code);
    assert.equal(result._meta['gatebook/error']?.executed, 'no');
    const newest = (await gateway.records()).at(-1);
    assert.deepEqual([newest?.leaf.kind, newest?.leaf.st], ['denied', code]);
    assert.equal(newest?.header?.decision?.effect, code === 'denied' ? 'deny' : 'hold');
  }
  assert.equal(gateway.server.seen.length, 0);
});

test('a thousand refusals of strangers leave two records', async (t) => {
  const gateway = await startTestGateway(t);
  const before = (await gateway.records()).length;
  for (let at = 0; at < 1_000; at += 50) {
    await Promise.all(Array.from({ length: 50 }, () => gateway.post('notes', '{}', { authorization: undefined })));
  }
  gateway.flushRefusals();
  // Nobody waits for the record of strangers' refusals, this test excepted.
  await gateway.recordWhere(({ header }) => (header?.count ?? 0) > 1);
  const added = (await gateway.records()).slice(before);
  assert.equal(added.length, 2);
  assert.equal(
    added.reduce((sum, record) => sum + (record.header?.count ?? 0), 0),
    1_000,
  );
});

test('a second Authorization header is refused, whichever of the two is good', async (t) => {
  const gateway = await startTestGateway(t);
  const good = `Bearer ${await gateway.token()}`;
  for (const [first, second] of [
    [good, 'Bearer x.y.z'],
    ['Bearer x.y.z', good],
  ] as const) {
    // The flat list is the only form in which node sends the same header twice.
    const headers = [
      'host',
      'localhost',
      'content-type',
      'application/json',
      'authorization',
      first,
      'authorization',
      second,
    ];
    const status = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(gateway.url('notes'), { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.once('error', reject);
      request.end(JSON.stringify(toolCall('get_note')));
    });
    assert.equal(status, 401);
  }
  assert.equal(gateway.server.seen.length, 0);
});
