/** The error table (docs/ERRORS.md) as things to send, each with what must come of it. */
import type { Answering } from '../fakes/mcp-server.ts';
import { toolCall } from './harness.ts';
import type { Reply, TestGateway } from './harness.ts';

export type Expected = {
  readonly status: number;
  readonly rpc?: number;
  readonly code: string;
  readonly executed?: 'no' | 'unknown';
  /** Kind and status of the newest record. */
  readonly record: readonly [kind: string, st: string];
};

export type ErrorCase = {
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

export const ERROR_CASES: readonly ErrorCase[] = [
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
    name: 'a task nobody made',
    send: json({ jsonrpc: '2.0', id: 1, method: 'tasks/get', params: { taskId: 'none' } }),
    expected: { status: 200, rpc: -32602, code: 'unknown_task', record: ['denied', 'unknown_task'] },
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
