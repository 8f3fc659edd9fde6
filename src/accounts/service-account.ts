/** Service accounts as gatebook.yaml declares them: when one ends, and who it is as a caller. Plain data and rules. */
import { GATEBOOK_NAMESPACE } from '#identity/caller.ts';
import type { Caller, KeyBounds } from '#identity/caller.ts';

export type ServiceAccount = {
  /** Who answers for it: `<issuer>:<subject>`. */
  readonly owner: string;
  readonly purpose: string;
  /** Its last day, YYYY-MM-DD (UTC). */
  readonly until?: string | undefined;
  /** The most it may reach, whatever grants say. */
  readonly connections: readonly string[];
};

/** By name. */
export type ServiceAccounts = Readonly<Record<string, ServiceAccount>>;

const DAY_MS = 24 * 3_600_000;

/** The first instant, Unix milliseconds, at which it is over; its last day counts in full. */
export const accountEndMs = ({ until }: Pick<ServiceAccount, 'until'>): number =>
  until === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${until}T00:00:00Z`) + DAY_MS;

/** Undefined for an account that is not declared, or is over. */
export function liveAccount(accounts: ServiceAccounts, name: string, nowMs: number): ServiceAccount | undefined {
  const account = Object.hasOwn(accounts, name) ? accounts[name] : undefined;
  return account === undefined || accountEndMs(account) <= nowMs ? undefined : account;
}

/** @param publicUrl the issuer of everything that is Gatebook's own */
export const accountCaller = (name: string, publicUrl: string, key?: KeyBounds): Caller => ({
  issuer: publicUrl,
  namespace: GATEBOOK_NAMESPACE,
  subject: name,
  kind: 'service_account',
  groups: [],
  client: `${GATEBOOK_NAMESPACE}:${name}`,
  scopes: [],
  ...(key === undefined ? {} : { key }),
});
