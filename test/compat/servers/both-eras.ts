/**
 * A server on the official SDK v2 that answers clients of both eras at one address and says to each which era it took it
 * for. Prints the address; ends with the process that started it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';

const ANSWER = z.object({ name: z.string(), check: z.boolean() });
const QUESTION = { message: 'Who shall have the umbrella?', requestedSchema: ANSWER };

const MEASUREMENT_MS = 50;
const WATCHED_MAX = 400;

const said = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] });

const handler = createMcpHandler(({ era }) => {
  const server = new McpServer({ name: 'both-eras', version: '1.0.0' });
  server.registerTool(
    'forecast',
    {
      title: 'Forecast',
      description: 'The weather of tomorrow',
      inputSchema: z.object({ city: z.string() }),
      outputSchema: z.object({ city: z.string(), celsius: z.number(), era: z.string() }),
    },
    async ({ city }) => {
      const forecast = { city, celsius: 21.5, era };
      return { ...said(JSON.stringify(forecast)), structuredContent: forecast };
    },
  );
  server.registerTool(
    'measure',
    { description: 'Measures a few times, and says how far it is', inputSchema: z.object({ times: z.int().max(10) }) },
    async ({ times }, ctx) => {
      const token = ctx.mcpReq._meta?.progressToken;
      for (let at = 1; at <= times; at += 1) {
        // One measurement takes its time: reports that come together with the answer are lost by some clients.
        await delay(MEASUREMENT_MS);
        if (token === undefined) continue;
        const params = { progressToken: token, progress: at, total: times };
        await ctx.mcpReq.notify({ method: 'notifications/progress', params });
      }
      await delay(MEASUREMENT_MS);
      return said(`measured ${times} times`);
    },
  );
  server.registerTool(
    'watch',
    { description: 'Says how it is until nobody listens any more', inputSchema: z.object({}) },
    async (_args, ctx) => {
      const { signal } = ctx.mcpReq;
      const token = ctx.mcpReq._meta?.progressToken;
      signal.addEventListener('abort', () => process.stdout.write('nobody watches\n'));
      for (let at = 1; at <= WATCHED_MAX && !signal.aborted; at += 1) {
        const params = { progressToken: token ?? 0, progress: at };
        if (token !== undefined) await ctx.mcpReq.notify({ method: 'notifications/progress', params });
        if (at === 2) process.stdout.write('somebody watches\n');
        await delay(MEASUREMENT_MS);
      }
      return said('it was watched to the end');
    },
  );
  server.registerTool(
    'order-umbrella',
    { description: 'Asks for a name first', inputSchema: z.object({}) },
    async (_args, ctx) => {
      if (era === 'legacy') {
        const answer = await ctx.mcpReq.elicitInput({
          message: QUESTION.message,
          requestedSchema: {
            type: 'object',
            properties: { name: { type: 'string' }, check: { type: 'boolean' } },
            required: ['name'],
          },
        });
        return said(`for ${JSON.stringify(answer.content)}`);
      }
      const answer = acceptedContent(ctx.mcpReq.inputResponses, 'who', ANSWER);
      if (answer !== undefined) return said(`for ${JSON.stringify(answer)}`);
      return inputRequired({ inputRequests: { who: inputRequired.elicit(QUESTION) } });
    },
  );
  server.registerTool(
    'open-station',
    { description: 'Adds a station, which is a resource', inputSchema: z.object({}) },
    async () => {
      handler.notify.resourcesChanged();
      return said('opened');
    },
  );
  server.registerPrompt(
    'packing-list',
    { description: 'What to take along', argsSchema: z.object({ city: z.string() }) },
    ({ city }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `What do I need in ${city}?` } }] }),
  );
  server.registerResource(
    'zurich',
    'forecast://zurich',
    { description: 'The forecast of Zürich', mimeType: 'text/plain' },
    async (uri) => ({ contents: [{ uri: uri.href, text: '21.5 °C' }] }),
  );
  return server;
});

const nodeHandler = toNodeHandler(handler);
const server = createServer((request, response) => {
  // Under exactOptionalPropertyTypes node's own type does not fit the one the SDK asks for.
  const { method = 'GET', url = '/' } = request;
  void nodeHandler(Object.assign(request, { method, url }), response);
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp\n`),
);
