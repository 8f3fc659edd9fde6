/** Keys over time: floods of unknown ones, new, removed and stale ones. */
import { LIMITS } from '#limits.ts';
import { inGroup, PASSES } from './attack.ts';
import type { Attack } from './attack.ts';
import { jwkOf, KEYS } from './crafts.ts';
import { ADA, asked, COOLDOWN, HOUR, mine, over, publishMine, refused, UNAVAILABLE, UNKNOWN } from './key-rows.ts';
import type { Reply } from './wire.ts';

export const FLOOD_ATTACKS: readonly Attack[] = inGroup('floods of unknown keys', [
  over(
    'key-flood',
    '50 tokens with invented `kid` at once, then 10 more',
    refused('unknown_key', 60),
    async (scene) => {
      scene.clock.advance(COOLDOWN);
      const flood = (from: number, to: number): Promise<Reply>[] =>
        Array.from({ length: to - from }, (_, index) => scene.show(mine(scene, `invented-${from + index}`)));
      await Promise.all(flood(0, 50));
      return (await Promise.all(flood(50, 60)))[0]!;
    },
    asked('the issuer is asked once, as for one', 2),
  ),
  over(
    'key-flood-within-cooldown',
    'an unknown `kid` within the cooldown',
    UNKNOWN,
    (scene) => {
      scene.clock.advance(COOLDOWN - 1);
      return scene.show(mine(scene));
    },
    asked('the issuer is not asked', 1),
  ),
  over(
    'key-flood-while-issuer-hangs',
    'more unknown `kid` than may wait for a hanging issuer: the others have no room left',
    UNAVAILABLE,
    async (scene) => {
      const { idp } = scene.issuers;
      idp.mode = 'slow';
      scene.clock.advance(COOLDOWN);
      // From elsewhere: only the one too many is the attack that is looked at.
      const waiting = Array.from({ length: LIMITS.issuerKeyWaiters }, (_, index) =>
        scene.showFromElsewhere(mine(scene, `invented-${index}`)),
      );
      await scene.until('all wait', () => scene.waiting() === LIMITS.issuerKeyWaiters);
      let isAnswered = false;
      const reply = scene.show(mine(scene, 'one-too-many')).finally(() => {
        isAnswered = true;
      });
      await scene.until('the one too many was answered', () => isAnswered);
      scene.clock.advance(LIMITS.issuerFetchMs);
      await Promise.all(waiting);
      return reply;
    },
  ),
]);

export const ROTATION_ATTACKS: readonly Attack[] = inGroup('new, removed and stale keys', [
  over(
    'key-new-within-cooldown',
    'a key the issuer just published, within the cooldown',
    UNKNOWN,
    (scene) => {
      publishMine(scene.issuers.idp);
      return scene.show(mine(scene));
    },
    asked('the issuer is not asked', 1),
  ),
  over(
    'key-new',
    'the same after the cooldown: the first token of a new key finds it',
    [PASSES, ADA],
    (scene) => {
      publishMine(scene.issuers.idp);
      scene.clock.advance(COOLDOWN);
      return scene.show(mine(scene));
    },
    asked('the issuer is asked once', 2),
  ),
  over('key-removed', 'a token let through before, after the issuer withdrew its key', UNKNOWN, async (scene) => {
    const good = scene.craft.idp({ exp: scene.craft.now() + HOUR });
    await scene.prime(good);
    scene.issuers.idp.extraKeys = scene.issuers.idp.extraKeys.filter(({ kid }) => kid !== 'rsa');
    await scene.refresh('idp', LIMITS.issuerKeysFreshMs);
    return scene.show(good);
  }),
  over(
    'key-replaced-under-kid',
    'a token let through before, after its `kid` came to name another key',
    refused('bad_signature'),
    async (scene) => {
      const good = scene.craft.idp({ exp: scene.craft.now() + HOUR });
      await scene.prime(good);
      const others = scene.issuers.idp.extraKeys.filter(({ kid }) => kid !== 'rsa');
      scene.issuers.idp.extraKeys = [...others, jwkOf(KEYS.attacker, 'rsa')];
      await scene.refresh('idp', LIMITS.issuerKeysFreshMs);
      return scene.show(good);
    },
  ),
  over(
    'key-removed-while-away',
    'a key withdrawn while the gateway was stopped, right after its start',
    UNKNOWN,
    async (scene) => {
      await scene.stop();
      scene.issuers.idp.extraKeys = scene.issuers.idp.extraKeys.filter(({ kid }) => kid !== 'rsa');
      await scene.start();
      return scene.show(scene.craft.idp());
    },
  ),
  over('key-stale', 'a good token after a day without an answer of the issuer', UNAVAILABLE, (scene) => {
    scene.issuers.idp.mode = 'error';
    scene.clock.set(scene.clock.nowMs() + LIMITS.issuerKeysStaleMs + 1);
    return scene.show(scene.craft.idp());
  }),
  over('key-outage', 'a good token while the issuer fails, before a day has passed', [PASSES, ADA], async (scene) => {
    scene.issuers.idp.mode = 'error';
    await scene.refresh('idp', LIMITS.issuerKeysFreshMs);
    return scene.show(scene.craft.idp());
  }),
]);
