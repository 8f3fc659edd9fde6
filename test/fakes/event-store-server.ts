/** An MCP server of the official SDK with sessions and an event store, over streamable HTTP on loopback: it resumes and polls. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** Ids that name their stream, as the specification wants them. */
function createEventStore(): EventStore {
  const events: { id: string; stream: string; message: JSONRPCMessage }[] = [];
  return {
    async storeEvent(stream, message) {
      const id = `${stream}#${events.length}`;
      events.push({ id, stream, message });
      return id;
    },
    async getStreamIdForEventId(id) {
      return events.find((event) => event.id === id)?.stream;
    },
    async replayEventsAfter(lastId, { send }) {
      const at = events.findIndex(({ id }) => id === lastId);
      const stream = events[at]?.stream ?? '';
      for (const event of events.slice(at + 1))
        if (event.stream === stream && 'jsonrpc' in event.message) await send(event.id, event.message);
      return stream;
    },
  };
}

export type EventStoreServer = {
  readonly url: string;
  /** The servers of the sessions so far. */
  readonly sessions: readonly McpServer[];
  /** Lets the tool `wait` answer. */
  release(): void;
  close(): Promise<void>;
};

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString()) as unknown);
}

export async function startEventStoreServer(): Promise<EventStoreServer> {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const sessions: McpServer[] = [];
  let released = Promise.withResolvers<void>();

  const begin = async (): Promise<StreamableHTTPServerTransport> => {
    const server = new McpServer({ name: 'event-store', version: '1' }, { capabilities: { logging: {} } });
    server.registerTool('poll', { description: 'ends its stream before it answers' }, async (extra) => {
      extra.closeSSEStream?.();
      return { content: [{ type: 'text', text: 'polled' }] };
    });
    server.registerTool('wait', { description: 'answers when it is told to' }, async () => {
      await released.promise;
      released = Promise.withResolvers<void>();
      return { content: [{ type: 'text', text: 'waited' }] };
    });
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      eventStore: createEventStore(),
      retryInterval: 20,
      onsessioninitialized: (id) => void transports.set(id, transport),
    });
    await server.connect(transport);
    sessions.push(server);
    return transport;
  };

  const http = createServer((request, response) => {
    void (async () => {
      const id = request.headers['mcp-session-id'];
      const known = typeof id === 'string' ? transports.get(id) : undefined;
      if (typeof id === 'string' && known === undefined) return response.writeHead(404).end();
      const body = request.method === 'POST' ? await bodyOf(request) : undefined;
      return (known ?? (await begin())).handleRequest(request, response, body);
    })();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    sessions,
    release: () => released.resolve(),
    async close() {
      for (const server of sessions) await server.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
