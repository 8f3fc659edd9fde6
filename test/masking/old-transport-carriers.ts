/** The old HTTP+SSE transport (MCP 2024-11-05, Transports) as a carrier: a server of it, and a client of it. */
import { message, type SseServer } from '../fakes/sse-server.ts';
import type { TestGateway } from '../e2e/harness.ts';
import type { Carried, Carrier, Lane } from './leak-carriers.ts';

/** Connections to the server of the old transport. */
const SERVERS: Readonly<Record<Lane, string>> = { plain: 'sse', masked: 'maskedsse' };
export const SSE_NAMES: readonly string[] = Object.values(SERVERS);

type OldClient = {
  send(body: object): Promise<void>;
  /** Everything that came down, once it holds this. */
  until(part: string): Promise<string>;
  leave(): void;
};

async function openOld(gateway: TestGateway, connection: string): Promise<OldClient> {
  const stop = new AbortController();
  const authorization = `Bearer ${await gateway.token()}`;
  const response = await fetch(gateway.url(connection), {
    headers: { accept: 'text/event-stream', authorization },
    signal: stop.signal,
  });
  const pieces = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let received = '';
  const until = async (part: string): Promise<string> => {
    while (!received.includes(part)) {
      const piece = await pieces?.read();
      if (piece?.value === undefined) throw new Error(`the stream ended without ${part}: ${received}`);
      received += piece.value;
    }
    return received;
  };
  const [, address = ''] = /data: (\S+)\n\n/.exec(await until('\n\n')) ?? [];
  const client: OldClient = {
    async send(body) {
      const reply = await fetch(new URL(address, gateway.origin), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      });
      if (reply.status !== 202) throw new Error(`${reply.status} ${await reply.text()}`);
    },
    until,
    leave: () => stop.abort(),
  };
  await client.send({
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } },
  });
  await until('"id":0,');
  return client;
}

const carrier = (name: string, run: (carried: Carried) => Promise<string>): Carrier => ({
  name: `HTTP+SSE: ${name}`,
  where: 'other',
  wire: 'masked',
  run,
});

/** What the server was sent since. */
const postsSince = ({ posts }: SseServer, before: number): string =>
  posts
    .slice(before)
    .map(({ body }) => body)
    .join('\n');

/** The server says back what it is told. */
const echoed = (id: number, text: string) => ({ id, method: 'echo', params: { note: text } });

export const OLD_TRANSPORT: readonly Carrier[] = [
  carrier('call of a server and its answer', async ({ gateway, lane, text }) => {
    const { length: before } = gateway.sse.posts;
    const said = { jsonrpc: '2.0', ...echoed(7, text) };
    const reply = await gateway.post(SERVERS[lane], JSON.stringify(said));
    return `${reply.text}\n${postsSince(gateway.sse, before)}`;
  }),
  carrier('call of a client and its answer', async ({ gateway, lane, text }) => {
    const { length: before } = gateway.sse.posts;
    const client = await openOld(gateway, SERVERS[lane]);
    await client.send(echoed(9, text));
    const told = await client.until('"id":9,');
    client.leave();
    return `${told}\n${postsSince(gateway.sse, before)}`;
  }),
  carrier('message outside every call', async ({ gateway, lane, text }) => {
    const session = gateway.sse.streams.length;
    const client = await openOld(gateway, SERVERS[lane]);
    gateway.sse.say(session, message({ method: 'notifications/message', params: { level: 'info', data: text } }));
    // an answer that comes after it, whatever becomes of it
    await client.send(echoed(9, 'and then'));
    const told = await client.until('"id":9,');
    client.leave();
    return told;
  }),
];
