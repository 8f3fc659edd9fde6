/** The secrets of signing in that gatebook.yaml refers to: those Gatebook shows issuers, and those clients show it. */
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { rawEntries, rawMap, rawText } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import { resolveSecret } from '#config/secrets.ts';
import type { Secret, SecretSource } from '#config/secrets.ts';
import { readClientKey } from '#oauth/own-key.ts';

export type ResolvedSignIn = {
  /** `issuers.*.signIn.clientSecret`, by issuer. */
  readonly issuerSecrets: ReadonlyMap<string, Secret>;
  /** `issuers.*.signIn.clientKey`, PEM, by issuer. */
  readonly issuerKeys: ReadonlyMap<string, Secret>;
  /** `signIn.clients.known.*.secret`, by client. */
  readonly clientSecrets: ReadonlyMap<string, Secret>;
};

export function resolveSignIn(
  raw: RawMap,
  source: SecretSource,
): { readonly resolved: ResolvedSignIn; readonly complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const resolveInto = (into: Map<string, Secret>, name: string, value: unknown, path: ConfigPath): void => {
    const reference = rawText(value);
    // Another shape than text is the schema's complaint.
    if (reference === undefined || reference === '') return;
    const secret = resolveSecret(reference, source);
    if (secret.ok) into.set(name, secret.value);
    else complaints.push({ path, ...secret.error });
  };
  const [issuerSecrets, issuerKeys, clientSecrets] = [
    new Map<string, Secret>(),
    new Map<string, Secret>(),
    new Map<string, Secret>(),
  ];
  for (const [name, issuer] of rawEntries(raw['issuers'])) {
    const signIn = rawMap(issuer['signIn']);
    const path = ['issuers', name, 'signIn'];
    resolveInto(issuerSecrets, name, signIn['clientSecret'], [...path, 'clientSecret']);
    resolveInto(issuerKeys, name, signIn['clientKey'], [...path, 'clientKey']);
    const pem = issuerKeys.get(name)?.reveal();
    if (pem !== undefined && !readClientKey(pem).ok)
      complaints.push({
        path: [...path, 'clientKey'],
        message: 'does not resolve to a private key in PEM: RSA of 2048 bits or more, P-256, or Ed25519',
        fix: 'make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048',
      });
  }
  for (const [name, client] of rawEntries(rawMap(rawMap(raw['signIn'])['clients'])['known']))
    resolveInto(clientSecrets, name, client['secret'], ['signIn', 'clients', 'known', name, 'secret']);
  return { resolved: { issuerSecrets, issuerKeys, clientSecrets }, complaints };
}
