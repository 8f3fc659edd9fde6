/** The authorization server of a gateway on 127.0.0.1, as far as the command line asks it: one refresh token counts at a time. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export type LoginServer = {
  readonly origin: string;
  /** Forms that came to the token endpoint, in order. */
  readonly asked: Readonly<Record<string, string>>[];
  readonly revoked: string[];
  /** Bearer tokens that came to the API. */
  readonly shown: string[];
  /** What the metadata says besides or instead. */
  metadata: Record<string, unknown>;
  /** Answers of the device flow before the tokens. */
  device: string[];
  /** Of the newest access token, in seconds. */
  lifetime: number;
  /** Refresh tokens are no good any more. */
  isOver: boolean;
  /** What the browser would do: follows the address of `authorize` and gives where it leads. */
  authorize(address: string, change?: (callback: URL) => void): Promise<Response>;
  /** Shown more than once. */
  reuses: number;
};

const formOf = async (request: AsyncIterable<Buffer>): Promise<Record<string, string>> => {
  let text = '';
  for await (const chunk of request) text += chunk.toString();
  return Object.fromEntries(new URLSearchParams(text));
};

export async function startLoginServer(t: TestContext): Promise<LoginServer> {
  let issued = 0;
  let refresh = '';
  const challenges = new Map<string, string>();
  const state: Omit<LoginServer, 'origin' | 'authorize'> = {
    asked: [],
    revoked: [],
    shown: [],
    metadata: {},
    device: [],
    lifetime: 600,
    isOver: false,
    reuses: 0,
  };
  const tokens = (): object => {
    issued += 1;
    refresh = `refresh-${issued}`;
    return {
      access_token: `access-${issued}`,
      token_type: 'Bearer',
      expires_in: state.lifetime,
      refresh_token: refresh,
    };
  };
  const tokenAnswer = (form: Readonly<Record<string, string>>): readonly [number, object] => {
    state.asked.push(form);
    if (form['grant_type'] === 'refresh_token') {
      if (form['refresh_token'] !== refresh) state.reuses += 1;
      const isGood = !state.isOver && form['refresh_token'] === refresh;
      return isGood ? [200, tokens()] : [400, { error: 'invalid_grant' }];
    }
    if (form['grant_type'] === 'authorization_code') {
      const digest = createHash('sha256')
        .update(form['code_verifier'] ?? '')
        .digest('base64url');
      return challenges.get(form['code'] ?? '') === digest ? [200, tokens()] : [400, { error: 'invalid_grant' }];
    }
    const wait = state.device.shift();
    return wait === undefined ? [200, tokens()] : [400, { error: wait }];
  };
  const server = createServer(async (request, response) => {
    const { origin } = running;
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    switch (request.url) {
      case '/.well-known/oauth-authorization-server':
        return send(200, {
          issuer: origin,
          authorization_endpoint: `${origin}/oauth/authorize`,
          token_endpoint: `${origin}/oauth/token`,
          device_authorization_endpoint: `${origin}/oauth/device`,
          revocation_endpoint: `${origin}/oauth/revoke`,
          ...state.metadata,
        });
      case '/oauth/device':
        state.asked.push(await formOf(request));
        return send(200, {
          device_code: 'device-code',
          user_code: 'BCDF-GHJK',
          verification_uri: `${origin}/device`,
          expires_in: 600,
          interval: 0.01,
        });
      case '/oauth/token':
        return send(...tokenAnswer(await formOf(request)));
      case '/oauth/revoke':
        state.revoked.push((await formOf(request))['token'] ?? '');
        return send(200, {});
      default:
        state.shown.push(request.headers.authorization ?? '');
        return send(200, []);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const running: LoginServer = Object.assign(state, {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async authorize(address: string, change: (callback: URL) => void = () => undefined): Promise<Response> {
      const { searchParams } = new URL(address);
      challenges.set('code-1', searchParams.get('code_challenge') ?? '');
      const callback = new URL(searchParams.get('redirect_uri') ?? '');
      callback.searchParams.set('code', 'code-1');
      callback.searchParams.set('state', searchParams.get('state') ?? '');
      callback.searchParams.set('iss', running.origin);
      change(callback);
      return fetch(callback);
    },
  });
  return running;
}
