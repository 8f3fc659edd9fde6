/** Rows about keys over time. Each has a gateway of its own. */
import { LIMITS } from '#limits.ts';
import { forge } from '../../fakes/forge.ts';
import type { FakeIssuer } from '../../fakes/issuer.ts';
import { INVALID_TOKEN, NO_KEYS, stranger } from './attack.ts';
import type { RecordExpected, Row, WireExpected } from './attack.ts';
import { jwkOf, KEYS } from './crafts.ts';
import type { Claims } from './crafts.ts';
import type { Scene } from './scene.ts';
import type { Reply } from './wire.ts';

export const COOLDOWN = LIMITS.issuerRefetchCooldownMs;
export const ADA: RecordExpected = { kind: 'intent', who: { issuer: 'idp', subject: 'ada', kind: 'person' } };
export const HOUR = 3_600;

/** Each has a gateway of its own: what it does to an issuer would be in the way of the others. */
export const over = (
  name: string,
  tried: string,
  [wire, record]: readonly [WireExpected, RecordExpected],
  launch: (scene: Scene) => Promise<Reply>,
  also?: Row['also'],
): Row => ({ name, tried, wire, record, scene: {}, launch, ...(also === undefined ? {} : { also }) });

export const refused = (reason: string, count = 1) =>
  [INVALID_TOKEN, stranger(reason, 'unauthenticated', count)] as const;
export const UNKNOWN = refused('unknown_key');
export const UNAVAILABLE = [NO_KEYS, stranger('keys_unavailable', 'identity_unavailable')] as const;

/** Signed with the attacker's key under its name. */
export const mine = (scene: Scene, kid = 'mine', claims: Claims = {}): string =>
  forge(scene.craft.parts(claims, { kid }), KEYS.attacker.privateKey);
export const publishMine = (issuer: FakeIssuer): void =>
  void (issuer.extraKeys = [...issuer.extraKeys, jwkOf(KEYS.attacker, 'mine')]);
export const asked = (says: string, times: number): NonNullable<Row['also']> => ({
  says,
  holds({ issuers }) {
    const { jwks } = issuers.idp.fetches;
    if (jwks !== times) throw new Error(`the issuer was asked ${jwks} times, not ${times}`);
  },
});
