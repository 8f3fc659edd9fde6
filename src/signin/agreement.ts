/**
 * What a page of consent says, as one digest: whoever agreed, agreed to exactly this. And the word that brings the agreement
 * of somebody who was at the issuer meanwhile back to the page of the client's request.
 */
import { hash } from 'node:crypto';
import type { Limits } from '#limits.ts';
import type { Consented } from '#oauth/consent.ts';
import { parseRedirectUri, redirectPlace } from '#oauth/redirect-uri.ts';
import type { Seal } from '#oauth/seal.ts';
import type { AskedAuthorization } from '#signin/asked.ts';

/** `device` stands in the place of a redirect: no scheme and no host is called so. */
const DEVICE = 'another device';

/** Undefined for a redirect that no client can have: then nothing is agreed to. */
export function consentedOf({ client, redirectUri, resource, isDevice }: AskedAuthorization): Consented | undefined {
  const { id, name, metadataDigest } = client;
  const said = { clientId: id, clientName: name, resource, metadataDigest };
  if (isDevice) return { ...said, place: DEVICE };
  const redirect = parseRedirectUri(redirectUri ?? '');
  return redirect.ok ? { ...said, place: redirectPlace(redirect.value) } : undefined;
}

/**
 * Whether the place a code goes to is its client's alone. Any program on a machine can listen on loopback or claim a scheme, and
 * whoever reads a device's code aloud may not be at it: there a person says yes each time (RFC 8252 section 8.6).
 */
export function isPlaceProven({ redirectUri, isDevice }: AskedAuthorization): boolean {
  const redirect = parseRedirectUri(redirectUri ?? '');
  return !isDevice && redirect.ok && redirect.value.kind === 'web';
}

export const digestOf = ({ clientId, place, resource, metadataDigest }: Consented): string =>
  hash('sha256', JSON.stringify([clientId, place, resource, metadataDigest]), 'base64url');

/** For `createSeal`. */
export const AGREED_SEAL = 'gatebook agreement v1';

export type Agreed = {
  readonly uid: string;
  /** Of `digestOf`. */
  readonly agreed: string;
  /** The sign-in that came of it. */
  readonly signIn: string;
  /** They proved again who they are, for this. */
  readonly isFresh: boolean;
};

export type AgreementWords = {
  readonly say: (agreed: Agreed) => string;
  /** Whether they proved themselves for it; undefined when the word is not about exactly this, or too old. */
  readonly hear: (word: string, about: Omit<Agreed, 'isFresh'>) => { readonly isFresh: boolean } | undefined;
};

/** Worth something in the browser of the request (its cookie), to this sign-in (its session), for a minute. */
export function createAgreementWords(
  seal: Seal,
  clock: () => number,
  limits: Pick<Limits, 'agreedMs'>,
): AgreementWords {
  const aboutOf = ({ uid, agreed, signIn }: Omit<Agreed, 'isFresh'>): string => JSON.stringify([uid, agreed, signIn]);
  return {
    say: (agreed) =>
      seal.seal(JSON.stringify([clock() + limits.agreedMs, agreed.isFresh]), aboutOf(agreed)).toString('base64url'),
    hear(word, about) {
      const text = seal.open(Buffer.from(word, 'base64url'), aboutOf(about));
      if (text === undefined) return undefined;
      const [untilMs, isFresh] = JSON.parse(text) as readonly [number, boolean];
      return clock() < untilMs ? { isFresh } : undefined;
    },
  };
}
