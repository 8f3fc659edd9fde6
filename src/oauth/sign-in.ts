/**
 * One sign-in of a person at an issuer: what the authorization server calls an account. Every grant, refresh token and web
 * session hangs on one and ends with it. Plain data, its rules and the port to its store; refuses to know HTTP and SQL.
 */
import type { Caller } from '#identity/caller.ts';
import { epochFault } from '#identity/epochs.ts';
import type { EpochSource } from '#identity/epochs.ts';
import type { Limits } from '#limits.ts';

export type SignIn = {
  readonly id: string;
  /** As in `Caller`: the identity is the same as with a token of the issuer. */
  readonly issuer: string;
  readonly namespace: string;
  readonly subject: string;
  /** For people to read, never for identity. */
  readonly login: string | undefined;
  /** Namespaced. */
  readonly groups: readonly string[];
  readonly signedInAtMs: number;
  /** The absolute end, however often it is refreshed. */
  readonly expiresAtMs: number;
  /** When the issuer last said that this person may still sign in. */
  readonly checkedAtMs: number;
  /** The issuer's refresh token, sealed. */
  readonly sealedRefresh: Uint8Array | undefined;
  readonly endedAtMs: number | undefined;
};

export type SignInChange = Partial<Pick<SignIn, 'groups' | 'checkedAtMs' | 'sealedRefresh'>>;

/** Reading is synchronous and throws when the store cannot be read; writing is durable when it resolves. */
export type SignInStore = {
  create(signIn: SignIn): Promise<void>;
  find(id: string): SignIn | undefined;
  update(id: string, change: SignInChange): Promise<void>;
  /** Ends everything that hangs on it too: grants, codes and tokens. */
  end(id: string, atMs: number): Promise<void>;
  /** Those of one person that have not ended. */
  of(issuer: string, subject: string): readonly SignIn[];
};

export type SignInFault = 'ended' | 'expired' | 'revoked' | 'revocations_unknown';

/** Under which name a client is known to grants, records and revocations. */
export const clientName = (clientId: string): string => `gatebook:${clientId}`;

/** Who calls with a token that came of this sign-in. */
export const callerOf = (
  { issuer, namespace, subject, groups }: Pick<SignIn, 'issuer' | 'namespace' | 'subject' | 'groups'>,
  clientId: string | undefined,
): Caller => ({
  issuer,
  namespace,
  subject,
  kind: 'person',
  groups,
  client: clientId === undefined ? undefined : clientName(clientId),
  scopes: [],
});

/**
 * What is compared with revocation epochs. An epoch lies ahead by the skew that is forgiven to an issuer's clock
 * (`epochAt`); what the gateway itself made at a moment has none, and must count when it was made after the revocation.
 */
export const countsFromMs = (madeAtMs: number, limits: Pick<Limits, 'tokenClockSkewMs'>): number =>
  madeAtMs + limits.tokenClockSkewMs;

/** Until when the issuer's last yes counts: whoever was let go there is out by then, without a word of anybody. */
export const vouchedUntilMs = ({ checkedAtMs }: SignIn, limits: Pick<Limits, 'issuerCheckStaleMs'>): number =>
  checkedAtMs + limits.issuerCheckStaleMs;

/** Why nothing may be done on this sign-in any more; undefined when it holds. `clientId`: undefined for the web session. */
export function signInFault(
  signIn: SignIn,
  clientId: string | undefined,
  at: { readonly nowMs: number; readonly epochs: EpochSource; readonly limits: Pick<Limits, 'tokenClockSkewMs'> },
): SignInFault | undefined {
  if (signIn.endedAtMs !== undefined) return 'ended';
  if (signIn.expiresAtMs <= at.nowMs) return 'expired';
  return epochFault(callerOf(signIn, clientId), countsFromMs(signIn.signedInAtMs, at.limits), at.epochs);
}
