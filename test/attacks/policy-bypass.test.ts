/**
 * Ways past a policy, tried on a whole gateway: what a level or rule means must not depend on how a caller spells it.
 * Each is named after the bypass, must leave the code given in the book, and must reach no server.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerWith } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from '../e2e/harness.ts';

const POLICY = `levels:
  guarded:
    allow: ["tools/call:*", "prompts/get:*", "resources/read:*", "completion/complete:*", "subscriptions/listen"]
    deny:
      - "tools/call:drop_*"
      - "tools/call:admin:*"
      - "prompts/get:secret"
      - "resources/read:file:///secret/*"
      - "resources/read:file:///docs/a,b"
      - "resources/read:http://127.0.0.1/*"
      - "resources/subscribe:memo://live/*"
      - "completion/complete:memo://x/*"
  listed: { allow: ["tools/call:get_note", "prompts/get:hello", "resources/read:file:///public/*"] }
grants:
  - { clients: ["idp:robot"], connections: [notes], level: guarded }
  - { clients: ["idp:robot"], connections: [masked], level: listed }
rules:
  - { name: no-root, when: 'method.startsWith("resources/") && name.startsWith("file:///root/")', then: deny }
`;

type Attack = {
  readonly name: string;
  readonly body: string;
  readonly headers?: Record<string, string>;
  /** `guarded` allows nearly everything and denies something, `listed` allows something. */
  readonly level?: 'guarded' | 'listed';
  /** What the book says; `denied` by default. */
  readonly code?: string;
};

const request = (method: string, params?: object): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
const tool = (name: string): string => JSON.stringify(toolCall(name));
const read = (uri: string): string => request('resources/read', { uri });
const subscribe = (uri: string): string => request('resources/subscribe', { uri });
const complete = (ref: object): string => request('completion/complete', { ref, argument: { name: 'a', value: '' } });

const reads = (what: string, uris: readonly string[]): readonly Attack[] =>
  uris.map((uri) => ({ name: `${what}: ${JSON.stringify(uri)}`, body: read(uri) }));

const URIS: readonly Attack[] = [
  ...reads('another spelling of scheme or authority', [
    'FILE:///secret/a',
    'file:/secret/a',
    'file://localhost/secret/a',
    'file://LOCALHOST/secret/a',
    'http://127.0.0.1:80/',
    'http://127.0.0.1:/',
    'HTTP://127.0.0.1',
  ]),
  ...reads('an authority read in two ways', [
    'http://user@127.0.0.1/',
    'http://example.com@127.0.0.1/',
    'http://127.0.0.1./',
    'http://127.0.0.1:080/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http:/127.0.0.1/',
    'http:\\\\127.0.0.1\\',
    'http:////127.0.0.1/',
    'http://127。0。0。1/',
    'file://127.0.0.1/secret/a',
    'file:secret/a',
  ]),
  ...reads('encoding of what needs none', ['file:///s%65cret/a', 'file:///%73%65%63%72%65%74/a', 'file:///docs/a%2Cb']),
  ...reads('dot segments', [
    'file:///public/../secret/a',
    'file:///./secret/a',
    'file:///public/..;/secret/a',
    'file:///public/%2e%2e/secret/a',
    'file:///public/.%2E/secret/a',
  ]),
  ...reads('doubly encoded', [
    'file:///public/%252e%252e/secret/a',
    'file:///public%252fsecret',
    'file:///public/%25252e%25252e/secret/a',
  ]),
  ...reads('encoded slash or backslash', [
    'file:///public%2F..%2Fsecret/a',
    'file:///public%5c..%5csecret',
    'file:///secret%2fa',
  ]),
  ...reads('backslashes', ['file:///public\\..\\secret\\a', 'file:\\\\\\secret\\a']),
  ...reads('NUL and other controls', [
    'file:///secret/a\u0000.txt',
    'file:///public/a%00/../../secret/a',
    'file:///sec\tret/a',
    ' file:///secret/a',
    'file:///secret/a\n',
  ]),
  ...reads('slashes a file server merges', ['file:////secret/a', 'file:///secret//a', 'file://///secret/a']),
  ...reads('fragment, query and parameters', [
    'file:///secret/a#b',
    'file:///secret/a?b',
    'file:///docs/a,b;v=1',
    'file:///docs/a,b?x#y',
    'file:///docs/a,b/',
  ]),
  ...reads('a rule passed by another spelling', ['FILE:///r%6Fot/a', 'file://localhost/root/a']),
  { name: 'subscribing to what may not be read', body: subscribe('FILE:/secret/a') },
  { name: 'subscribing to what may not be subscribed to, in another spelling', body: subscribe('MEMO://LIVE/a') },
  { name: 'unsubscribing where a rule denies', body: request('resources/unsubscribe', { uri: 'file:/root/a' }) },
  ...['FILE:/secret/a', 'MEMO://LIVE/a', 'file:///root/a', 'file:///a/../b'].map((uri) => ({
    name: `watching among others what may not be watched: ${uri}`,
    body: request('subscriptions/listen', { notifications: { resourceSubscriptions: ['memo://fine', uri] } }),
  })),
  { name: 'a URI that only begins like an allowed one', body: read('file:///publicity/a'), level: 'listed' },
  { name: 'the allowed URI in another case', body: read('file:///PUBLIC/a'), level: 'listed' },
  { name: 'the allowed directory without its slash', body: read('file:///public'), level: 'listed' },
  { name: 'an allowed URI inside another', body: read('fetch://file:///public/a'), level: 'listed' },
  { name: 'an empty URI', body: read(''), code: 'invalid_request' },
];

const COMPLETIONS: readonly Attack[] = [
  { name: 'completing a denied prompt', body: complete({ type: 'ref/prompt', name: 'secret' }) },
  {
    name: 'completing for a template below a denied folder',
    body: complete({ type: 'ref/resource', uri: 'FILE:/secret/{a}' }),
  },
  {
    name: 'completing for a denied URI that is no template',
    body: complete({ type: 'ref/resource', uri: 'file:///docs/a%2Cb' }),
  },
  {
    name: 'completing what only completion denies, in another spelling',
    body: complete({ type: 'ref/resource', uri: 'MEMO://X/{a}' }),
  },
  { name: 'a template that walks up', body: complete({ type: 'ref/resource', uri: 'file:///public/../{a}' }) },
  {
    name: 'a prompt that hides behind a resource',
    body: complete({ type: 'ref/prompt', name: 'secret', uri: 'memo://fine' }),
  },
  { name: 'a ref of no known type', body: complete({ type: 'ref/tool', name: 'get_note' }), code: 'invalid_request' },
  {
    name: 'a ref in another case',
    body: complete({ type: 'ref/prompt', name: 'hello', Name: 'secret' }),
    code: 'invalid_request',
  },
  { name: 'completing without a ref', body: request('completion/complete', { argument: {} }), code: 'invalid_request' },
  { name: 'a prompt nobody listed', body: complete({ type: 'ref/prompt', name: 'bye' }), level: 'listed' },
];

const NAMES: readonly Attack[] = [
  { name: 'a denied tool', body: tool('drop_all') },
  { name: 'a denied tool spelled with escapes', body: tool('drop_all').replace('drop_all', '\\u0064\\u0072op_all') },
  { name: 'a key spelled with escapes', body: tool('drop_all').replace('"name"', '"n\\u0061me"') },
  {
    name: 'a second name in another spelling of the key',
    body: tool('get_note').replace('"name"', '"n\\u0061me":"drop_all","name"'),
    code: 'duplicate_key',
  },
  {
    name: 'a second name in another case',
    body: tool('get_note').replace('"name"', '"Name":"drop_all","name"'),
    code: 'invalid_request',
  },
  { name: 'a colon in a name, where patterns have one', body: tool('admin:users') },
  { name: 'a name with nothing behind the star', body: tool('drop_') },
  { name: 'a slash, which a star does not stop at', body: tool('drop_a/b/../get_note') },
  { name: 'a line break, which a star does not stop at', body: tool('drop_a\nget_note') },
  { name: 'an empty name', body: tool(''), code: 'invalid_request' },
  { name: 'no name', body: request('tools/call', { arguments: {} }), code: 'invalid_request' },
  { name: 'a list of names', body: tool('x').replace('"x"', '["get_note"]'), code: 'invalid_request' },
  { name: 'a name that is no text', body: tool('x').replace('"x"', '7'), code: 'invalid_request' },
  ...[
    'Get_note',
    'GET_NOTE',
    'get_n\u043ete',
    '\uff47et_note',
    'get_note\u200b',
    'get_note\u0000',
    'get_note ',
    ' get_note',
    'get_note\n',
    'get_notes',
    'get_',
    'get_*',
    '*',
    'get_note:x',
    'tools/call:get_note',
  ].map((name): Attack => ({
    name: `looks like an allowed tool: ${JSON.stringify(name)}`,
    body: tool(name),
    level: 'listed',
  })),
  { name: 'an allowed prompt called as a tool', body: tool('hello'), level: 'listed' },
  {
    name: 'an allowed tool asked for as a prompt',
    body: request('prompts/get', { name: 'get_note' }),
    level: 'listed',
  },
  { name: 'a denied prompt', body: request('prompts/get', { name: 's\u0065cret' }) },
  {
    name: 'composed and decomposed: another prompt',
    body: request('prompts/get', { name: 'hell\u006f\u0301' }),
    level: 'listed',
  },
];

const METHODS: readonly Attack[] = [
  ...[
    'tools/Call',
    'TOOLS/CALL',
    'tools//call',
    'tools/call/',
    'tools/call:get_note',
    'tools/call*',
    './tools/call',
    'Tools/call',
  ].map((method): Attack => ({
    name: `a method nobody allowed: ${method}`,
    body: request(method, { name: 'drop_all' }),
  })),
  ...[' tools/call', 'tools/call\u0000', 'tools/cal\u0131', '', 'tools/call\n'].map((method): Attack => ({
    name: `no method name: ${JSON.stringify(method)}`,
    body: request(method, { name: 'drop_all' }),
    code: 'invalid_request',
  })),
  ...['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/update'].map((method): Attack => ({
    name: `${method} of a task of another caller`,
    body: request(method, { taskId: 'of-another-caller' }),
    code: 'unknown_task',
  })),
  { name: 'logging/setLevel does not come with any level', body: request('logging/setLevel') },
  { name: 'a request named like an answer', body: request('response'), code: 'invalid_request' },
  {
    name: 'a notification named like an answer',
    body: '{"jsonrpc":"2.0","method":"response"}',
    code: 'invalid_request',
  },
  {
    name: 'a tool call as a notification',
    body: '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"drop_all"}}',
    code: 'invalid_request',
  },
  {
    name: 'a tool call with a null id',
    body: tool('drop_all').replace('"id":1', '"id":null'),
    code: 'invalid_request',
  },
  {
    name: 'a tool call that is an answer too',
    body: tool('get_note').replace('"id":1', '"id":1,"result":{}'),
    code: 'invalid_request',
  },
  {
    name: 'a method in another case beside an allowed one',
    body: request('ping').replace('"method"', '"Method":"tools/call","method"'),
    code: 'invalid_request',
  },
  { name: 'a denied call in a batch', body: `[${request('ping')},${tool('drop_all')}]`, code: 'batch' },
  { name: 'a denied call behind a byte order mark', body: `\ufeff${tool('drop_all')}`, code: 'parse_error' },
  { name: 'a second message behind the first', body: `${request('ping')}${tool('drop_all')}`, code: 'parse_error' },
];

const base64 = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;
const HEADERS: readonly Attack[] = [
  {
    name: 'a header that names an allowed tool',
    body: tool('drop_all'),
    headers: { 'mcp-name': 'get_note' },
    code: 'header_mismatch',
  },
  {
    name: 'a header that names a denied tool',
    body: tool('get_note'),
    headers: { 'mcp-name': 'drop_all' },
    code: 'header_mismatch',
  },
  {
    name: 'the same in Base64',
    body: tool('get_note'),
    headers: { 'mcp-name': base64('drop_all') },
    code: 'header_mismatch',
  },
  {
    name: 'Base64 with set trailing bits',
    body: tool('a'),
    headers: { 'mcp-name': '=?base64?YR==?=' },
    code: 'header_mismatch',
  },
  {
    name: 'a header name in another case of the tool',
    body: tool('get_note'),
    headers: { 'mcp-name': 'Get_note' },
    code: 'header_mismatch',
  },
  {
    name: 'two headers that name tools',
    body: tool('get_note'),
    headers: { 'mcp-name': 'get_note, drop_all' },
    code: 'header_mismatch',
  },
  {
    name: 'a header that names another method',
    body: tool('get_note'),
    headers: { 'mcp-method': 'prompts/get' },
    code: 'header_mismatch',
  },
  {
    name: 'a header of a URI in another spelling',
    body: read('memo://a'),
    headers: { 'mcp-name': 'MEMO://a' },
    code: 'header_mismatch',
  },
  {
    name: 'a header that agrees with a denied body',
    body: tool('drop_all'),
    headers: { 'mcp-name': 'drop_all', 'mcp-method': 'tools/call' },
  },
];

const ATTACKS: readonly Attack[] = [...URIS, ...COMPLETIONS, ...NAMES, ...METHODS, ...HEADERS];
const connectionOf = ({ level }: Attack): string => (level === 'listed' ? 'masked' : 'notes');

test('ways past a policy', async (t) => {
  const gateway = await startTestGateway(t, { policy: POLICY });
  for (const attack of ATTACKS) {
    await t.test(attack.name, async () => {
      const before = gateway.server.seen.length;
      await gateway.post(connectionOf(attack), attack.body, attack.headers);
      assert.deepEqual(gateway.server.seen.slice(before), [], 'something went up');
    });
  }
  await t.test('each left exactly one refusal in the book, with its code', async () => {
    const denied = (await gateway.records()).flatMap(({ leaf }) => (leaf.kind === 'denied' ? [leaf.st] : []));
    assert.deepEqual(
      denied.map((code, at) => `${ATTACKS[at]?.name}: ${code}`),
      ATTACKS.map(({ name, code }) => `${name}: ${code ?? 'denied'}`),
    );
  });
  await t.test('what the same policy allows still passes, as it was sent', async () => {
    const allowed: readonly Attack[] = [
      { name: '', body: tool('get_note') },
      { name: '', body: tool('Drop_all') },
      { name: '', body: tool('g\u0435t_note').replace('\u0435', '\\u0435') },
      { name: '', body: tool('administer:users') },
      { name: '', body: read('http://127.0.0.2/') },
      { name: '', body: read('file:///secrets/%7E') },
      { name: '', body: read('file:///docs/a,b.txt') },
      { name: '', body: subscribe('memo://alive/a') },
      { name: '', body: complete({ type: 'ref/resource', uri: 'file:///docs/{a}' }) },
      { name: '', body: request('subscriptions/listen', { notifications: { resourceSubscriptions: ['memo://a'] } }) },
      { name: '', body: tool('get_note'), level: 'listed', headers: { 'mcp-name': base64('get_note') } },
      { name: '', body: read('FILE://localhost/public/a?b#c'), level: 'listed' },
      { name: '', body: request('prompts/get', { name: 'hello' }), level: 'listed' },
    ];
    const before = gateway.server.seen.length;
    for (const attack of allowed) await gateway.post(connectionOf(attack), attack.body, attack.headers);
    assert.deepEqual(
      gateway.server.seen.slice(before).map(({ body }) => body),
      allowed.map(({ body }) => body),
    );
  });
});

test('a template is listed by its beginning, and what it makes is judged when it is read', async (t) => {
  const gateway = await startTestGateway(t, {
    policy: `levels:
  docs: { allow: ["resources/read:file:///docs/*"], deny: ["resources/read:file:///docs/keys/*"] }
grants: [{ clients: ["idp:robot"], connections: [notes], level: docs }]
`,
  });
  const templates = [
    'file:///docs/{+path}',
    'FILE:///docs/{name}.txt',
    'file:///{folder}/keys/{name}',
    '{+uri}',
    'file:///docs/keys/{name}',
    'FILE:/docs/k%65ys/{name}',
    'file:///docs/../{name}',
    'file:///etc/{name}',
    'file:///docs/keys/a',
    'file:///docs/a',
  ];
  gateway.server.answering = answerWith({
    resourceTemplates: templates.map((uriTemplate) => ({ uriTemplate, name: 'x' })),
  });
  const listed = await gateway.post('notes', request('resources/templates/list'));
  const { resourceTemplates } = listed.json['result'] as { resourceTemplates: { uriTemplate: string }[] };
  assert.deepEqual(
    resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    [...templates.slice(0, 4), 'file:///docs/a'],
  );
  const before = gateway.server.seen.length;
  for (const uri of ['file:///docs/keys/a', 'file:///docs/k%65ys/a', 'file:///etc/a', 'file:///docs/x/../keys/a'])
    assert.match((await gateway.post('notes', read(uri))).text, /"denied"/, uri);
  assert.equal(gateway.server.seen.length, before);
  await gateway.post('notes', read('file:///docs/x/keys/a'));
  assert.equal(gateway.server.seen.length, before + 1);
});
