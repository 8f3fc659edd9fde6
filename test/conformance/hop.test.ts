import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startHop } from './hop.ts';
import type { Hop } from './hop.ts';

async function startBehind(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Hop> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hop = await startHop({ port: 0, target, token: () => Promise.resolve('the-token') });
  t.after(async () => {
    await hop.close();
    server.closeAllConnections();
    server.close();
  });
  return hop;
}

test('the hop changes nothing of a request but adds the token, and nothing of its answer', async (t) => {
  let seen: readonly string[] = [];
  let body = '';
  const hop = await startBehind(t, (asked, response) => {
    seen = asked.rawHeaders;
    asked.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    asked.once('end', () => {
      response.sendDate = false;
      response.writeHead(418, 'Tea', ['X-Odd', '1', 'x-odd', '2', 'Content-Length', '3']);
      response.end('tea');
    });
  });
  const headers = ['Host', 'evil.example', 'oRiGin', 'http://evil.example', 'Mcp-Name', 'a', 'Content-Length', '2'];
  headers.push('Connection', 'close');
  const asked = request(`${hop.origin}/mcp/x?y`, { method: 'POST', headers });
  asked.end('{}');
  const [answer] = await new Promise<readonly [IncomingMessage]>((resolve, reject) => {
    asked.once('response', (from) => resolve([from]));
    asked.once('error', reject);
  });
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  assert.deepEqual(seen, [...headers, 'Authorization', 'Bearer the-token']);
  assert.equal(body, '{}');
  assert.equal(answer.statusCode, 418);
  assert.equal(answer.statusMessage, 'Tea');
  assert.deepEqual(answer.rawHeaders.slice(0, 6), ['X-Odd', '1', 'x-odd', '2', 'Content-Length', '3']);
  assert.equal(text, 'tea');
});

test('the hop passes a stream on as it comes, and a client that leaves is gone for the server too', async (t) => {
  let left: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => (left = resolve));
  const hop = await startBehind(t, (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    response.once('close', () => left?.());
  });
  const response = await fetch(hop.origin);
  const reader = response.body?.getReader();
  const first = await reader?.read();
  assert.equal(new TextDecoder().decode(first?.value), 'data: 1\n\n', 'before the stream has ended');
  await reader?.cancel();
  await gone;
});
