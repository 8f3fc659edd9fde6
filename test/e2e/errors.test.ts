/** Every row of the error table (docs/ERRORS.md) as a client meets it, with the record it leaves. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { answerWith } from '../fakes/mcp-server.ts';
import type { Answering } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { Reply, TestGateway } from './harness.ts';

type Expected = {
  readonly status: number;
  readonly rpc?: number;
  readonly code: string;
  readonly executed?: 'no' | 'unknown';
  /** Kind and status of the newest record. */
  readonly record: readonly [kind: string, st: string];
};

type Case = {
  readonly name: string;
  readonly send: (gateway: TestGateway) => Promise<Reply>;
  readonly answering?: Answering;
  readonly expected: Expected;
};

const raw =
  (body: string, headers: Record<string, string> = {}) =>
  (gateway: TestGateway) =>
    gateway.post('notes', body, headers);
const json = (message: object, headers: Record<string, string> = {}) => raw(JSON.stringify(message), headers);
const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'get_note' };
const modernCall = (name: string): object => ({
  ...toolCall(name),
  params: {
    ...toolCall(name).params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

const cases: readonly Case[] = [
  {
    name: 'no token',
    send: (gateway) => gateway.post('notes', '{}', { authorization: undefined }),
    expected: { status: 401, code: 'unauthenticated', record: ['denied', 'unauthenticated'] },
  },
  {
    name: 'a token nobody signed',
    send: (gateway) => gateway.post('notes', '{}', { authorization: 'Bearer abc.def.ghi' }),
    expected: { status: 401, code: 'unauthenticated', record: ['denied', 'unauthenticated'] },
  },
  {
    name: 'a connection that does not exist',
    send: (gateway) => gateway.post('nowhere', JSON.stringify(toolCall('get_note'))),
    expected: { status: 404, code: 'unknown_connection', record: ['denied', 'unknown_connection'] },
  },
  {
    name: 'a connection without a grant',
    send: (gateway) => gateway.post('private', JSON.stringify(toolCall('get_note'))),
    expected: { status: 404, code: 'unknown_connection', record: ['denied', 'unknown_connection'] },
  },
  {
    name: 'a foreign origin',
    send: json(toolCall('get_note'), { origin: 'https://evil.example' }),
    expected: { status: 403, code: 'forbidden_origin', record: ['denied', 'forbidden_origin'] },
  },
  {
    name: 'a resource that policy denies',
    send: json({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'file:///etc/passwd' } }),
    expected: { status: 200, rpc: -32010, code: 'denied', executed: 'no', record: ['denied', 'denied'] },
  },
  {
    name: 'broken JSON',
    send: raw('{"jsonrpc":"2.0",'),
    expected: { status: 400, rpc: -32700, code: 'parse_error', executed: 'no', record: ['denied', 'parse_error'] },
  },
  {
    name: 'invalid UTF-8',
    send: (gateway) => gateway.post('notes', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])),
    expected: { status: 400, rpc: -32700, code: 'parse_error', executed: 'no', record: ['denied', 'parse_error'] },
  },
  {
    name: 'a batch',
    send: raw(JSON.stringify([toolCall('get_note')])),
    expected: { status: 400, rpc: -32600, code: 'batch', executed: 'no', record: ['denied', 'batch'] },
  },
  {
    name: 'a duplicate key',
    send: raw('{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}'),
    expected: { status: 400, rpc: -32600, code: 'duplicate_key', executed: 'no', record: ['denied', 'duplicate_key'] },
  },
  {
    name: 'a message that is no JSON-RPC',
    send: json({ id: 1, method: 'ping' }),
    expected: {
      status: 400,
      rpc: -32600,
      code: 'invalid_request',
      executed: 'no',
      record: ['denied', 'invalid_request'],
    },
  },
  {
    name: 'a bottomless message',
    send: raw(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(200)}${']'.repeat(200)}}}`),
    expected: { status: 400, rpc: -32600, code: 'too_deep', executed: 'no', record: ['denied', 'too_deep'] },
  },
  {
    name: 'a header that contradicts the message',
    send: json(modernCall('delete_note'), modern),
    expected: {
      status: 400,
      rpc: -32020,
      code: 'header_mismatch',
      executed: 'no',
      record: ['denied', 'header_mismatch'],
    },
  },
  {
    name: 'a session of nobody',
    send: json(toolCall('get_note'), { 'mcp-session-id': 'a'.repeat(26) }),
    expected: {
      status: 404,
      rpc: -32600,
      code: 'unknown_session',
      executed: 'no',
      record: ['denied', 'unknown_session'],
    },
  },
  {
    name: 'a message over the limit',
    send: (gateway) => gateway.post('notes', Buffer.alloc(70_000, 0x20)),
    expected: { status: 413, rpc: -32600, code: 'too_large', executed: 'no', record: ['denied', 'too_large'] },
  },
  {
    name: 'a body that is not JSON by its type',
    send: json(toolCall('get_note'), { 'content-type': 'text/plain' }),
    expected: { status: 415, rpc: -32600, code: 'content_type', executed: 'no', record: ['denied', 'content_type'] },
  },
  {
    name: 'a compressed body',
    send: json(toolCall('get_note'), { 'content-encoding': 'gzip' }),
    expected: { status: 415, rpc: -32600, code: 'content_type', executed: 'no', record: ['denied', 'content_type'] },
  },
  {
    name: 'an unreachable server',
    send: (gateway) => gateway.post('gone', JSON.stringify(toolCall('get_note'))),
    expected: { status: 502, rpc: -32603, code: 'upstream_unavailable', executed: 'no', record: ['result', 'error'] },
  },
  {
    name: 'a server that answers no JSON',
    send: json(toolCall('get_note')),
    answering: (_seen, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":'),
    expected: { status: 502, rpc: -32603, code: 'upstream_invalid', executed: 'unknown', record: ['result', 'error'] },
  },
  {
    name: 'a server that redirects',
    send: json(toolCall('get_note')),
    answering: (_seen, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    expected: { status: 502, rpc: -32603, code: 'upstream_invalid', executed: 'unknown', record: ['result', 'error'] },
  },
  {
    name: 'a server that answers another call',
    send: json(toolCall('get_note')),
    answering: (_seen, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":99,"result":{}}'),
    expected: { status: 502, rpc: -32603, code: 'upstream_invalid', executed: 'unknown', record: ['result', 'error'] },
  },
  {
    name: 'a server that says nothing',
    send: json(toolCall('get_note')),
    answering: (_seen, response) => void response.writeHead(202).end(),
    expected: { status: 502, rpc: -32603, code: 'upstream_invalid', executed: 'unknown', record: ['result', 'error'] },
  },
  {
    name: 'a server that is slow',
    send: json(toolCall('get_note')),
    answering: () => undefined,
    expected: {
      status: 504,
      rpc: -32603,
      code: 'upstream_timeout',
      executed: 'unknown',
      record: ['result', 'timeout'],
    },
  },
];

test('every documented error', async (t) => {
  const gateway = await startTestGateway(t, { limits: { messageBytes: 65_536, upstreamHeadersMs: 3_000 } });
  for (const { name, send, answering, expected } of cases) {
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
      'gateway',
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
