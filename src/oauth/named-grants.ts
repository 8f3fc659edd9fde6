/** One grant by the name that the book gives it, for whoever takes it away: whose it is, and its end. */
import type { OAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRows } from '#oauth/oauth-rows.ts';

export type NamedGrant = { readonly name: string; readonly signIn: string | undefined };

export type NamedGrants = {
  /** Undefined: there is none of this name, or it has ended. Throws when the store cannot be read. */
  find(name: string): NamedGrant | undefined;
  /** With its codes, refresh tokens and access tokens, in every process. Durable when it resolves. */
  end(name: string): Promise<void>;
};

export function createNamedGrants(
  rows: Pick<OAuthRows, 'grantNamed' | 'write'>,
  keys: Pick<OAuthKeys, 'grantPrefix'>,
): NamedGrants {
  const rowOf = (name: string) => {
    const prefix = keys.grantPrefix(name);
    return prefix === undefined ? undefined : rows.grantNamed(prefix);
  };
  return {
    find(name) {
      const row = rowOf(name);
      return row === undefined ? undefined : { name, signIn: row.signIn };
    },
    async end(name) {
      const row = rowOf(name);
      if (row !== undefined) await rows.write({ act: 'end_grant', grant: row.digest });
    },
  };
}
