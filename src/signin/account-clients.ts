/**
 * The service accounts of gatebook.yaml as clients of the authorization server: each with what it proves itself with, for
 * client credentials alone. They register nowhere, nobody approves them, and one that is over is a client no more.
 */
import { liveAccount } from '#accounts/service-account.ts';
import type { ServiceAccounts } from '#accounts/service-account.ts';
import type { ResolvedAccounts } from '#config/service-accounts.ts';
import type { ClientKeys } from '#oauth/client-keys.ts';
import { ok } from '#result.ts';
import type { ClientMetadata, ClientSource } from '#signin/client-source.ts';

export type AccountClientsParts = {
  readonly accounts: ServiceAccounts;
  readonly credentials: ResolvedAccounts;
  readonly clientKeys: Pick<ClientKeys, 'secretDigest'>;
  readonly clock: () => number;
};

/** Undefined for an account that is not declared, is over, or has only API keys. */
function metadataOf(name: string, parts: AccountClientsParts): ClientMetadata | undefined {
  if (liveAccount(parts.accounts, name, parts.clock()) === undefined) return undefined;
  const { secrets, publicKeys } = parts.credentials;
  const [secret, keys] = [secrets.get(name), publicKeys.get(name)];
  const common = {
    client_id: name,
    client_name: name,
    application_type: 'native',
    // Nothing else: no browser, no refresh token (RFC 6749 section 4.4.3), no person.
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  };
  if (keys !== undefined)
    return {
      ...common,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: keys.map((key) => ({ ...key })) },
    };
  if (secret === undefined) return undefined;
  return {
    ...common,
    // The library takes it in the body as well.
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: parts.clientKeys.secretDigest(secret.reveal()).toString('hex'),
  };
}

/** Whoever registers under the name of an account is never found: the account is, or nobody. */
export function withAccountClients(others: ClientSource, parts: AccountClientsParts): ClientSource {
  const isAccount = (clientId: string): boolean => Object.hasOwn(parts.accounts, clientId);
  return {
    ...others,
    async find(clientId) {
      if (!isAccount(clientId)) return others.find(clientId);
      const metadata = metadataOf(clientId, parts);
      return metadata === undefined ? undefined : ok(metadata);
    },
    standing(clientId) {
      if (!isAccount(clientId)) return others.standing(clientId);
      return metadataOf(clientId, parts) === undefined ? undefined : { is: 'allowed' };
    },
    asked: (clientId) => (isAccount(clientId) ? Promise.resolve() : others.asked(clientId)),
    used(clientId) {
      if (!isAccount(clientId)) others.used(clientId);
    },
  };
}
