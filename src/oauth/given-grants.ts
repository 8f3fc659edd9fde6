/** What a person let clients do on one sign-in, as people and admins see it, and the port to end it. Plain data. */
import type { OAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRows } from '#oauth/oauth-rows.ts';

export type GivenGrant = {
  /** Names it to people and in records; opens nothing. */
  readonly name: string;
  readonly clientId: string;
  /** URLs of connections or of the API. */
  readonly resources: readonly string[];
  readonly givenAtMs: number;
  readonly endsAtMs: number;
};

export type GivenGrants = {
  /** Of one sign-in, newest first. Throws when the store cannot be read. */
  of(signIn: string): readonly GivenGrant[];
  /** Tokens and codes of it end with it. Only one of this sign-in; false: there is none (any more). */
  end(signIn: string, name: string): Promise<boolean>;
};

/** What oidc-provider keeps of a grant, as far as it is read here. */
type Payload = { readonly clientId?: string; readonly resources?: Readonly<Record<string, unknown>> };

export function createGivenGrants(
  rows: Pick<OAuthRows, 'grantsOf' | 'write'>,
  keys: Pick<OAuthKeys, 'open' | 'grantName'>,
): GivenGrants {
  return {
    of: (signIn) =>
      rows
        .grantsOf(signIn)
        .map((row) => {
          const { clientId = '', resources = {} } = JSON.parse(keys.open(row.digest, row.sealed)) as Payload;
          return {
            name: keys.grantName(row.digest),
            clientId,
            resources: Object.keys(resources),
            givenAtMs: row.madeMs,
            endsAtMs: row.expiresMs,
          };
        })
        .toSorted((a, b) => b.givenAtMs - a.givenAtMs),
    async end(signIn, name) {
      const row = rows.grantsOf(signIn).find(({ digest }) => keys.grantName(digest) === name);
      if (row === undefined) return false;
      await rows.write({ act: 'end_grant', grant: row.digest });
      return true;
    },
  };
}
