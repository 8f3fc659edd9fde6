/** Waits on this machine for the browser to come back with a code (RFC 8252 section 7.3). Answers one question of one path. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSameText } from '#cli/same-text.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type LoopbackListener = {
  readonly redirectUri: string;
  /** The code, or a sentence that says why there is none. */
  readonly code: Promise<Result<string, string>>;
  close(): void;
};

const PATH = '/callback';
const HEADER_BYTES_MAX = 16 * 1024;

const page = (words: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Gatebook</title></head><body><p>${words}</p></body></html>`;

function answer(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  response.end(page(words));
}

type Expected = { readonly state: string; readonly issuer: string };

/** Undefined: it is not for us, and we go on waiting. */
function readAnswer(request: IncomingMessage, expected: Expected): Result<string, string> | undefined {
  const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
  if (request.method !== 'GET' || url?.pathname !== PATH) return undefined;
  const one = (name: string): string | undefined => {
    const values = url.searchParams.getAll(name);
    return values.length === 1 ? values[0] : undefined;
  };
  // A page in the browser can call this address too: without our state it says nothing (RFC 6749 section 10.12).
  if (!isSameText(one('state') ?? '', expected.state)) return undefined;
  // RFC 9207 section 2.4.
  if (one('iss') !== expected.issuer) return err('the answer came from another server: nothing was sent there');
  const code = one('code');
  if (code !== undefined) return ok(code);
  return err(one('error') === 'access_denied' ? 'it was not allowed' : 'the gateway did not give a code');
}

export async function listenOnLoopback(expected: Expected): Promise<LoopbackListener> {
  const { promise, resolve } = Promise.withResolvers<Result<string, string>>();
  const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX }, (request, response) => {
    const came = readAnswer(request, expected);
    if (came === undefined) return answer(response, 404, 'There is nothing here.');
    answer(
      response,
      200,
      came.ok ? 'You are logged in. You can close this page.' : 'That did not work. Look at the terminal.',
    );
    return resolve(came);
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => listening());
  });
  const { port } = server.address() as AddressInfo;
  return {
    redirectUri: `http://127.0.0.1:${port}${PATH}`,
    code: promise,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
