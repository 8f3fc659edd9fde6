/**
 * Every place in which MCP can carry a text, each as one exchange through a gateway: what a client sends, what a server
 * answers, what either says on a stream, and what goes by in headers and on stderr.
 */
import type { Answering } from '../fakes/mcp-server.ts';
import { answerWith, streamOf } from '../fakes/mcp-server.ts';
import type { SseServer } from '../fakes/sse-server.ts';
import type { TestGateway } from '../e2e/harness.ts';
import { OLD_TRANSPORT } from './old-transport-carriers.ts';

/** `masked`: what detectors find is masked for the other side too. `plain`: only in the book. */
export type Lane = 'plain' | 'masked';

/** With a server of the old HTTP+SSE transport. */
export type LeakGateway = TestGateway & { readonly sse: SseServer };

export type Carried = {
  readonly gateway: LeakGateway;
  readonly lane: Lane;
  readonly text: string;
};

export type Carrier = {
  readonly name: string;
  readonly where: 'request' | 'answer' | 'stream' | 'other';
  /**
   * `opaque`: goes its way as it is, because the other side would not know it again. `own`: reaches nobody but the book and
   * the log.
   */
  readonly wire: 'masked' | 'opaque' | 'own';
  /** How the text is spelled in it, where that is not one of the usual ways. */
  readonly spelled?: (text: string) => string;
  /** Whether it can carry this text at all. */
  readonly fits?: (text: string) => boolean;
  /** Gives everything the client was told. */
  run(carried: Carried): Promise<string>;
};

const NAMES: Readonly<Record<Lane, string>> = { plain: 'notes', masked: 'masked' };
let ids = 50;
/** A server that asks twice under one id is told so. */
const nextId = (): number => ids++;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const encoded = (text: string): string => encodeURIComponent(text);
const DONE = answerWith({ content: [] });

async function ask({ gateway, lane }: Carried, message: object, headers: Record<string, string> = {}): Promise<string> {
  const reply = await gateway.post(NAMES[lane], JSON.stringify({ jsonrpc: '2.0', id: 7, ...message }), headers);
  return `${JSON.stringify([...reply.headers])}\n${reply.text}`;
}

function asked(name: string, of: (text: string) => object, more: Partial<Carrier> = {}): Carrier {
  return {
    name,
    where: 'request',
    wire: 'masked',
    run(carried) {
      carried.gateway.server.answering = DONE;
      return ask(carried, of(carried.text));
    },
    ...more,
  };
}

const argument = (name: string, of: (text: string) => unknown): Carrier =>
  asked(`arguments: ${name}`, (text) => call({ v: of(text) }), { spelled: (text) => JSON.stringify(of(text)) });

const call = (args: object, more: object = {}) => ({
  method: 'tools/call',
  params: { name: 'get_note', arguments: args, ...more },
});

function answered(
  name: string,
  of: (text: string) => object,
  message: object = call({}),
  more: Partial<Carrier> = {},
): Carrier {
  return {
    name,
    where: 'answer',
    wire: 'masked',
    run(carried) {
      carried.gateway.server.answering = answerWith(of(carried.text));
      return ask(carried, message);
    },
    ...more,
  };
}

const content = (name: string, of: (text: string) => object): Carrier =>
  answered(`content: ${name}`, (text) => ({ content: [of(text)] }));

const replying = (of: (text: string) => object, name: string, message: object = call({})): Carrier => ({
  name,
  where: 'answer',
  wire: 'masked',
  run(carried) {
    carried.gateway.server.answering = (seen, response) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: seen.message?.id, ...of(carried.text) });
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    };
    return ask(carried, message);
  },
});

const streamed = (name: string, of: (text: string) => object, meta: object = {}): Carrier => ({
  name: `stream of a call: ${name}`,
  where: 'stream',
  wire: 'masked',
  run(carried) {
    const said = { jsonrpc: '2.0', ...of(carried.text) };
    carried.gateway.server.answering = streamOf(said, { jsonrpc: '2.0', id: '$id', result: { content: [] } });
    return ask(carried, call({}, meta));
  },
});

const VERSION = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientCapabilities': {},
};

function modern(
  name: string,
  of: (text: string) => { params: object; headers: Record<string, string>; method?: string },
  more: Partial<Carrier> = {},
): Carrier {
  return {
    name,
    where: 'request',
    wire: 'masked',
    run(carried) {
      carried.gateway.server.answering = answerWith({ resultType: 'complete', content: [], contents: [] });
      const { method = 'tools/call', params, headers } = of(carried.text);
      const message = { method, params: { ...params, _meta: META } };
      return ask(carried, message, { 'mcp-protocol-version': VERSION, 'mcp-method': method, ...headers });
    },
    ...more,
  };
}

const headerText = (text: string): string => `=?base64?${base64(text)}?=`;
const INITIALIZE = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'leaks', version: '1' } },
};

const REQUESTS: readonly Carrier[] = [
  argument('text', (text) => text),
  argument('deep in objects and arrays', (text) => [{ a: [[{ b: text }]] }]),
  argument('key of an object', (text) => ({ [text]: 1 })),
  argument('number', (text) => (/^\d{1,16}$/.test(text) ? Number(text) : text)),
  argument('JSON in a string, three deep', (text) =>
    JSON.stringify({ a: JSON.stringify([JSON.stringify({ b: text })]) }),
  ),
  argument('JSON lines', (text) => `{"a":1}\nnot json\n${JSON.stringify({ note: text })}\n`),
  argument('CSV', (text) => `id,email,note\n1,none,"${text}"\n2,none,x\n`),
  argument('TSV', (text) => `id\tname\tnote\n1\tnone\t${text}\n`),
  argument('Markdown table', (text) => `| id | note |\n|---|---|\n| 1 | ${text} |\n`),
  argument('HTML', (text) => `<p title="x">${text}</p>`),
  argument('Base64 of text', (text) => base64(`{"note": ${JSON.stringify(text)}}`)),
  argument('Base64 in Base64', (text) => base64(base64(`a note, and in it: ${text} (end)`))),
  argument(
    'Base64 of UTF-16',
    (text) => `powershell -enc ${Buffer.from(`echo "${text}"`, 'utf16le').toString('base64')}`,
  ),
  argument('Base64 in lines of a mail', (text) => {
    const lines = base64(`${'a note to all of you, '.repeat(5)}${text} (end)`).replaceAll(/.{76}/g, '$&\r\n');
    return `Content-Transfer-Encoding: base64\r\n\r\n${lines}\r\n--`;
  }),
  argument('hexadecimal digits', (text) => `\\x${Buffer.from(`a note: ${text} (end)`).toString('hex')}`),
  argument('data URL', (text) => `data:text/plain;base64,${base64(`a note: ${text} (end)`)}`),
  argument('percent-encoded', (text) => `https://x.example/?q=${encoded(text)}&page=2`),
  argument(
    'escapes of JSON in other text',
    (text) => `log: ${Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}`,
  ),
  argument('in the colours of a terminal', (text) => `\u001b[1;31m${text}\u001b[0m, \u001b[32mdone\u001b[0m`),
  argument('in emphasis of Markdown', (text) => `_${text}_ and __${text}__`),
  argument('quoted-printable', (text) => {
    const bytes = Array.from(Buffer.from(text), (byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`);
    return `Content-Transfer-Encoding: quoted-printable\r\n\r\n${bytes.join('').replaceAll(/.{60}/g, '$&=\r\n')}`;
  }),
  argument('full-width characters', (text) =>
    Array.from(text, (char) => (/[!-~]/.test(char) ? String.fromCharCode(char.charCodeAt(0) + 0xfee0) : char)).join(''),
  ),
  asked('_meta of a request', (text) => call({}, { _meta: { 'example.com/note': text } })),
  asked('id of a request', (text) => ({ id: text, ...call({}) }), { wire: 'opaque' }),
  asked('name of a tool', (text) => ({ method: 'tools/call', params: { name: text, arguments: {} } }), {
    wire: 'opaque',
  }),
  asked('name of a method', (text) => ({ method: text, params: {} }), {
    wire: 'opaque',
    fits: (text) => /^[!-~]{1,100}$/.test(text),
  }),
  asked('URI of a resource', (text) => ({ method: 'resources/read', params: { uri: `note://a?q=${encoded(text)}` } })),
  asked('arguments of a prompt', (text) => ({ method: 'prompts/get', params: { name: 'p', arguments: { a: text } } })),
  asked('completion', (text) => ({
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: text } },
  })),
  asked('clientInfo', (text) => ({
    ...INITIALIZE,
    params: { ...INITIALIZE.params, clientInfo: { name: text, version: '1', title: text } },
  })),
  asked('notification of a client', (text) => ({
    id: undefined,
    method: 'notifications/cancelled',
    params: { requestId: 99, reason: text },
  })),
  asked('member of params that another method has', (text) => ({
    id: undefined,
    method: 'notifications/x',
    params: { name: text, requestId: { a: text } },
  })),
  asked('Mcp-Protocol-Version header', () => call({}), {
    wire: 'opaque',
    fits: (text) => /^[!-~]+$/.test(text),
    run(carried) {
      carried.gateway.server.answering = DONE;
      return ask(carried, call({}), { 'mcp-protocol-version': carried.text });
    },
  }),
  asked('words of a search', () => ({}), {
    wire: 'own',
    async run({ gateway, text }) {
      const name = encoded(`name co ${JSON.stringify(text)}`);
      await gateway.api(`/api/v1/events?q=${encoded(text)}&filter=${name}`);
      return '';
    },
  }),
  asked('progress token', (text) => call({}, { _meta: { progressToken: text } }), { wire: 'opaque' }),
  asked('cursor', (text) => ({ method: 'tools/list', params: { cursor: text } }), { wire: 'opaque' }),
  modern('Mcp-Param header', (text) => ({
    params: { name: 'get_note', arguments: { region: text } },
    headers: { 'mcp-name': 'get_note', 'mcp-param-region': headerText(text) },
  })),
  modern('Mcp-Name header', (text) => ({
    method: 'resources/read',
    params: { uri: `note://a?q=${encoded(text)}` },
    headers: { 'mcp-name': `note://a?q=${encoded(text)}` },
  })),
  modern('inputResponses', (text) => ({
    params: { name: 'get_note', arguments: {}, inputResponses: { a: { action: 'accept', content: { note: text } } } },
    headers: { 'mcp-name': 'get_note' },
  })),
  modern('name of an unknown connection', () => ({ params: {}, headers: {} }), {
    wire: 'own',
    async run({ gateway, text }) {
      const { text: told } = await gateway.post(encoded(text), JSON.stringify({ jsonrpc: '2.0', id: 1, ...call({}) }));
      return told;
    },
  }),
  asked('tracestate', () => call({}), {
    fits: (text) => /^[!-+\--<>-~]{1,200}$/.test(text),
    run(carried) {
      carried.gateway.server.answering = DONE;
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';
      return ask(carried, call({}), { traceparent, tracestate: `vendor=${carried.text}` });
    },
  }),
];

const resource = (of: object): object => ({ type: 'resource', resource: { uri: 'note://a', ...of } });

const LIST = { method: 'tools/list', params: {} };

const ANSWERS: readonly Carrier[] = [
  content('text', (text) => ({ type: 'text', text })),
  content('JSON in text', (text) => ({ type: 'text', text: JSON.stringify({ rows: [{ note: text }] }) })),
  content('CSV in text', (text) => ({
    type: 'text',
    text: `Found:\n\nid,email,note\n1,none,"${text}"\n\nThat is all.`,
  })),
  content('text of a resource', (text) => resource({ text })),
  content('blob of text', (text) => resource({ mimeType: 'text/plain', blob: base64(`a note: ${text} (end)`) })),
  content('blob of JSON', (text) =>
    resource({ mimeType: 'application/json', blob: base64(JSON.stringify({ note: text })) }),
  ),
  content('blob of CSV', (text) =>
    resource({ mimeType: 'text/csv', blob: base64(`id,email,note\n1,none,"${text}"\n`) }),
  ),
  content('text that says it is an image', (text) => ({
    type: 'image',
    mimeType: 'image/png',
    data: base64(`a note: ${text} (end)`),
  })),
  content('link to a resource', (text) => ({
    type: 'resource_link',
    uri: `note://a?q=${encoded(text)}`,
    name: 'a',
    title: text,
    description: text,
  })),
  content('annotations and _meta', (text) => ({ type: 'text', text: 'a', _meta: { 'example.com/note': text } })),
  answered('structuredContent', (text) => ({ content: [], structuredContent: { rows: [{ note: text }] } })),
  answered('key in structuredContent', (text) => ({ content: [], structuredContent: { [text]: 3 } })),
  answered('result of a tool that failed', (text) => ({ isError: true, content: [{ type: 'text', text }] })),
  answered('_meta of a result', (text) => ({ content: [], _meta: { 'example.com/note': text } })),
  replying((text) => ({ error: { code: -32000, message: text } }), 'message of an error'),
  replying((text) => ({ error: { code: -32000, message: 'x', data: { why: [text] } } }), 'data of an error'),
  answered(
    'requestState',
    (text) => ({ resultType: 'input_required', inputRequests: {}, requestState: text }),
    call({}),
    {
      wire: 'opaque',
    },
  ),
  answered('inputRequests', (text) => ({
    resultType: 'input_required',
    inputRequests: {
      a: { method: 'elicitation/create', params: { mode: 'form', message: text, requestedSchema: {} } },
    },
  })),
  answered(
    'instructions',
    (text) => ({
      protocolVersion: '2025-11-25',
      capabilities: {},
      serverInfo: { name: 's', version: '1', title: text },
      instructions: text,
    }),
    INITIALIZE,
  ),
  answered(
    'description of a tool',
    (text) => ({ tools: [{ name: 'get_a', description: text, inputSchema: { type: 'object', description: text } }] }),
    LIST,
  ),
  answered(
    'default in a schema',
    (text) => ({
      tools: [{ name: 'get_b', inputSchema: { type: 'object', properties: { a: { default: text, enum: [text] } } } }],
    }),
    LIST,
  ),
  answered(
    'key in a definition with hidden text',
    (text) => ({
      tools: [{ name: 'get_c', inputSchema: { type: 'object', properties: { [text]: { title: 'a\u200b\u200bb' } } } }],
    }),
    LIST,
  ),
  answered('nextCursor', (text) => ({ tools: [], nextCursor: text }), LIST, { wire: 'opaque' }),
  answered('description of a prompt', (text) => ({ prompts: [{ name: 'p', description: text }] }), {
    method: 'prompts/list',
    params: {},
  }),
  answered('messages of a prompt', (text) => ({ messages: [{ role: 'user', content: { type: 'text', text } }] }), {
    method: 'prompts/get',
    params: { name: 'p' },
  }),
  answered('completion values', (text) => ({ completion: { values: [text] } }), {
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: 'x' } },
  }),
  answered('contents of a resource', (text) => ({ contents: [{ uri: 'note://a', text }] }), {
    method: 'resources/read',
    params: { uri: 'note://a' },
  }),
  answered(
    'list of resources',
    (text) => ({
      resources: [{ uri: `note://a?q=${encoded(text)}`, name: 'a', description: text }],
    }),
    { method: 'resources/list', params: {} },
  ),
  replying((text) => ({ result: { content: [] }, note: text }), 'unknown member of the envelope'),
];

const STREAMS: readonly Carrier[] = [
  streamed('log', (text) => ({ method: 'notifications/message', params: { level: 'info', data: { note: text } } })),
  streamed(
    'progress',
    (text) => ({ method: 'notifications/progress', params: { progressToken: 1, progress: 1, message: text } }),
    { _meta: { progressToken: 1 } },
  ),
  streamed('sampling', (text) => ({
    id: nextId(),
    method: 'sampling/createMessage',
    params: { messages: [{ role: 'user', content: { type: 'text', text } }], systemPrompt: text, maxTokens: 1 },
  })),
  streamed('elicitation', (text) => ({
    id: nextId(),
    method: 'elicitation/create',
    params: {
      message: text,
      requestedSchema: { type: 'object', properties: { a: { type: 'string', description: text } } },
    },
  })),
  streamed('member of params that a call has', (text) => ({ method: 'notifications/x', params: { name: text } })),
  streamed('unknown notification', (text) => ({ method: 'notifications/x', params: { note: text } })),
  {
    name: 'stream of a call: name of the event',
    where: 'stream',
    wire: 'own',
    fits: (text) => !/[\r\n]/.test(text),
    run(carried) {
      carried.gateway.server.answering = (seen, response) => {
        const answer = JSON.stringify({ jsonrpc: '2.0', id: seen.message?.id, result: { content: [] } });
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`event: ${carried.text}\ndata: ${answer}\n\n`);
      };
      return ask(carried, call({}));
    },
  },
  {
    name: 'GET stream',
    where: 'stream',
    wire: 'masked',
    run: (carried) =>
      listening(carried, { method: 'notifications/message', params: { level: 'info', data: carried.text } }),
  },
  {
    name: 'answer to a question of the server',
    where: 'request',
    wire: 'masked',
    run: (carried) => answering(carried),
  },
];

/** A session whose server says one message on the stream that its client listens to. */
async function listening(carried: Carried, said: object): Promise<string> {
  const { gateway, lane } = carried;
  const answer: Answering = (seen, response) => {
    if (seen.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', ...said })}\n\n`);
      return;
    }
    response.setHeader('mcp-session-id', 'upstream-session');
    return answerWith({ protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } })(
      seen,
      response,
    );
  };
  gateway.server.answering = answer;
  const session = await begun(carried);
  const token = await gateway.token();
  const response = await fetch(gateway.url(NAMES[lane]), {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...session },
  });
  return response.text();
}

async function begun({ gateway, lane }: Carried): Promise<Record<string, string>> {
  const reply = await gateway.post(NAMES[lane], JSON.stringify({ jsonrpc: '2.0', id: 1, ...INITIALIZE }));
  const id = reply.headers.get('mcp-session-id');
  if (id === null) throw new Error(`no session: ${reply.text}`);
  return { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
}

/** The server asks while a call is under way, the client answers with the text. */
async function answering(carried: Carried): Promise<string> {
  const { gateway, lane, text } = carried;
  let finish = (): void => undefined;
  gateway.server.answering = (seen, response) => {
    if (seen.message?.method === 'initialize') response.setHeader('mcp-session-id', 'upstream-session');
    if (seen.message?.method !== 'tools/call') {
      finish();
      return seen.message?.method === 'initialize'
        ? answerWith({ protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } })(
            seen,
            response,
          )
        : void response.writeHead(202).end();
    }
    const question = {
      jsonrpc: '2.0',
      id: 60,
      method: 'elicitation/create',
      params: { message: 'who?', requestedSchema: {} },
    };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(question)}\n\n`);
    const { id } = seen.message;
    finish = () => response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`);
  };
  const session = await begun(carried);
  const stream = await gateway.open(NAMES[lane], JSON.stringify({ jsonrpc: '2.0', id: 8, ...call({}) }), session);
  await seenIn(() => stream.received(), /elicitation/);
  // the gateway gives its clients the id under which they are to answer
  const [, id = '60'] = /"id":("[^"]*"|\d+),"method":"elicitation/.exec(stream.received()) ?? [];
  const body = `{"jsonrpc":"2.0","id":${id},"result":${JSON.stringify({ action: 'accept', content: { note: text } })}}`;
  const { text: told } = await gateway.post(NAMES[lane], body, session);
  // the server waits for an answer that does not come
  if (told.includes('"denied"')) finish();
  return `${told}\n${await stream.ended()}`;
}

async function seenIn(text: () => string, pattern: RegExp): Promise<void> {
  for (let turn = 0; turn < 500 && !pattern.test(text()); turn += 1)
    await new Promise((next) => {
      setTimeout(next, 10);
    });
}

/** A process that says on stderr, and answers, what it is told. */
const PIPES: Readonly<Record<Lane, string>> = { plain: 'pipe', masked: 'maskedpipe' };
export const PIPE_SCRIPT = `
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  const said = message.params?.arguments?.v;
  if (said !== undefined) process.stderr.write('working on ' + said + '\\n');
  const unasked = { jsonrpc: '2.0', method: 'notifications/x', params: { note: said } };
  if (message.params?.arguments?.unasked) process.stdout.write(JSON.stringify(unasked) + '\\n');
  const answer = { jsonrpc: '2.0', id: message.id, result: { content: [{ type: 'text', text: 'it is ' + said }] } };
  process.stdout.write(JSON.stringify(answer) + '\\n');
});`;

const piped = (name: string, args: object): Carrier => ({
  name,
  where: 'other',
  wire: 'masked',
  async run({ gateway, lane, text }) {
    const message = { jsonrpc: '2.0', id: 7, ...call({ v: text, ...args }) };
    const reply = await gateway.post(PIPES[lane], JSON.stringify(message));
    await seenIn(() => gateway.log(), /server stderr/);
    return reply.text;
  },
});

export const PIPE_NAMES: readonly string[] = Object.values(PIPES);
export const CARRIERS: readonly Carrier[] = [
  ...REQUESTS,
  ...ANSWERS,
  ...STREAMS,
  piped('stdio: answer and a line of stderr', {}),
  piped('stdio: message outside every call', { unasked: true }),
  ...OLD_TRANSPORT,
];
