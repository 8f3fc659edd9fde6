/**
 * An OpenID provider on 127.0.0.1 that does what a test wants: it signs whatever claims it is given, and lies, fails and
 * forgets on demand. It has no pages: whoever comes is signed in. `#demo`'s issuer is the honest one.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';

type Claims = Readonly<Record<string, unknown>>;
type Answer = { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };

export type OpenidIssuer = {
  readonly url: string;
  /** Who signs in: claims of the ID token over `iss`, `aud`, `nonce`, `iat`, `exp`, `sub` and `auth_time`; undefined leaves one out. */
  claims: Claims;
  userinfo: Claims;
  /** What is signed, of the JSON that would be. */
  spelled: (payload: string) => string;
  /** Over the metadata document. */
  metadata: Claims;
  /** Over the query it comes back with; undefined leaves one out. */
  back: Claims;
  /** In place of the answer of the token endpoint, of userinfo, of the metadata; 'hang' never answers. */
  tokenAnswer: Answer | 'hang' | undefined;
  userinfoAnswer: Answer | undefined;
  metadataAnswer: Answer | 'hang' | undefined;
  /** Over the token endpoint's body; undefined leaves one out. */
  tokens: Claims;
  /** Called before each refresh is answered. */
  onRefresh: () => Promise<void> | void;
  /** Signs with a key that it does not publish. */
  forges: boolean;
  readonly seen: {
    readonly authorize: URLSearchParams[];
    readonly token: { readonly authorization: string | undefined; readonly form: URLSearchParams }[];
    metadata: number;
    userinfo: number;
  };
  close(): Promise<void>;
};

type Code = { readonly nonce: string | null; readonly challenge: string | null; readonly redirectUri: string | null };

const present = (claims: Claims): Record<string, unknown> =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return new URLSearchParams(text);
}

export async function startOpenidIssuer({ clientId = 'gatebook' } = {}): Promise<OpenidIssuer> {
  const [own, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'key-1', use: 'sig', alg: 'RS256' };
  const codes = new Map<string, Code>();
  /** The one refresh token that is good, of each person who signed in. */
  const refreshes = new Set<string>();

  const idToken = (nonce: string | null): Promise<string> => {
    const nowS = Math.floor(Date.now() / 1_000);
    const claims = present({
      iss: issuer.url,
      aud: clientId,
      sub: '00u1ada',
      iat: nowS,
      exp: nowS + 300,
      auth_time: nowS,
      ...(nonce === null ? {} : { nonce }),
      ...issuer.claims,
    });
    return new CompactSign(Buffer.from(issuer.spelled(JSON.stringify(claims))))
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
      .sign(issuer.forges ? foreign.privateKey : own.privateKey);
  };
  const tokens = async (nonce: string | null): Promise<Record<string, unknown>> => {
    const refresh = randomBytes(16).toString('hex');
    refreshes.add(refresh);
    return present({
      access_token: 'upstream-access',
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: refresh,
      id_token: await idToken(nonce),
      ...issuer.tokens,
    });
  };
  const exchange = async (form: URLSearchParams): Promise<Answer> => {
    const refused = { status: 400, body: { error: 'invalid_grant' } };
    if (form.get('grant_type') === 'refresh_token') {
      await issuer.onRefresh();
      const isGood = refreshes.delete(form.get('refresh_token') ?? '');
      return isGood ? { status: 200, body: await tokens(null) } : refused;
    }
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (code?.challenge !== challenge || code.redirectUri !== form.get('redirect_uri')) return refused;
    return { status: 200, body: await tokens(code.nonce) };
  };
  const send = (response: ServerResponse, answer: Answer | 'hang'): void => {
    if (answer === 'hang') return;
    response
      .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
      .end(JSON.stringify(answer.body));
  };
  const authorize = (query: URLSearchParams, response: ServerResponse): void => {
    issuer.seen.authorize.push(query);
    const code = randomBytes(16).toString('hex');
    codes.set(code, {
      nonce: query.get('nonce'),
      challenge: query.get('code_challenge'),
      redirectUri: query.get('redirect_uri'),
    });
    const back = new URL(query.get('redirect_uri') ?? '');
    for (const [name, value] of Object.entries(
      present({ code, state: query.get('state'), iss: issuer.url, ...issuer.back }),
    ))
      back.searchParams.set(name, String(value));
    response.writeHead(302, { location: back.href }).end();
  };
  const metadata = (): Answer => ({
    status: 200,
    body: present({
      issuer: issuer.url,
      authorization_endpoint: `${issuer.url}/authorize`,
      token_endpoint: `${issuer.url}/token`,
      userinfo_endpoint: `${issuer.url}/userinfo`,
      jwks_uri: `${issuer.url}/jwks`,
      scopes_supported: ['openid', 'profile', 'groups', 'offline_access'],
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['RS256'],
      authorization_response_iss_parameter_supported: true,
      ...issuer.metadata,
    }),
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    switch (pathname) {
      case '/.well-known/openid-configuration':
        issuer.seen.metadata += 1;
        return send(response, issuer.metadataAnswer ?? metadata());
      case '/jwks':
        return send(response, { status: 200, body: { keys: [jwk] } });
      case '/authorize':
        return authorize(searchParams, response);
      case '/token': {
        const form = await formOf(request);
        issuer.seen.token.push({ authorization: request.headers.authorization, form });
        return send(response, issuer.tokenAnswer ?? (await exchange(form)));
      }
      case '/userinfo':
        issuer.seen.userinfo += 1;
        return send(
          response,
          issuer.userinfoAnswer ?? { status: 200, body: present({ sub: '00u1ada', ...issuer.userinfo }) },
        );
      default:
        response.writeHead(404).end();
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: OpenidIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    claims: {},
    userinfo: {},
    spelled: (payload) => payload,
    metadata: {},
    back: {},
    tokenAnswer: undefined,
    userinfoAnswer: undefined,
    metadataAnswer: undefined,
    tokens: {},
    onRefresh: () => undefined,
    forges: false,
    seen: { authorize: [], token: [], metadata: 0, userinfo: 0 },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
