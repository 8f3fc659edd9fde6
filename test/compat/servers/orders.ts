/**
 * A server on the official SDK v2 whose one tool cancels orders, and says each time that it did: in the modern era as that SDK serves it, in
 * the legacy one with sessions, so that it is known what its clients can do, and at `/stateless` without, which is that SDK's own way. Prints
 * the address; ends with the process that started it.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  isLegacyRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

function createOrders(era: 'legacy' | 'modern'): McpServer {
  const server = new McpServer({ name: 'orders', version: '1.0.0' });
  server.registerTool(
    'cancel-order',
    { description: 'Cancels an order', inputSchema: z.object({ order: z.string() }) },
    async ({ order }) => {
      process.stdout.write(`cancelled ${order}\n`);
      return { content: [{ type: 'text', text: `cancelled ${order} (${era})` }] };
    },
  );
  return server;
}

const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();

async function beginSession(): Promise<WebStandardStreamableHTTPServerTransport> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  });
  await createOrders('legacy').connect(transport);
  return transport;
}

const modern = createMcpHandler(() => createOrders('modern'), { legacy: 'reject' });
const stateless = createMcpHandler(({ era }) => createOrders(era));
const nodeHandler = toNodeHandler({
  async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === '/stateless') return stateless.fetch(request);
    if (!(await isLegacyRequest(request))) return modern.fetch(request);
    const transport = sessions.get(request.headers.get('mcp-session-id') ?? '') ?? (await beginSession());
    return transport.handleRequest(request);
  },
});
const server = createServer((request, response) => {
  // Under exactOptionalPropertyTypes node's own type does not fit the one the SDK asks for.
  const { method = 'GET', url = '/' } = request;
  void nodeHandler(Object.assign(request, { method, url }), response);
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp\n`),
);
