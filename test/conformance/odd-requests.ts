/**
 * Requests that the official suite does not make: what a revision forbids, what clients get wrong, what older ones do. Each is
 * sent to the fixture and through the gateway, and the answers compared.
 */
export type OddRequest = {
  readonly name: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** In a legacy session begun for it. */
  readonly inSession?: boolean;
  /** Through the gateway another answer is right, for this reason; every such request must have another one. */
  readonly differs?: string;
};

const MODERN = '2026-07-28';
const LEGACY = '2025-11-25';
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
};
const JSON_BOTH = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

type Params = Readonly<Record<string, unknown>>;
const request = (method: string, params: Params = {}, id: unknown = 1) => ({ jsonrpc: '2.0', id, method, params });

export const INITIALIZE = {
  headers: JSON_BOTH,
  body: request('initialize', {
    protocolVersion: LEGACY,
    capabilities: {},
    clientInfo: { name: 'odd', version: '1' },
  }),
};

type Changes = Readonly<Record<string, string | undefined>>;
const changed = (headers: Readonly<Record<string, string>>, changes: Changes): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...headers, ...changes }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

const legacy = (name: string, body: unknown, changes: Changes = {}, differs?: string): OddRequest => ({
  name: `legacy: ${name}`,
  inSession: true,
  headers: changed(JSON_BOTH, changes),
  body,
  ...(differs === undefined ? {} : { differs }),
});

function modern(
  name: string,
  method: string,
  params: Params = {},
  changes: Changes = {},
  differs?: string,
): OddRequest {
  const named = params['name'] ?? params['uri'];
  const headers = {
    ...JSON_BOTH,
    'mcp-protocol-version': MODERN,
    'mcp-method': method,
    ...(typeof named === 'string' ? { 'mcp-name': named } : {}),
  };
  return {
    name: `modern: ${name}`,
    headers: changed(headers, changes),
    body: request(method, { ...params, _meta: META }),
    ...(differs === undefined ? {} : { differs }),
  };
}

const OWN_SESSIONS = 'the sessions of clients are the gateway’s own, and so is what it says of one it does not know';
const OWN_ERRORS = 'the gateway refuses it itself, with the same status and a code of its own';
const TEXT = { 'content-type': 'text/plain' };
const ping = request('ping');

const LEGACY_REQUESTS: readonly OddRequest[] = [
  legacy('ping', ping),
  legacy('a method that is not there', request('foo/bar')),
  legacy('a tool that is not there', request('tools/call', { name: 'nope' })),
  legacy('no session', ping, { 'mcp-session-id': undefined }),
  { name: 'legacy: no session at all', headers: JSON_BOTH, body: ping },
  {
    name: 'legacy: a session that is not there',
    headers: { ...JSON_BOTH, 'mcp-session-id': 'nope' },
    body: ping,
    differs: OWN_SESSIONS,
  },
  legacy('an unknown version', ping, { 'mcp-protocol-version': '1999-01-01' }),
  legacy('a version that is none', ping, { 'mcp-protocol-version': 'v9' }),
  legacy('an earlier version', ping, { 'mcp-protocol-version': '2025-03-26' }),
  legacy('a later version', ping, { 'mcp-protocol-version': '2099-01-01' }, OWN_ERRORS),
  legacy('the modern version', ping, { 'mcp-protocol-version': MODERN }, OWN_ERRORS),
  legacy('a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }),
  legacy('a notification that is not there', { jsonrpc: '2.0', method: 'notifications/foo' }),
  legacy(
    'a response to nothing',
    { jsonrpc: '2.0', id: 77, result: {} },
    {},
    'an answer goes up only to what the server asked of this client',
  ),
  legacy('a batch', [ping, request('ping', {}, 2)], {}, 'one message a request: MCP has no batches since 2025-06-18'),
  legacy('accepts JSON only', ping, { accept: 'application/json' }),
  legacy('accepts streams only', ping, { accept: 'text/event-stream' }),
  legacy('accepts nothing in particular', ping, { accept: undefined }),
  legacy('accepts anything', ping, { accept: '*/*' }),
  legacy('accepts pages only', ping, { accept: 'text/html' }),
  legacy('a body that is text', ping, TEXT, OWN_ERRORS),
  legacy('initialize in a session', INITIALIZE.body, {}, 'whoever initializes begins a session of their own'),
  { name: 'legacy: initialize without params', headers: JSON_BOTH, body: request('initialize', {}) },
  {
    name: 'legacy: initialize with an unknown version',
    headers: JSON_BOTH,
    body: request('initialize', {
      protocolVersion: '1999-01-01',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    }),
  },
];

const MODERN_REQUESTS: readonly OddRequest[] = [
  modern('discover', 'server/discover'),
  modern('a list', 'tools/list', {}, {}, 'a public answer goes down as private (ADR 9)'),
  modern('a method that is gone', 'ping'),
  modern('another method that is gone', 'resources/subscribe'),
  modern('a method that is not there', 'foo/bar'),
  modern('a tool that is not there', 'tools/call', { name: 'nope' }),
  modern('a session nobody asked for', 'server/discover', {}, { 'mcp-session-id': 'nope' }),
  modern('an event nobody had', 'server/discover', {}, { 'last-event-id': '5' }),
  modern('accepts JSON only', 'server/discover', {}, { accept: 'application/json' }),
  modern('accepts streams only', 'server/discover', {}, { accept: 'text/event-stream' }),
  modern('accepts nothing in particular', 'server/discover', {}, { accept: undefined }),
  modern('accepts pages only', 'server/discover', {}, { accept: 'text/html' }),
  modern('a body that is text', 'server/discover', {}, TEXT, OWN_ERRORS),
  modern('JSON that says its charset', 'server/discover', {}, { 'content-type': 'application/json; charset=utf-8' }),
  modern('JSON with a parameter', 'server/discover', {}, { 'content-type': 'application/json; a=b' }),
  modern('no version header', 'tools/list', {}, { 'mcp-protocol-version': undefined }),
  modern('another version header', 'tools/list', {}, { 'mcp-protocol-version': LEGACY }),
  modern('no method header', 'tools/list', {}, { 'mcp-method': undefined }),
  modern('another method header', 'tools/list', {}, { 'mcp-method': 'tools/call' }),
  modern('no name header', 'tools/call', { name: 'test_simple_text' }, { 'mcp-name': undefined }),
  modern('another name header', 'tools/call', { name: 'test_simple_text' }, { 'mcp-name': 'greet' }),
  modern(
    'an encoded name header',
    'tools/call',
    { name: 'test_simple_text' },
    { 'mcp-name': `=?base64?${Buffer.from('test_simple_text').toString('base64')}?=` },
  ),
  modern(
    'a parameter header',
    'tools/call',
    { name: 'test_header_parameter', arguments: { region: 'eu' } },
    { 'mcp-param-region': 'eu' },
  ),
  modern(
    'another parameter header',
    'tools/call',
    { name: 'test_header_parameter', arguments: { region: 'eu' } },
    { 'mcp-param-region': 'us' },
  ),
  modern('no parameter header', 'tools/call', { name: 'test_header_parameter', arguments: { region: 'eu' } }),
  modern(
    'a parameter header of no parameter',
    'tools/call',
    { name: 'test_simple_text' },
    { 'mcp-param-foo': 'bar' },
    'a header says nothing that the recorded body does not say',
  ),
  modern('a missing capability', 'tools/call', { name: 'test_missing_capability' }),
  modern('initialize', 'initialize'),
  {
    name: 'modern: an unknown version',
    headers: { ...JSON_BOTH, 'mcp-protocol-version': '2099-01-01', 'mcp-method': 'server/discover' },
    body: request('server/discover', { _meta: { ...META, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' } }),
  },
  {
    name: 'modern: a version in the header alone',
    headers: { ...JSON_BOTH, 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' },
    body: request('tools/list'),
  },
  {
    name: 'modern: a batch',
    headers: { ...JSON_BOTH, 'mcp-protocol-version': MODERN, 'mcp-method': 'server/discover' },
    body: [request('server/discover', { _meta: META })],
  },
  {
    name: 'modern: a response',
    headers: { ...JSON_BOTH, 'mcp-protocol-version': MODERN },
    body: { jsonrpc: '2.0', id: 1, result: {} },
    differs: OWN_ERRORS,
  },
  {
    name: 'modern: an error as a response',
    headers: { ...JSON_BOTH, 'mcp-protocol-version': MODERN },
    body: { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' } },
    differs: OWN_ERRORS,
  },
  {
    name: 'modern: a notification',
    headers: { ...JSON_BOTH, 'mcp-protocol-version': MODERN, 'mcp-method': 'notifications/foo' },
    body: { jsonrpc: '2.0', method: 'notifications/foo', params: { _meta: META } },
  },
  {
    name: 'modern: a notification under another method header',
    headers: { ...JSON_BOTH, 'mcp-protocol-version': MODERN, 'mcp-method': 'notifications/bar' },
    body: { jsonrpc: '2.0', method: 'notifications/foo', params: { _meta: META } },
  },
];

const bodies: readonly OddRequest[] = [
  { name: 'an empty object', headers: { ...JSON_BOTH, 'mcp-protocol-version': MODERN }, body: {} },
  {
    name: 'an id that is null',
    headers: { ...JSON_BOTH, 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' },
    body: request('tools/list', { _meta: META }, null),
  },
  {
    name: 'an id that is a fraction',
    headers: { ...JSON_BOTH, 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' },
    body: request('tools/list', { _meta: META }, 1.5),
  },
  { name: 'no JSON', headers: JSON_BOTH, body: '{"a' },
  { name: 'no body', headers: JSON_BOTH, body: '' },
  { ...modern('', 'server/discover', {}, { origin: 'http://evil.example' }, OWN_ERRORS), name: 'another origin' },
  { ...modern('', 'server/discover', {}, { host: 'evil.example' }, OWN_ERRORS), name: 'another host' },
];

const methods: readonly OddRequest[] = [
  ...['PUT', 'PATCH', 'OPTIONS'].map((method): OddRequest => ({ name: method, method, differs: OWN_ERRORS })),
  { name: 'HEAD', method: 'HEAD', differs: OWN_ERRORS },
  { name: 'GET without accepting streams', method: 'GET', inSession: true, differs: OWN_ERRORS },
  { name: 'GET without a session', method: 'GET', headers: { accept: 'text/event-stream' } },
  {
    name: 'GET in a session that is not there',
    method: 'GET',
    headers: { accept: 'text/event-stream', 'mcp-session-id': 'nope' },
    differs: OWN_SESSIONS,
  },
  { name: 'DELETE', method: 'DELETE', inSession: true },
  {
    name: 'DELETE without a session',
    method: 'DELETE',
    differs: 'there is nothing to end, so the server is not asked',
  },
  {
    name: 'DELETE of a session that is not there',
    method: 'DELETE',
    headers: { 'mcp-session-id': 'nope' },
    differs: OWN_SESSIONS,
  },
];

export const ODD_REQUESTS: readonly OddRequest[] = [...LEGACY_REQUESTS, ...MODERN_REQUESTS, ...bodies, ...methods];
