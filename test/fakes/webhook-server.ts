/** A server on 127.0.0.1 that hears what notifiers post, and answers as a test says. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export type Posted = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type WebhookServer = {
  readonly url: string;
  readonly heard: Posted[];
  /** How it answers from now on; by default 202 without a body. */
  answer: (response: ServerResponse, posted: Posted) => void;
};

export async function startWebhookServer(t: Pick<TestContext, 'after'>): Promise<WebhookServer> {
  const heard: Posted[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const posted = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      heard.push(posted);
      webhook.answer(response, posted);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const webhook: WebhookServer = {
    url: `http://127.0.0.1:${port}/hook`,
    heard,
    answer: (response) => response.writeHead(202).end(),
  };
  return webhook;
}
