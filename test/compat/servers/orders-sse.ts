/** orders.ts for clients of the HTTP+SSE transport of 2024-11-05, on the official SDK v1. Prints the address; ends with the process that started it. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { z } from 'zod';

function createOrders(): McpServer {
  const server = new McpServer({ name: 'orders', version: '1.0.0' });
  server.registerTool(
    'cancel-order',
    { description: 'Cancels an order', inputSchema: { order: z.string() } },
    async ({ order }) => {
      process.stdout.write(`cancelled ${order}\n`);
      return { content: [{ type: 'text' as const, text: `cancelled ${order} (legacy)` }] };
    },
  );
  return server;
}

const sessions = new Map<string, SSEServerTransport>();

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (request.method === 'GET' && pathname === '/sse') {
    const transport = new SSEServerTransport('/messages', response);
    sessions.set(transport.sessionId, transport);
    await createOrders().connect(transport);
    return;
  }
  const transport = sessions.get(searchParams.get('sessionId') ?? '');
  if (request.method === 'POST' && transport !== undefined) await transport.handlePostMessage(request, response);
  else response.writeHead(404).end();
}

const server = createServer((request, response) => void serve(request, response));
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/sse\n`),
);
