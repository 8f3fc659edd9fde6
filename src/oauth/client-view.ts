/** A client program as admins see it, by API and command line. */
import type { ClientAuth } from '#oauth/client-metadata.ts';
import type { ClientPolicy } from '#oauth/client-policy.ts';
import { redirectPlace } from '#oauth/redirect-uri.ts';
import { handleOf, profileOf, standingOf } from '#oauth/registered-client.ts';
import type { RegisteredClient } from '#oauth/registered-client.ts';

export type ClientView = {
  readonly handle: string;
  readonly id: string;
  readonly kind: RegisteredClient['kind'];
  readonly name: string | null;
  /** Where it sends people: hosts, loopback, schemes of apps. */
  readonly redirects: readonly string[];
  readonly redirectUris: readonly string[];
  readonly auth: ClientAuth;
  readonly standing: 'allowed' | 'waiting' | 'denied';
  /** It was approved, and is another since. */
  readonly changed: boolean;
  readonly decision: {
    readonly is: 'approved' | 'denied';
    readonly at: string;
    readonly by: { readonly issuer: string; readonly subject: string };
    readonly record: string;
  } | null;
  readonly profile: string;
  readonly createdAt: string | null;
  readonly fetchedAt: string | null;
  readonly askedAt: string | null;
  readonly usedAt: string | null;
};

const time = (ms: number | undefined): string | null =>
  ms === undefined || ms === 0 ? null : new Date(ms).toISOString();

export function clientView(client: RegisteredClient, policy: ClientPolicy): ClientView {
  const { id, kind, metadata, decision } = client;
  const standing = standingOf(client, policy);
  return {
    handle: handleOf(id),
    id,
    kind,
    name: metadata.name ?? null,
    redirects: [...new Set(metadata.redirects.map(redirectPlace))],
    redirectUris: metadata.redirects.map(({ uri }) => uri),
    auth: metadata.auth,
    standing: standing.is,
    changed: standing.is === 'waiting' && standing.wasApproved,
    decision:
      decision === undefined
        ? null
        : { is: decision.is, at: new Date(decision.atMs).toISOString(), by: decision.by, record: decision.record },
    profile: profileOf(metadata),
    createdAt: time(client.createdAtMs),
    fetchedAt: time(client.fetchedAtMs),
    askedAt: time(client.askedAtMs),
    usedAt: time(client.usedAtMs),
  };
}
