/** Issuers that break, lie or hang. */
import { LIMITS } from '#limits.ts';
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { jwkOf, KEYS } from './crafts.ts';
import { COOLDOWN, mine, over, publishMine, UNKNOWN } from './key-rows.ts';
import type { Scene } from './scene.ts';

/** The attacker's key is where the gateway must not take it from; then a token of that key is shown. */
const poisoned = (name: string, tried: string, poison: (scene: Scene) => void): Row =>
  over(name, tried, UNKNOWN, (scene) => {
    poison(scene);
    scene.clock.advance(COOLDOWN);
    return scene.show(mine(scene));
  });

/** The issuer starts an answer and does not end it: the token waits, and time is moved to the end of its patience. */
const hanging = (name: string, tried: string, mode: 'slow' | 'trickle'): Row =>
  over(name, tried, UNKNOWN, async (scene) => {
    const { idp } = scene.issuers;
    idp.mode = mode;
    scene.clock.advance(COOLDOWN);
    let isAnswered = false;
    const reply = scene.show(mine(scene)).finally(() => {
      isAnswered = true;
    });
    await scene.until('the issuer was asked', () => idp.fetches.jwks === 2);
    scene.clock.advance(LIMITS.issuerFetchMs);
    await scene.until('the gateway answered', () => isAnswered);
    return reply;
  });

const says = (words: string): NonNullable<Row['also']> => ({
  says: `the log says \`${words}\``,
  holds(scene) {
    if (!scene.log().includes(words)) throw new Error(`the log does not say ${words}`);
  },
});

export const ISSUER_ATTACKS: readonly Attack[] = inGroup('issuers that break, lie or hang', [
  {
    ...poisoned('jwks-redirect', 'a redirect from the key set to another host’s', ({ issuers }) => {
      publishMine(issuers.twin);
      issuers.idp.mode = 'redirect';
      issuers.idp.redirectTo = issuers.twin.jwksUri;
    }),
    also: {
      says: 'the other host is not asked',
      holds({ issuers }) {
        if (issuers.twin.fetches.jwks !== 1) throw new Error('the redirect was followed');
      },
    },
  },
  poisoned('jwks-10mb', 'a key set of 10 MB', ({ issuers }) => {
    publishMine(issuers.idp);
    issuers.idp.mode = 'huge';
  }),
  poisoned('jwks-too-many-keys', 'a key set of more keys than an issuer needs', ({ issuers }) => {
    publishMine(issuers.idp);
    issuers.idp.extraKeys.push(
      ...Array.from({ length: LIMITS.issuerKeys }, (_, index) => jwkOf(KEYS.twin, `spare-${index}`)),
    );
  }),
  poisoned('jwks-duplicate-kid', 'a key set with one `kid` for two keys', ({ issuers }) => {
    publishMine(issuers.idp);
    issuers.idp.extraKeys = [...issuers.idp.extraKeys, jwkOf(KEYS.attacker, 'rsa')];
  }),
  poisoned('jwks-garbage', 'a page in HTML instead of the key set', ({ issuers }) => {
    publishMine(issuers.idp);
    issuers.idp.mode = 'garbage';
  }),
  poisoned('metadata-of-another-issuer', 'metadata of another issuer: a slash more', ({ issuers }) => {
    publishMine(issuers.idp);
    issuers.idp.metadata = { issuer: `${issuers.idp.url}/` };
  }),
  {
    ...poisoned('metadata-jwks-uri-mapped', 'a `jwks_uri` that is loopback only in another spelling', ({ issuers }) => {
      publishMine(issuers.twin);
      issuers.idp.metadata = { jwks_uri: issuers.twin.jwksUri.replace('127.0.0.1', '[::ffff:127.0.0.1]') };
    }),
    also: says('jwks_uri_refused'),
  },
  {
    ...poisoned('metadata-jwks-uri-with-password', 'a `jwks_uri` with a user name in it', ({ issuers }) => {
      publishMine(issuers.twin);
      issuers.idp.metadata = { jwks_uri: issuers.twin.jwksUri.replace('http://', 'http://idp@') };
    }),
    also: says('jwks_uri_refused'),
  },
  hanging('jwks-slow', 'an issuer that does not answer', 'slow'),
  hanging('jwks-trickle', 'an issuer that begins an answer and does not end it', 'trickle'),
]);
