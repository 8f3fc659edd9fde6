/** The callers a policy test file names, each as a verified token of its issuer would make it. */
import { askedAccount } from '#cli/account-caller.ts';
import type { Accounts } from '#cli/account-caller.ts';
import type { CallerSettings } from '#cli/policy-test-schema.ts';
import type { Complaint, ConfigPath } from '#config/problem.ts';
import type { Config } from '#config/schema.ts';
import { GATEBOOK_NAMESPACE } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';

export function testCallers(
  settings: Readonly<Record<string, CallerSettings>>,
  loaded: Accounts & { readonly config: Pick<Config, 'issuers'> },
): { readonly callers: ReadonlyMap<string, Caller>; readonly complaints: readonly Complaint[] } {
  const { issuers } = loaded.config;
  const callers = new Map<string, Caller>();
  const complaints: Complaint[] = [];
  for (const [name, { namespace, subject, kind, groups, client, scopes, key }] of Object.entries(settings)) {
    const path = ['callers', name];
    if (namespace === GATEBOOK_NAMESPACE) {
      const account = askedAccount({ subject: subject ?? name, kind, groups, client, scopes, key }, loaded);
      if (account.ok) callers.set(name, account.value);
      else
        complaints.push({ path, message: account.error, fix: 'name an account of `serviceAccounts` as the subject' });
      continue;
    }
    if (key !== undefined)
      complaints.push({
        path: [...path, 'key'],
        message: 'belongs to a service account of Gatebook',
        fix: 'remove it, or take the namespace gatebook',
      });
    const issuer = new Map(Object.entries(issuers)).get(namespace);
    if (issuer === undefined) {
      const known = Object.keys(issuers).join(', ');
      complaints.push({
        path: [...path, 'namespace'],
        message: `there is no issuer "${namespace}"`,
        fix: `name one of: ${known}`,
      });
      continue;
    }
    complaints.push(
      ...foreignNames(namespace, groups, [...path, 'groups']),
      ...foreignNames(namespace, scopes, [...path, 'scopes']),
      ...(client === undefined || client.startsWith(`${namespace}:`) ? [] : [foreign(namespace, [...path, 'client'])]),
    );
    callers.set(name, {
      issuer: issuer.issuer,
      namespace,
      subject: subject ?? name,
      kind: kind ?? 'person',
      groups,
      client,
      scopes,
    });
  }
  return { callers, complaints };
}

/** A group without its namespace would match nothing, and the test would pass for the wrong reason. */
const foreignNames = (namespace: string, names: readonly string[], path: ConfigPath): readonly Complaint[] =>
  names.flatMap((name, index) => (name.startsWith(`${namespace}:`) ? [] : [foreign(namespace, [...path, index])]));

const foreign = (namespace: string, path: ConfigPath): Complaint => ({
  path,
  message: 'is not of this issuer',
  fix: `begin it with ${namespace}:`,
});
