/**
 * An OpenID provider on 127.0.0.1 that tests can rotate, slow down, break and count. It publishes metadata and keys
 * and signs whatever claims it is given; it has no login.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';

/** How the issuer answers at `/jwks`. `slow` holds the answer back until the issuer is closed. */
export type FakeIssuerMode = 'ok' | 'slow' | 'huge' | 'redirect' | 'error' | 'garbage' | 'trickle';

export type FakeIssuer = {
  /** The `iss` of its tokens, without a trailing slash. */
  readonly url: string;
  readonly jwksUri: string;
  /** `iss`, `iat` and `exp` (in five minutes) are filled in unless given; a claim given as undefined is left out. */
  sign(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
  /** A new signing key; the old one is no longer published. */
  rotate(): Promise<void>;
  /** Requests seen so far. */
  readonly fetches: { readonly metadata: number; readonly jwks: number };
  mode: FakeIssuerMode;
  /** Where `redirect` leads. */
  redirectTo: string;
  /** Published besides the signing key. */
  extraKeys: JWK[];
  /** Laid over the metadata document. */
  metadata: Readonly<Record<string, unknown>>;
  /** Status of the OpenID Connect metadata; 404 leaves only the one of RFC 8414. */
  openidStatus: number;
  close(): Promise<void>;
};

type SigningKey = { readonly kid: string; readonly privateKey: CryptoKey; readonly jwk: JWK };

async function createSigningKey(algorithm: string, number: number): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const kid = `key-${number}`;
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: algorithm } };
}

const HUGE_BYTES = 10 * 1024 * 1024;

export async function startFakeIssuer({ algorithm = 'RS256' }: { algorithm?: string } = {}): Promise<FakeIssuer> {
  let made = 1;
  let signing = await createSigningKey(algorithm, made);
  const seen = { metadata: 0, jwks: 0 };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const json = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const metadata = { issuer: issuer.url, jwks_uri: issuer.jwksUri, ...issuer.metadata };
    switch (request.url) {
      case '/.well-known/openid-configuration':
        seen.metadata += 1;
        if (issuer.openidStatus === 200) json(metadata);
        else response.writeHead(issuer.openidStatus).end();
        return;
      case '/.well-known/oauth-authorization-server':
        seen.metadata += 1;
        json(metadata);
        return;
      case '/elsewhere':
        json({ keys: [signing.jwk] });
        return;
      case '/jwks':
        seen.jwks += 1;
        answerKeys(issuer, response, JSON.stringify({ keys: [...issuer.extraKeys, signing.jwk] }));
        return;
      default:
        response.writeHead(404).end();
    }
  };

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const issuer: FakeIssuer = {
    url,
    jwksUri: `${url}/jwks`,
    async sign(claims, header = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const payload = JSON.parse(JSON.stringify({ iss: url, iat: now, exp: now + 300, ...claims })) as object;
      return new SignJWT({ ...payload })
        .setProtectedHeader({ alg: algorithm, kid: signing.kid, ...header })
        .sign(signing.privateKey);
    },
    async rotate() {
      made += 1;
      signing = await createSigningKey(algorithm, made);
    },
    fetches: seen,
    mode: 'ok',
    redirectTo: '/elsewhere',
    extraKeys: [],
    metadata: {},
    openidStatus: 200,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return issuer;
}

function answerKeys({ mode, redirectTo }: FakeIssuer, response: ServerResponse, keys: string): void {
  switch (mode) {
    case 'ok':
      response.writeHead(200, { 'content-type': 'application/json' }).end(keys);
      return;
    case 'slow':
      return;
    case 'trickle':
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
      return;
    case 'huge':
      // No content-length: the reader has to count.
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(`{"padding":"${'x'.repeat(HUGE_BYTES)}",`);
      response.end(keys.slice(1));
      return;
    case 'redirect':
      response.writeHead(302, { location: redirectTo }).end();
      return;
    case 'error':
      response.writeHead(500).end();
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>maintenance</html>');
  }
}
