/** The notifiers of a valid gatebook.yaml, with the secrets that notify-secrets.ts found for them. */
import type { ResolvedNotify } from '#config/notify-secrets.ts';
import type { NotifierConfig } from '#config/notify-schema.ts';
import { principalOf } from '#config/hold-settings.ts';
import type { Config } from '#config/schema.ts';
import type { Secret } from '#config/secrets.ts';
import type { NotifierSettings } from '#notify/notifier-settings.ts';

/** One whose secrets were not looked up is left out: nobody is told anything where only the policy is asked. */
export function notifierSettings(
  config: Pick<Config, 'approvals' | 'issuers'>,
  resolved: ResolvedNotify,
): readonly NotifierSettings[] {
  return Object.entries(config.approvals.notify).flatMap(([name, one]) => {
    const settings = settingsOf(name, one, config, resolved);
    return settings === undefined ? [] : [settings];
  });
}

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

function settingsOf(
  name: string,
  one: DeepReadonly<NotifierConfig>,
  config: Pick<Config, 'issuers'>,
  { secrets, authorities }: ResolvedNotify,
): NotifierSettings | undefined {
  const found = secrets.get(name);
  const ca = authorities.get(name);
  switch (one.type) {
    case 'webhook': {
      const [url, secret, previous] = [found?.get('url'), found?.get('secret'), found?.get('previousSecret')];
      if (url === undefined || secret === undefined) return undefined;
      return { kind: one.type, name, url, secrets: previous === undefined ? [secret] : [secret, previous], ca };
    }
    case 'teams': {
      const url = found?.get('url');
      return url === undefined ? undefined : { kind: one.type, name, url, ca };
    }
    case 'email': {
      const { from, to, smtp } = one;
      const { host, port, security, username } = smtp;
      const password = found?.get('password');
      if (smtp.password !== undefined && password === undefined) return undefined;
      const login = username === undefined || password === undefined ? undefined : { username, password };
      return { kind: one.type, name, host, port, security, login, from, to, ca };
    }
    case 'slack': {
      const [token, signingSecret] = [found?.get('token'), found?.get('signingSecret')];
      if (token === undefined || signingSecret === undefined) return undefined;
      const people = Object.entries(one.people).flatMap(([member, named]) => {
        const principal = principalOf(named, config);
        return principal === undefined ? [] : [[member, principal] as const];
      });
      const { team, channel, api } = one;
      return { kind: one.type, name, token, signingSecret, team, channel, people: new Map(people), api: new URL(api) };
    }
    default:
      return one satisfies never;
  }
}

/** Everything a notifier is made with, secrets and authorities too; to compare only. */
export const notifierText = (one: NotifierSettings): string =>
  [
    JSON.stringify(one, (_key, value: unknown) => (value instanceof Map ? [...value] : value)),
    ...secretsOf(one).map((secret) => secret?.reveal() ?? ''),
  ].join('\n');

function secretsOf(one: NotifierSettings): readonly (Secret | undefined)[] {
  switch (one.kind) {
    case 'webhook':
      return [one.url, ...one.secrets];
    case 'teams':
      return [one.url];
    case 'email':
      return [one.login?.password];
    case 'slack':
      return [one.token, one.signingSecret];
    default:
      return one satisfies never;
  }
}
