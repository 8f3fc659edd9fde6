/**
 * Short names of a configuration's content, for records: the same meaning has the same version wherever the file lies.
 * Made from the typed configuration with its defaults; secrets are in it as references only.
 */
import { createHash } from 'node:crypto';
import type { Config } from '#config/schema.ts';

/** RFC 8785 for what a configuration holds: text, integers, booleans, lists, maps. Absent and undefined are the same. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    // RFC 8785 section 3.2.3: by UTF-16 code units, which is what `<` compares.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

const version = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);

type Deciding = Pick<Config, 'levels' | 'grants' | 'rules' | 'masking'> &
  Partial<Pick<Config, 'serviceAccounts'> & { readonly roles: Pick<Config['roles'], 'approver'> }>;

/**
 * 16 hex digits over what decides a call: levels, grants, rules, masking, what service accounts may reach; and who decides for
 * what is held, so that nobody decides any more by what was asked before that was changed.
 */
export function policyVersion({ levels, grants, rules, masking, serviceAccounts = {}, roles }: Deciding): string {
  const accounts = Object.entries(serviceAccounts);
  const reach = accounts.map(([name, { connections }]) => [name, connections] as const);
  const owners = accounts.map(([name, { owner }]) => [name, owner] as const);
  const approvers = roles?.approver ?? [];
  // Without any the version is what it was before there were any.
  return version({
    levels,
    grants,
    rules,
    masking,
    ...(reach.length === 0 ? {} : { reach: Object.fromEntries(reach) }),
    ...(approvers.length === 0 ? {} : { approvers, owners: Object.fromEntries(owners) }),
  });
}

/** 16 hex digits over everything. */
export const configVersion = (config: Config): string => version(config);
