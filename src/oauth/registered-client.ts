/**
 * A client program as it is kept: what it says of itself, what an admin said to that, and what follows from both. A decision
 * is about what was looked at: whoever changes its name or where it sends people is somebody to be looked at again.
 */
import { hash } from 'node:crypto';
import type { ClientMetadata } from '#oauth/client-metadata.ts';
import { judgeClient } from '#oauth/client-policy.ts';
import type { ClientPolicy } from '#oauth/client-policy.ts';
import { redirectPlace } from '#oauth/redirect-uri.ts';
import type { Limits } from '#limits.ts';
import { unreachable } from '#result.ts';

export type ClientDecision = {
  readonly is: 'approved' | 'denied';
  /** Of the profile that was decided on. */
  readonly profile: string;
  readonly atMs: number;
  readonly by: { readonly issuer: string; readonly subject: string };
  /** The control record: `<shard>:<n>`. */
  readonly record: string;
};

export type RegisteredClient = {
  /** Random for one that registered itself (RFC 7591), else the URL of its document. */
  readonly id: string;
  readonly kind: 'registered' | 'document';
  readonly metadata: ClientMetadata;
  /** Keyed digest of its secret, of one that has one. */
  readonly secretDigest: Uint8Array | undefined;
  readonly createdAtMs: number;
  /** Until when a document need not be fetched again, and when it last was; 0 for a registration. */
  readonly freshUntilMs: number;
  readonly fetchedAtMs: number;
  /** Tokens were last issued to it. */
  readonly usedAtMs: number | undefined;
  /** A person asked for it while it waited for an admin. */
  readonly askedAtMs: number | undefined;
  readonly decision: ClientDecision | undefined;
};

const HANDLE_DIGITS = 24;

export type Standing =
  | { readonly is: 'allowed' }
  /** An admin has to decide. `wasApproved`: they did, and it has changed since. */
  | { readonly is: 'waiting'; readonly wasApproved: boolean }
  | { readonly is: 'denied'; readonly by: 'policy' | 'admin' };

/** What a person consents to and an admin approves: a name, and where it sends people. */
export const profileOf = ({ name, redirects, auth }: ClientMetadata): string =>
  hash(
    'sha256',
    JSON.stringify([name ?? null, [...new Set(redirects.map(redirectPlace))].toSorted(), auth]),
    'base64url',
  );

/** What people call it by: no path or command line has to hold a whole URL. */
export const handleOf = (clientId: string): string =>
  clientId.includes('/') ? `d-${hash('sha256', clientId, 'hex').slice(0, HANDLE_DIGITS)}` : clientId;

export const documentHostOf = ({ id, kind }: Pick<RegisteredClient, 'id' | 'kind'>): string | undefined =>
  kind === 'document' ? new URL(id).hostname : undefined;

export function standingOf(
  client: Pick<RegisteredClient, 'id' | 'kind' | 'metadata' | 'decision'>,
  policy: ClientPolicy,
): Standing {
  const { decision } = client;
  // A no is about the client, whatever it says next.
  if (decision?.is === 'denied') return { is: 'denied', by: 'admin' };
  const judged = { documentHost: documentHostOf(client), redirects: client.metadata.redirects };
  const judgement = judgeClient(judged, policy);
  switch (judgement) {
    case 'allow':
      return { is: 'allowed' };
    case 'deny':
      return { is: 'denied', by: 'policy' };
    case 'approve':
      if (decision?.profile === profileOf(client.metadata)) return { is: 'allowed' };
      return { is: 'waiting', wasApproved: decision !== undefined };
    default:
      return unreachable(judgement);
  }
}

export type ClientLifetimes = Pick<Limits, 'clientUnusedMs' | 'clientWaitingMs' | 'clientKeptMs'>;

/** When it is forgotten unless something happens. What an admin decided lasts as long as a client that is used. */
export function expiresAtMs(
  { createdAtMs, usedAtMs, askedAtMs, decision, fetchedAtMs }: Omit<RegisteredClient, 'id' | 'kind' | 'metadata'>,
  { clientUnusedMs, clientWaitingMs, clientKeptMs }: ClientLifetimes,
): number {
  return Math.max(
    Math.max(createdAtMs, fetchedAtMs) + clientUnusedMs,
    (askedAtMs ?? -Infinity) + clientWaitingMs,
    (usedAtMs ?? -Infinity) + clientKeptMs,
    (decision?.atMs ?? -Infinity) + clientKeptMs,
  );
}
