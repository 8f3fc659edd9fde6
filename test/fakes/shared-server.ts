/**
 * An MCP server as one process that several callers share: tools by name that hold calls, ask clients and tell news, and
 * `vendor/seen`, which gives methods and names of everything it was sent.
 */
import { createInterface } from 'node:readline';

type Message = {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: Readonly<Record<string, unknown>> };
  readonly result?: unknown;
  readonly error?: unknown;
};

const say = (message: object): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const seen: Message[] = [];
const held: Message[] = [];
let asker: Message | undefined;

const TOOLS: Readonly<Record<string, (message: Message) => void>> = {
  get_hold: (message) => void held.push(message),
  get_release: ({ id }) => {
    for (const message of held.splice(0)) say({ id: message.id, result: { content: [], held: true } });
    say({ id, result: { content: [] } });
  },
  get_ask: (message) => {
    asker = message;
    say({ id: 'server-1', method: 'sampling/createMessage', params: { messages: [], ...message.params?.arguments } });
  },
  get_news: ({ id, params }) => {
    const data = params?.arguments?.['data'];
    say({ method: 'notifications/message', params: { level: 'info', data } });
    for (const message of held)
      say({
        method: 'notifications/resources/updated',
        params: { uri: 'note://a', data, _meta: { 'io.modelcontextprotocol/subscriptionId': message.id } },
      });
    say({ id, result: { content: [] } });
  },
};

function hear(message: Message): void {
  const { id, method, params } = message;
  if (method === undefined) {
    if (id === 'server-1') say({ id: asker?.id, result: { content: [], told: message.result ?? message.error } });
    return;
  }
  if (id === undefined) return;
  if (method === 'vendor/seen')
    return say({
      id,
      result: { seen: seen.map((one) => [one.method ?? 'an answer', one.params?.name].join(' ').trim()) },
    });
  if (method === 'subscriptions/listen') {
    held.push(message);
    const _meta = { 'io.modelcontextprotocol/subscriptionId': id };
    return say({ method: 'notifications/subscriptions/acknowledged', params: { _meta } });
  }
  const tool = TOOLS[params?.name ?? ''];
  if (method === 'tools/call' && tool !== undefined) return tool(message);
  return say({ id, result: { content: [] } });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as Message;
  seen.push(message);
  hear(message);
});
