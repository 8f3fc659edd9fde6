/** Codes that should go where the client is not, and clients that nobody welcomed. */
import assert from 'node:assert/strict';
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import type { Scene } from './scene.ts';

const WEB = 'https://chat.example/callback?tenant=1';

async function webClient(scene: Scene): Promise<string> {
  const { json } = await scene.register({ redirect_uris: [WEB, 'http://127.0.0.1/callback'] });
  return String(json['client_id']);
}

/** Nobody is redirected anywhere: the page says what is wrong (RFC 6749 section 4.1.2.1). */
const redirectRow = (name: string, tried: string, redirectUri: string): Row => {
  let clientId = '';
  return {
    name,
    tried,
    wire: '400 page',
    book: ['denied oauth_authorization invalid_redirect_uri'],
    async prepare(scene) {
      clientId = await webClient(scene);
    },
    launch: (scene) => scene.authorize({ client_id: clientId, redirect_uri: redirectUri }),
    also: {
      says: 'nobody is sent there',
      holds: ({ location }) => assert.equal(location, undefined),
    },
  };
};

const REDIRECTS: readonly Row[] = [
  redirectRow('redirect-other-host', 'another host', 'https://evil.example/callback?tenant=1'),
  redirectRow('redirect-suffix', 'a host that ends otherwise', 'https://chat.example.evil.example/callback?tenant=1'),
  redirectRow('redirect-port', 'another port of the host', 'https://chat.example:8443/callback?tenant=1'),
  redirectRow('redirect-path', 'a path below the registered one', 'https://chat.example/callback/open?tenant=1'),
  redirectRow('redirect-traversal', 'a path that leads out of it', 'https://chat.example/callback/../open?tenant=1'),
  redirectRow('redirect-encoded', 'a letter of the path encoded', 'https://chat.example/%63allback?tenant=1'),
  redirectRow('redirect-case', 'the path in capitals', 'https://chat.example/CALLBACK?tenant=1'),
  redirectRow(
    'redirect-query',
    'one parameter more',
    'https://chat.example/callback?tenant=1&next=https://evil.example',
  ),
  redirectRow('redirect-userinfo', 'the host as a user name', 'https://chat.example@evil.example/callback?tenant=1'),
  redirectRow('redirect-idn', 'a host that looks like it', 'https://xn--chat-0ra.example/callback?tenant=1'),
  redirectRow('redirect-fragment', 'a fragment', 'https://chat.example/callback?tenant=1#x'),
  redirectRow('redirect-scheme', 'in clear', 'http://chat.example/callback?tenant=1'),
  redirectRow('redirect-loopback-path', 'another path of loopback', 'http://127.0.0.1:5000/other'),
  redirectRow('redirect-loopback-host', 'another name of loopback', 'http://localhost:5000/callback'),
  redirectRow('redirect-loopback-userinfo', 'loopback as a user name', 'http://127.0.0.1:5000@evil.example/callback'),
];

/** A client of its own at a place of its own, that waits for an admin. */
const openRow = (name: string, tried: string, error: string, more: Readonly<Record<string, string>>): Row => {
  let clientId = '';
  return {
    name,
    tried,
    wire: '400 page',
    book: [`denied oauth_authorization ${error}`],
    async prepare(scene) {
      const { json } = await scene.register({ redirect_uris: ['https://evil.example/open'] });
      clientId = String(json['client_id']);
    },
    launch: (scene) => scene.authorize({ client_id: clientId, redirect_uri: 'https://evil.example/open', ...more }),
    also: { says: 'nobody is sent there', holds: ({ location }) => assert.equal(location, undefined) },
  };
};

const OTHERS: readonly Row[] = [
  openRow('open-redirect-none', 'a link of ours that leads elsewhere: `prompt=none`', 'login_required', {
    prompt: 'none',
  }),
  openRow('open-redirect-error', 'the same by a request that is wrong', 'unsupported_response_type', {
    response_type: 'token',
  }),
  {
    name: 'known-client-elsewhere',
    tried: 'the id of a client that the operator knows, with a place of one’s own',
    wire: '400 page',
    book: ['denied oauth_authorization invalid_redirect_uri'],
    launch: (scene) => scene.authorize({ client_id: 'desk', redirect_uri: 'https://evil.example/callback' }),
    also: { says: 'nobody is sent there', holds: ({ location }) => assert.equal(location, undefined) },
  },
];

export const REDIRECT_ATTACKS: readonly Attack[] = inGroup('where codes go', [...REDIRECTS, ...OTHERS]);
