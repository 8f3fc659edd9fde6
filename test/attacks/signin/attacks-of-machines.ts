/** Keys and assertions of service accounts, in hands or at places where they are not meant to be. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { makeApiKey } from '#accounts/api-key-form.ts';
import { LIMITS } from '#limits.ts';
import { openApiKeyStore } from '#store/api-keys.ts';
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { askByAssertion, askForKey, assertionOf, beginSession, by, call, keyOf, keysOf, makeKey } from './machines.ts';
import type { Scene } from './scene.ts';

const refused = (reason: string): Pick<Row, 'wire' | 'book'> => ({
  wire: '401 unauthenticated',
  book: [`denied unauthenticated ${reason}`],
});

const nothingReached = {
  says: 'no server hears of it',
  holds: (_reply: unknown, scene: Scene) => assert.equal(scene.gateway.server.seen.length, 0),
};

const misspelt = (key: string): string => `${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}`;

const sessions = new WeakMap<Scene, Readonly<Record<string, string>>>();

const PLACES: readonly Row[] = [
  {
    name: 'key-in-query',
    tried: 'a key in the address, where logs and referrers keep it',
    ...refused('missing'),
    prepare: makeKey(),
    launch: (scene) => call(scene, {}, { path: `/mcp/notes?access_token=${keyOf(scene)}` }),
    also: nothingReached,
  },
  {
    name: 'key-at-api',
    tried: 'a key for servers, at the API',
    ...refused('wrong_audience'),
    prepare: makeKey(),
    launch: (scene) => scene.send('/api/v1/events', { headers: by(keyOf(scene)) }),
  },
  {
    name: 'key-other-connection',
    tried: 'a key of one connection at another that its account may reach',
    wire: '404 unknown_connection',
    book: ['denied unknown_connection key_connection'],
    prepare: makeKey({ connections: ['masked'] }),
    launch: (scene) => call(scene, by(keyOf(scene))),
    also: nothingReached,
  },
  {
    name: 'key-network-forged',
    tried: 'a key from another network, with an X-Forwarded-For of the right one',
    ...refused('wrong_network'),
    prepare: makeKey({ networks: ['10.0.0.0/8'] }),
    launch: (scene) => call(scene, { ...by(keyOf(scene)), 'x-forwarded-for': '10.1.2.3' }),
    also: nothingReached,
  },
];

const GUESSES: readonly Row[] = [
  {
    name: 'key-misspelt',
    tried: 'a key that was made up without its checksum, to be looked up',
    ...refused('malformed_token'),
    prepare: makeKey(),
    launch: (scene) => call(scene, by(misspelt(keyOf(scene)))),
  },
  {
    name: 'key-guessed',
    tried: 'a key of the right form that nobody was given, to learn from the answer',
    ...refused('unknown_token'),
    prepare: makeKey(),
    launch: (scene) => call(scene, by(makeApiKey(randomBytes))),
    also: {
      says: 'the answer is that of a misspelt one',
      async holds(reply, scene) {
        const other = await call(scene, by(misspelt(keyOf(scene))));
        assert.equal(reply.headers['www-authenticate'], other.headers['www-authenticate']);
      },
    },
  },
];

const ENDED: readonly Row[] = [
  {
    name: 'key-account-ended',
    tried: 'a key of an account whose last day is over',
    ...refused('account_ended'),
    async prepare(scene) {
      await makeKey()(scene);
      const reloaded = await scene.gateway.reload((text) =>
        text.replace('purpose: attacks, connections', 'purpose: attacks, until: 2001-01-01, connections'),
      );
      assert.ok(reloaded.ok);
    },
    launch: (scene) => call(scene, by(keyOf(scene))),
    also: nothingReached,
  },
  {
    name: 'key-revoked-elsewhere',
    tried: 'a key that was used here a moment ago, and that another process revoked',
    ...refused('revoked'),
    async prepare(scene) {
      await makeKey()(scene);
      await call(scene, by(keyOf(scene)));
      const store = openApiKeyStore({ path: join(scene.gateway.dataDir, 'state.db'), limits: LIMITS });
      await store.write({ act: 'end', id: keysOf(scene)[0]?.id ?? '', atMs: Date.now() });
      await store.close();
    },
    launch: (scene) => call(scene, by(keyOf(scene))),
  },
];

const MORE: readonly Row[] = [
  {
    name: 'key-level-widened',
    tried: 'a call that the account may make and its key may not',
    wire: '200 ok',
    book: ['denied denied above_key_level'],
    prepare: makeKey({ level: 'look' }),
    launch: (scene) => call(scene, by(keyOf(scene)), { tool: 'put_note' }),
    also: nothingReached,
  },
  {
    name: 'key-session-of-wider',
    tried: 'the session of a key that may have more',
    wire: '404 ok',
    book: ['denied unknown_session not_of_this_caller'],
    async prepare(scene) {
      await makeKey()(scene);
      sessions.set(scene, await beginSession(scene));
      await makeKey({ level: 'look' })(scene);
    },
    launch: (scene) => call(scene, { ...by(keyOf(scene)), ...sessions.get(scene) }),
  },
  {
    name: 'key-third',
    tried: 'a third live key beside the two an account may have',
    wire: '409 too_many_keys',
    book: ['denied too_many_keys two_live_keys'],
    async prepare(scene) {
      await makeKey()(scene);
      await makeKey()(scene);
    },
    launch: (scene) => askForKey(scene),
  },
  {
    name: 'key-beyond-account',
    tried: 'a key for a connection that its account may not reach',
    wire: '400 invalid_parameter',
    book: [],
    launch: (scene) => askForKey(scene, { connections: ['private'] }),
  },
];

const ASSERTIONS: readonly Row[] = [
  {
    name: 'assertion-replayed',
    tried: 'an assertion of a service account, shown four times at once',
    wire: '401 invalid_client',
    book: ['control token_issued', 'denied oauth_grant invalid_client'],
    async launch(scene) {
      const assertion = assertionOf(scene);
      const replies = await Promise.all(Array.from({ length: 4 }, () => askByAssertion(scene, assertion)));
      assert.equal(replies.filter(({ status }) => status === 200).length, 1);
      return askByAssertion(scene, assertion);
    },
  },
  {
    name: 'assertion-for-others-too',
    tried: 'an assertion that was also meant for another server, which shows it here',
    wire: '401 invalid_client',
    book: ['denied oauth_grant invalid_client'],
    launch: (scene) =>
      askByAssertion(scene, assertionOf(scene, { aud: [scene.gateway.origin, 'https://evil.example'] })),
  },
  {
    name: 'assertion-for-years',
    tried: 'an assertion that ends in years',
    wire: '401 invalid_client',
    book: ['denied oauth_grant invalid_client'],
    launch: (scene) => askByAssertion(scene, assertionOf(scene, { exp: Math.floor(Date.now() / 1_000) + 100_000_000 })),
  },
];

export const MACHINE_ATTACKS: readonly Attack[] = [
  ...inGroup('keys of machines at other places', PLACES),
  ...inGroup('keys of machines that were guessed', GUESSES),
  ...inGroup('keys of machines that are over', ENDED),
  ...inGroup('keys of machines that want more', MORE),
  ...inGroup('assertions of machines', ASSERTIONS),
];
