/**
 * Signs a person in for an MCP client on their own machine (RFC 8252): the browser is sent to the authorization server and
 * comes back to a port of ours. What any desktop client does, with everything in memory.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OAuthClientProvider } from '@modelcontextprotocol/client';

export type BrowserSignIn = {
  readonly provider: OAuthClientProvider;
  /** Resolves with the query the browser came back with. */
  readonly cameBack: Promise<URLSearchParams>;
  close(): void;
};

/** @param show sends the person's browser there, or tells them to go */
export async function openBrowserSignIn(show: (url: URL) => void): Promise<BrowserSignIn> {
  const back = Promise.withResolvers<URLSearchParams>();
  const state = randomBytes(32).toString('base64url');
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const isOurs = pathname === '/callback' && searchParams.get('state') === state;
    response.writeHead(isOurs ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(isOurs ? 'You can close this page and go back to your program.\n' : 'There is nothing here.\n');
    if (isOurs) back.resolve(searchParams);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const redirectUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  const kept = new Map<string, unknown>();
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: {
      client_name: 'Demo client',
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    state: () => state,
    clientInformation: () => kept.get('client') as ReturnType<OAuthClientProvider['clientInformation']>,
    saveClientInformation: (client) => void kept.set('client', client),
    tokens: () => kept.get('tokens') as ReturnType<OAuthClientProvider['tokens']>,
    saveTokens: (tokens) => void kept.set('tokens', tokens),
    saveCodeVerifier: (verifier) => void kept.set('verifier', verifier),
    codeVerifier: () => String(kept.get('verifier')),
    redirectToAuthorization: show,
  };
  return {
    provider,
    cameBack: back.promise,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
