/**
 * The part of an issuer where people come and codes are exchanged, for a fake issuer that has only metadata and keys: whoever
 * comes is signed in as `claims` says. Everything it does may be a lie.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeIssuer } from './issuer.ts';

type Claims = Readonly<Record<string, unknown>>;

export type SignInDesk = {
  /** Of the ID token, over `sub`, `aud` and `nonce`; undefined leaves one out. */
  claims: Claims;
  /** `iss` beside the code; undefined leaves it out. */
  iss: string | undefined;
  close(): Promise<void>;
};

export async function openSignInDesk(issuer: FakeIssuer, clientId = 'gatebook'): Promise<SignInDesk> {
  const nonces = new Map<string, string | null>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (pathname === '/authorize') {
      const code = `code-${nonces.size}`;
      nonces.set(code, searchParams.get('nonce'));
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', searchParams.get('state') ?? '');
      if (desk.iss !== undefined) back.searchParams.set('iss', desk.iss);
      response.writeHead(302, { location: back.href }).end();
      return;
    }
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      const nonce = nonces.get(new URLSearchParams(text).get('code') ?? '');
      void issuer
        .sign({ aud: clientId, sub: '00u1ada', nonce, ...desk.claims })
        .then((idToken) =>
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', refresh_token: 'r', id_token: idToken })),
        );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  issuer.metadata = { ...issuer.metadata, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` };
  const desk: SignInDesk = {
    claims: {},
    iss: issuer.url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return desk;
}
