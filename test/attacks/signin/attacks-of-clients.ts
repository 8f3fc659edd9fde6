/** Programs that register themselves and want more than to ask a person. */
import assert from 'node:assert/strict';
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { CLIENT } from './scene.ts';

const refused = (error: string, reason: string): Pick<Row, 'wire' | 'book'> => ({
  wire: `400 ${error}`,
  book: [`denied client_refused ${reason}`],
});

const redirectRow = (name: string, tried: string, uri: string, reason: string): Row => ({
  name,
  tried,
  ...refused('invalid_redirect_uri', `redirect_${reason}`),
  launch: (scene) => scene.register({ redirect_uris: [uri] }),
});

const nameRow = (name: string, tried: string, clientName: string, reason: string): Row => ({
  name,
  tried,
  ...refused('invalid_client_metadata', `name_${reason}`),
  launch: (scene) => scene.register({ client_name: clientName }),
});

const REDIRECTS: readonly Row[] = [
  redirectRow('dcr-javascript', 'a redirect URI that is a script', 'javascript:alert(document.cookie)', 'scheme'),
  redirectRow('dcr-data', 'a redirect URI that is a page', 'data:text/html,<h1>Sign in</h1>', 'characters'),
  redirectRow('dcr-data-plain', 'the same in characters of a URI', 'data:text/html;base64,PGgxPg', 'scheme'),
  redirectRow('dcr-file', 'a redirect URI that opens a file', 'file:///etc/hostname', 'scheme'),
  redirectRow('dcr-blob', 'a redirect URI that a page made', 'blob:https://chat.example/cb', 'scheme'),
  redirectRow('dcr-scheme-anyone', 'a scheme that any app may take for itself', 'login://callback', 'scheme'),
  redirectRow('dcr-http', 'a code in clear over the network', 'http://chat.example/cb', 'scheme'),
  redirectRow('dcr-loopback-name', 'a host that begins like loopback', 'http://127.0.0.1.evil.example/cb', 'scheme'),
  redirectRow('dcr-loopback-spelling', 'loopback in another spelling', 'http://0x7f.0.0.1/cb', 'spelling'),
  redirectRow('dcr-userinfo', 'a welcome host as a user name', 'https://chat.example@evil.example/cb', 'userinfo'),
  redirectRow(
    'dcr-backslash',
    'a backslash that browsers read as a slash',
    'https://evil.example\\.chat.example/cb',
    'characters',
  ),
  redirectRow('dcr-idn', 'a host with a letter of another script', 'https://ch\u0430t.example/cb', 'characters'),
  redirectRow('dcr-capitals', 'a host in capitals', 'https://CHAT.example/cb', 'spelling'),
  redirectRow('dcr-wildcard', 'any host below one', 'https://*.chat.example/cb', 'wildcard'),
  redirectRow(
    'dcr-fragment',
    'a fragment that hides the code from the server',
    'https://chat.example/cb#x',
    'fragment',
  ),
  redirectRow(
    'dcr-dot-segments',
    'a path that leads elsewhere',
    'https://chat.example/cb/../open-redirect',
    'spelling',
  ),
  redirectRow(
    'dcr-encoded-slash',
    'an encoded slash that a proxy may decode',
    'https://chat.example/cb%2f..%2fx',
    'encoded_separator',
  ),
];

const NAMES: readonly Row[] = [
  nameRow('dcr-as-gatebook', 'the name Gatebook, spelled with a digit', 'G4tebook sign-in', 'looks_like_gatebook'),
  nameRow('dcr-as-known', 'the name of a client that the operator knows', 'Desk  Ass1stant', 'looks_like_known'),
  nameRow('dcr-bidi', 'a name that reads in another order than it stands', 'Chat \u202etahC', 'hidden_characters'),
  nameRow('dcr-zero-width', 'a name with characters nobody sees', 'Ch\u200bat', 'hidden_characters'),
  nameRow('dcr-mixed-scripts', 'a name with a letter of another script', 'Ch\u0430t', 'mixed_scripts'),
];

const FORMS: readonly Row[] = [
  {
    name: 'dcr-huge',
    tried: 'metadata of a megabyte',
    wire: '413 invalid_request',
    book: ['denied client_refused too_large'],
    launch: (scene) => scene.register({ contacts: ['x'.repeat(1024 * 1024)] }),
  },
  {
    name: 'dcr-two-meanings',
    tried: 'two lists of redirect URIs, of which readers may take either',
    ...refused('invalid_client_metadata', 'no_json'),
    launch: (scene) =>
      scene.send('/oauth/register', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"redirect_uris":["http://127.0.0.1/cb"],"redirect_uris":["https://evil.example/cb"]}',
      }),
  },
  {
    name: 'dcr-form',
    tried: 'a form, which any web page can send without asking',
    wire: '415 invalid_request',
    book: ['denied client_refused content_type'],
    launch: (scene) =>
      scene.send('/oauth/register', {
        method: 'POST',
        body: new URLSearchParams({ redirect_uris: 'https://evil.example/cb' }),
      }),
  },
  {
    name: 'dcr-keys-elsewhere',
    tried: 'keys at an address inside the network, for the gateway to fetch',
    ...refused('invalid_client_metadata', 'keys_missing'),
    launch: (scene) =>
      scene.register({
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: `https://127.0.0.2:${scene.victim.port}/keys`,
      }),
    also: {
      says: 'nothing is fetched',
      holds: (_reply, { victim }) => assert.equal(victim.connections(), 0),
    },
  },
];

const TAKING: readonly Row[] = [
  {
    name: 'dcr-id-of-another',
    tried: 'a registration under the id of another client',
    wire: '201 ok',
    book: ['control client_registered', 'control client_registered'],
    async launch(scene) {
      const { json } = await scene.register({});
      return scene.register({ ...CLIENT, client_id: json['client_id'], redirect_uris: ['http://[::1]/evil'] });
    },
    also: {
      says: 'it gets an id of its own, and the other is as it was',
      holds(reply, scene) {
        const [first, second] = [...scene.told().matchAll(/"client_id":"([^"]+)"/g)].map(([, id]) => id);
        assert.equal(reply.json['client_id'], second);
        assert.notEqual(first, second);
      },
    },
  },
  {
    name: 'dcr-flood',
    tried: 'registrations one after the other from one address',
    wire: '429 temporarily_unavailable',
    book: [
      'control client_registered',
      'control client_registered',
      'control client_registered',
      'denied client_refused rate_limited',
    ],
    async launch(scene) {
      for (let turn = 0; turn < 20; turn += 1) await scene.register({});
      return scene.register({});
    },
    also: {
      says: 'the answer says when it may again',
      holds: ({ headers }) => assert.ok(Number(headers['retry-after']) >= 1),
    },
  },
];

export const CLIENT_ATTACKS: readonly Attack[] = [
  ...inGroup('clients that register', [...REDIRECTS, ...NAMES, ...FORMS, ...TAKING]),
];
