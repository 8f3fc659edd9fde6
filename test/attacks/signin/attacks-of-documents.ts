/** Documents of clients: what their hosts make the gateway do, and what they say. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import type { DocumentHost } from '../../fakes/document-host.ts';
import { CLIENT } from './scene.ts';
import type { Scene } from './scene.ts';

/** The client is none, and the book says exactly why. */
const refused = (reason: string): Pick<Row, 'wire' | 'book'> => ({
  wire: '400 page',
  book: [`denied client_refused ${reason}`, 'denied oauth_authorization invalid_client'],
});

const untouched: NonNullable<Row['also']> = {
  says: 'nothing connects to the victim',
  holds: (_reply, { victim }) => assert.equal(victim.connections(), 0),
};

const leads = (scene: Scene, host: string, ...answers: readonly (readonly string[])[]): void =>
  void scene.names.set(host, [...answers]);

const addressRow = (name: string, tried: string, ...addresses: readonly string[]): Row => ({
  name,
  tried,
  ...refused('document_address_refused'),
  async launch(scene) {
    leads(scene, 'evil.example', addresses);
    scene.victim.serve('/client.json', {});
    return scene.authorize({ client_id: scene.publish('evil.example') });
  },
  also: untouched,
});

const ADDRESSES: readonly Row[] = [
  addressRow('cimd-loopback', 'a host of a document that leads to this machine', '127.0.0.2'),
  addressRow('cimd-loopback-v6', 'the same by IPv6', '::1'),
  addressRow('cimd-private', 'a host that leads into the network', '10.0.0.7'),
  addressRow('cimd-machine-credentials', 'a host that leads to where clouds serve credentials', '169.254.169.254'),
  addressRow('cimd-carrier', 'a host that leads into a carrier’s network', '100.64.0.1'),
  addressRow('cimd-unspecified', 'a host that leads to any address of this machine', '0.0.0.0'),
  addressRow('cimd-multicast', 'a host that leads to many machines', '224.0.0.1'),
  addressRow('cimd-unique-local', 'a host that leads into the network by IPv6', 'fd00:ec2::254'),
  addressRow('cimd-mapped', 'loopback inside an IPv6 address', '::ffff:127.0.0.2'),
  addressRow('cimd-mapped-hex', 'the same in hexadecimal', '::ffff:7f00:2'),
  addressRow('cimd-nat64', 'loopback behind a translator', '64:ff9b::7f00:2'),
  addressRow('cimd-6to4', 'loopback inside a 6to4 address', '2002:7f00:2::1'),
  addressRow('cimd-one-of-two', 'a host with a public address and one of this machine', '127.0.0.1', '127.0.0.2'),
];

/** As it stands: these are no clients, so nothing is noted of a document. */
const urlRow = (name: string, tried: string, reason: string, clientId: (scene: Scene) => string): Row => ({
  name,
  tried,
  ...refused(`document_url_${reason}`),
  launch: (scene) => scene.authorize({ client_id: clientId(scene) }),
  also: untouched,
});

const URLS: readonly Row[] = [
  urlRow('cimd-literal', 'an address instead of a name', 'host', ({ victim }) => `https://127.0.0.2:${victim.port}/c`),
  urlRow(
    'cimd-literal-decimal',
    'the same as one number',
    'spelling',
    ({ victim }) => `https://2130706434:${victim.port}/c`,
  ),
  urlRow('cimd-localhost', 'the name of this machine', 'host', ({ victim }) => `https://localhost:${victim.port}/c`),
  urlRow('cimd-http', 'a document in clear', 'spelling', ({ documents }) => `http://chat.example:${documents.port}/c`),
  urlRow('cimd-port', 'the port of another service', 'port', () => 'https://evil.example:22/c'),
  urlRow(
    'cimd-userinfo',
    'a welcome host as a user name',
    'userinfo',
    ({ documents }) => `https://chat.example@evil.example:${documents.port}/c`,
  ),
  urlRow(
    'cimd-dot-segments',
    'another spelling of a client’s address',
    'spelling',
    ({ documents }) => `https://chat.example:${documents.port}/x/../client.json`,
  ),
  urlRow(
    'cimd-capitals',
    'the same in capitals',
    'spelling',
    ({ documents }) => `https://CHAT.example:${documents.port}/client.json`,
  ),
];

type Answer = (scene: Scene) => Parameters<DocumentHost['answers']['set']>[1];
const answerRow = (name: string, tried: string, reason: string, answer: Answer): Row => ({
  name,
  tried,
  ...refused(`document_${reason}`),
  launch(scene) {
    scene.documents.answers.set('/client.json', answer(scene));
    return scene.authorize({ client_id: scene.documentUrl('evil.example') });
  },
  also: untouched,
});

const JSON_TYPE = { 'content-type': 'application/json' };
const whole = (scene: Scene, changes: object = {}): string =>
  JSON.stringify({ ...CLIENT, client_id: scene.documentUrl('evil.example'), ...changes });

const ANSWERS: readonly Row[] = [
  answerRow('cimd-redirect', 'a redirect to this machine', 'redirected', ({ victim }) => (_request, response) => {
    response.writeHead(302, { location: `https://127.0.0.2:${victim.port}/client.json` }).end();
  }),
  answerRow('cimd-huge', 'a document without an end', 'too_large', (scene) => (_request, response) => {
    response.writeHead(200, JSON_TYPE);
    const text = whole(scene, { pad: 'x'.repeat(64 * 1024) });
    response.end(text);
  }),
  answerRow(
    'cimd-bomb',
    'a small document that becomes a large one',
    'content_coding',
    (scene) => (_request, response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' });
      response.end(gzipSync(whole(scene)));
    },
  ),
  answerRow('cimd-slow', 'a document that comes a byte at a time', 'too_slow', (scene) => (_request, response) => {
    response.writeHead(200, JSON_TYPE);
    const text = whole(scene);
    let sent = 0;
    const dripping = setInterval(() => {
      if (sent < text.length) response.write(text[sent]);
      else response.end();
      sent += 1;
    }, 20);
    response.once('close', () => clearInterval(dripping));
  }),
  answerRow('cimd-page', 'a page that a user of the host wrote', 'content_type', (scene) => (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(whole(scene));
  }),
  answerRow(
    'cimd-speaks-for-another',
    'a document that says it is a welcome client’s',
    'client_id',
    (scene) => (_request, response) => {
      response.writeHead(200, JSON_TYPE).end(whole(scene, { client_id: scene.documentUrl('chat.example') }));
    },
  ),
  answerRow(
    'cimd-shared-secret',
    'a secret that everybody can read',
    'secret_in_document',
    (scene) => (_request, response) => {
      response.writeHead(200, JSON_TYPE).end(whole(scene, { client_secret: 'known to all' }));
    },
  ),
  answerRow(
    'cimd-javascript',
    'a redirect URI that is a script',
    'redirect_scheme',
    (scene) => (_request, response) => {
      response.writeHead(200, JSON_TYPE).end(whole(scene, { redirect_uris: ['javascript:alert(1)'] }));
    },
  ),
  answerRow('cimd-as-gatebook', 'the name Gatebook', 'name_looks_like_gatebook', (scene) => (_request, response) => {
    response.writeHead(200, JSON_TYPE).end(whole(scene, { client_name: 'Gatebook' }));
  }),
];

const MORE: readonly Row[] = [
  {
    name: 'cimd-rebinding',
    tried: 'a name that leads to this machine a moment after it was checked',
    wire: '303 ok',
    book: ['control client_registered'],
    launch(scene) {
      leads(scene, 'evil.example', ['127.0.0.1'], ['127.0.0.2']);
      scene.victim.serve('/client.json', { ...CLIENT, client_id: scene.documentUrl('evil.example') });
      return scene.authorize({ client_id: scene.publish('evil.example') });
    },
    also: untouched,
  },
  {
    name: 'cimd-flood',
    tried: 'one document after another from one address',
    wire: '503 page',
    book: [
      'control client_registered',
      'control client_registered',
      'control client_registered',
      'denied client_refused document_rate_limited',
      'denied oauth_authorization temporarily_unavailable',
    ],
    async launch(scene) {
      for (let turn = 0; turn < 8; turn += 1)
        await scene.authorize({ client_id: scene.publish('chat.example', {}, `/client-${turn}.json`) });
      return scene.authorize({ client_id: scene.publish('chat.example', {}, '/client-9.json') });
    },
    also: {
      says: 'three are fetched',
      holds: (_reply, { documents }) => assert.equal(documents.asked.length, 3),
    },
  },
  {
    name: 'cimd-again-and-again',
    tried: 'the same broken document again and again',
    wire: '400 page',
    book: ['denied client_refused document_gone', 'denied oauth_authorization invalid_client'],
    async launch(scene) {
      for (let turn = 0; turn < 8; turn += 1)
        await scene.authorize({ client_id: scene.documentUrl('evil.example', '/x') });
      return scene.authorize({ client_id: scene.documentUrl('evil.example', '/x') });
    },
    also: {
      says: 'its host is asked once',
      holds: (_reply, { documents }) => assert.equal(documents.asked.length, 1),
    },
  },
];

export const DOCUMENT_ATTACKS: readonly Attack[] = inGroup('documents of clients', [
  ...ADDRESSES,
  ...URLS,
  ...ANSWERS,
  ...MORE,
]);
