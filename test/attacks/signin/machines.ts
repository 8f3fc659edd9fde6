/** The service accounts of the scene, and what they show: keys an admin made, assertions of their own. */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { KeyMade } from '#api/contract/key.ts';
import { toolCall } from '../../e2e/harness.ts';
import { answerWith } from '../../fakes/mcp-server.ts';
import type { Scene, SignInReply } from './scene.ts';

const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const MACHINE_FILES = { '/reporter.pem': signing.publicKey.export({ type: 'spki', format: 'pem' }) };

/** Levels, grants and accounts, as YAML. */
export const MACHINE_POLICY = `levels:
  use: { allow: ["tools/call:*", "resources/read:note://*", "prompts/*"], deny: ["tools/call:drop_*"] }
  look: { allow: ["tools/call:get_*"] }
grants:
  - { clients: ["idp:robot"], connections: [notes, masked, gone], level: use }
  - { groups: ["idp:readers"], connections: [notes], level: use }
  - { clients: ["gatebook:bot", "gatebook:reporter"], connections: ["*"], level: use }
serviceAccounts:
  bot: { owner: "idp:00uida", purpose: attacks, connections: [notes, masked] }
  reporter: { owner: "idp:00uida", purpose: attacks, publicKeys: /reporter.pem }
`;

const made = new WeakMap<Scene, readonly { readonly key: string; readonly id: string }[]>();

/** The keys that were made for this scene, the newest last. */
export const keysOf = (scene: Scene): readonly { readonly key: string; readonly id: string }[] => made.get(scene) ?? [];
export const keyOf = (scene: Scene): string => keysOf(scene).at(-1)?.key ?? '';

export async function askForKey(scene: Scene, more: object = {}): Promise<SignInReply> {
  const authorization = `Bearer ${await scene.gateway.apiToken(['admins'], { sub: 'olga@example.com', uid: '00uolga' })}`;
  const body = { account: 'bot', ...more };
  return scene.send('/api/v1/keys', { method: 'POST', headers: { authorization }, body });
}

export const makeKey =
  (more: object = {}) =>
  async (scene: Scene): Promise<void> => {
    const { key, id } = KeyMade.parse((await askForKey(scene, more)).json);
    scene.keepSecret(key);
    made.set(scene, [...keysOf(scene), { key, id }]);
  };

export const call = (
  scene: Scene,
  headers: Readonly<Record<string, string>>,
  { path = '/mcp/notes', tool = 'get_note' } = {},
): Promise<SignInReply> =>
  scene.send(path, {
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', ...headers },
    body: toolCall(tool),
  });

export const by = (key: string) => ({ authorization: `Bearer ${key}` });

/** A session of the newest key; gives the header that belongs to it. */
export async function beginSession(scene: Scene): Promise<Readonly<Record<string, string>>> {
  scene.gateway.server.answering = (seen, response) => {
    response.setHeader('mcp-session-id', 'session-of-the-server');
    const serverInfo = { name: 'notes', version: '1' };
    answerWith({ content: [], protocolVersion: '2025-11-25', capabilities: {}, serverInfo })(seen, response);
  };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bot', version: '1' } };
  const begun = await scene.send('/mcp/notes', {
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', ...by(keyOf(scene)) },
    body: { jsonrpc: '2.0', id: 1, method: 'initialize', params },
  });
  return { 'mcp-session-id': String(begun.headers['mcp-session-id']) };
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What the account `reporter` signs (RFC 7523). */
export function assertionOf(scene: Scene, claims: object = {}): string {
  const now = Math.floor(Date.now() / 1_000);
  const own = {
    iss: 'reporter',
    sub: 'reporter',
    aud: scene.gateway.origin,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
  };
  const input = `${part({ alg: 'ES256' })}.${part({ ...own, ...claims })}`;
  const signature = sign('sha256', Buffer.from(input), { key: signing.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

export const askByAssertion = (scene: Scene, assertion: string): Promise<SignInReply> =>
  scene.send('/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource: scene.gateway.url('notes'),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  });
