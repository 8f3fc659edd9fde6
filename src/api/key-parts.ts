/** What the API needs to make, list and revoke API keys of service accounts. */
import type { ApiKeyStore, ReservedKey } from '#accounts/api-key.ts';
import type { ServiceAccounts } from '#accounts/service-account.ts';
import type { RoleGroups } from '#api/roles.ts';

export type KeyParts = {
  readonly store: ApiKeyStore;
  /** A new one, with what is kept of it. */
  readonly newKey: () => { readonly key: string } & Pick<ReservedKey, 'id' | 'digest'>;
  /** Of the configuration in force at each use. */
  readonly inForce: () => {
    readonly accounts: ServiceAccounts;
    readonly connections: readonly string[];
    readonly levels: readonly string[];
    readonly roles: RoleGroups;
  };
};
