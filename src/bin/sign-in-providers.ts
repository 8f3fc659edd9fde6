/** Where people sign in, of one configuration: each issuer with `signIn`, reached by the way its keys are. */
import { openFetch, settingsOf } from '#bin/issuers.ts';
import type { LoadedConfig } from '#config/load.ts';
import { readClientKey } from '#oauth/own-key.ts';
import { createOpenidProvider } from '#signin/providers/openid-provider.ts';
import type { ProviderSettings } from '#signin/providers/openid-provider.ts';
import type { Provider } from '#signin/providers/provider.ts';

type Authentication = ProviderSettings['authentication'];

/** Throws for a key that is none: the configuration was checked for it. */
function authenticationOf(namespace: string, { signInSecrets }: LoadedConfig): Authentication {
  const pem = signInSecrets.issuerKeys.get(namespace);
  if (pem !== undefined) {
    const key = readClientKey(pem.reveal());
    if (!key.ok) throw new Error(`the client key of ${namespace} cannot be used: ${key.error}`);
    return { key: key.value };
  }
  const secret = signInSecrets.issuerSecrets.get(namespace);
  return secret === undefined ? undefined : { secret: secret.reveal() };
}

/** Asks nobody anything yet; discovery happens when the first person comes. By namespace, in the order of the file. */
export function openProviders(
  loaded: LoadedConfig,
  { publicUrl, clock }: { readonly publicUrl: string; readonly clock: () => number },
): ReadonlyMap<string, Provider> {
  const providers = new Map<string, Provider>();
  for (const issuer of settingsOf(loaded)) {
    const { namespace } = issuer;
    const signIn = loaded.config.issuers[namespace]?.signIn;
    if (signIn === undefined) continue;
    const { clientId, scopes, groupsFrom, label = namespace } = signIn;
    const authentication = authenticationOf(namespace, loaded);
    providers.set(
      namespace,
      createOpenidProvider({
        settings: { issuer, label, clientId, authentication, scopes, groupsFrom },
        publicUrl,
        fetch: openFetch(issuer, loaded).fetch,
        limits: loaded.limits,
        now: clock,
      }),
    );
  }
  return providers;
}
