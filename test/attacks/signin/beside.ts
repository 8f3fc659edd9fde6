/**
 * A second process of the scene's gateway, whose people sign in by being asked: what it gives out is the gateway's to take. So
 * an attack begins where a person has agreed already.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveMasterKeys } from '#ledger/wrap.ts';
import {
  EDITOR,
  fakeClients,
  REDIRECT,
  startAuthorizationServer,
  adaSignIn,
} from '../../fakes/authorization-server.ts';
import type { FakeServer } from '../../fakes/authorization-server.ts';
import { CLIENT } from './scene.ts';
import type { Scene, SignInReply } from './scene.ts';

export type Agreed = {
  readonly server: FakeServer;
  readonly clientId: string;
  /** A code for the connection `notes`, given to this client. */
  code(): Promise<{ readonly code: string; readonly verifier: string }>;
  /** At the gateway's own token endpoint. */
  exchange(
    got: { readonly code: string; readonly verifier: string },
    more?: Readonly<Record<string, string>>,
  ): Promise<SignInReply>;
  refresh(token: string, more?: Readonly<Record<string, string>>, from?: string): Promise<SignInReply>;
  /** A call of a tool; the reply has the code of its error. */
  call(headers: Readonly<Record<string, string>>, path?: string): Promise<SignInReply>;
};

const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_note', arguments: {} } };

export async function agreedWith(scene: Scene): Promise<Agreed> {
  const { gateway } = scene;
  const { json } = await scene.register(CLIENT);
  const clientId = String(json['client_id']);
  const master = Buffer.from(readFileSync(join(gateway.dataDir, 'keys', 'master.key'), 'utf8').trim(), 'base64');
  const server = await startAuthorizationServer(scene.lifetime, {
    clients: fakeClients({ ...EDITOR, client_id: clientId }),
    beside: { path: join(gateway.dataDir, 'state.db'), url: gateway.origin, secret: deriveMasterKeys(master).mask },
  });
  server.person = () => ({
    ...adaSignIn(server.made, Date.now()),
    issuer: gateway.issuer.url,
    namespace: 'idp',
    subject: 'ada',
    groups: ['idp:readers'],
  });
  const post = async (form: Readonly<Record<string, string>>, from?: string): Promise<SignInReply> => {
    const body = new URLSearchParams(form);
    const reply = await scene.send('/oauth/token', { method: 'POST', body, ...(from === undefined ? {} : { from }) });
    for (const name of ['access_token', 'refresh_token'])
      if (name in reply.json) scene.keepSecret(String(reply.json[name]));
    return reply;
  };
  return {
    server,
    clientId,
    code: () => server.code({ client_id: clientId }),
    exchange: ({ code, verifier }, more = {}) =>
      post({
        grant_type: 'authorization_code',
        client_id: clientId,
        redirect_uri: REDIRECT,
        code,
        code_verifier: verifier,
        ...more,
      }),
    refresh: (token, more = {}, from) =>
      post({ grant_type: 'refresh_token', client_id: clientId, refresh_token: token, ...more }, from),
    async call(headers, path = '/mcp/notes') {
      const accept = 'application/json, text/event-stream';
      const reply = await scene.send(path, { method: 'POST', headers: { accept, ...headers }, body: CALL });
      const { error } = reply.json as { error?: { data?: { code?: string } } };
      return error?.data?.code === undefined ? reply : { ...reply, json: { code: error.data.code } };
    },
  };
}

export const bearer = (token: unknown): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${String(token)}`,
});
