/** A service account of Gatebook's own as the caller that somebody asks about: who it is, its name says. */
import { accountCaller } from '#accounts/service-account.ts';
import type { LoadedConfig } from '#config/load.ts';
import type { Caller } from '#identity/caller.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type Accounts = Pick<LoadedConfig, 'publicUrl'> & {
  readonly config: Pick<LoadedConfig['config'], 'serviceAccounts'>;
};

export type AskedAccount = {
  readonly subject: string;
  readonly kind: 'person' | 'service_account' | undefined;
  readonly groups: readonly string[];
  readonly client: string | undefined;
  readonly scopes: readonly string[];
  /** The key it shows; all that the account has without one. */
  readonly key?: { readonly connections: readonly string[]; readonly level?: string | undefined } | undefined;
};

/** Errors: a sentence. */
export function askedAccount(asked: AskedAccount, { config, publicUrl }: Accounts): Result<Caller, string> {
  const { subject, kind, groups, client, scopes, key } = asked;
  const names = Object.keys(config.serviceAccounts);
  if (!names.includes(subject))
    return err(`there is no service account "${subject}"; there are: ${names.join(', ') || 'none'}`);
  if (kind === 'person') return err('a caller of the namespace gatebook is a service_account, not a person');
  const caller = accountCaller(subject, publicUrl);
  if (groups.length > 0 || scopes.length > 0) return err('a service account of Gatebook has no groups and no scopes');
  if (client !== undefined && client !== caller.client) return err(`its client is ${caller.client ?? ''}`);
  if (key === undefined) return ok(caller);
  return ok({ ...caller, key: { id: 'asked', connections: key.connections, level: key.level } });
}
