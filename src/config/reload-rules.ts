/**
 * What a reload may change, and what did change. A list of what may, so that a part of the configuration nobody thought
 * of here needs a restart instead of being taken for applied. Compares two valid configurations; names only, no values.
 */
import type { LoadedConfig } from '#config/load.ts';
import type { OperatorLimit } from '#config/operator-limits.ts';
import { notifierText } from '#config/notify-settings.ts';
import { pathText } from '#config/problem.ts';
import { rawMap } from '#config/raw.ts';
import type { ResolvedSecrets } from '#config/resolve-secrets.ts';
import type { Secret } from '#config/secrets.ts';
import type { ResolvedSignIn } from '#config/sign-in-secrets.ts';
import type { ResolvedAccounts } from '#config/service-accounts.ts';
import { keyPairText, peerText } from '#config/tls-files.ts';
import { canonicalJson } from '#config/versions.ts';
import type { Limits } from '#limits.ts';

const SECTIONS: ReadonlySet<string> = new Set([
  'issuers',
  'signIn',
  'serviceAccounts',
  'proxy',
  'connections',
  'levels',
  'grants',
  'roles',
  'rules',
  'approvals',
  'masking',
]);
const SERVER: ReadonlySet<string> = new Set(['publicUrl', 'trustedProxies', 'allowedOrigins', 'allowedHosts']);

/** What the way to an MCP server is built with: a change makes every connection anew. */
export const CONNECTION_LIMITS = [
  'messageBytes',
  'jsonDepth',
  'jsonNodes',
  'upstreamConnectMs',
  'upstreamIdleMs',
  'upstreamSockets',
  'upstreamStreamSockets',
  'stdioIdleMs',
  'stdioStopMs',
  'stdioPendingCalls',
  'sseStreams',
  'sseStreamsPerCaller',
  'sseOpenMs',
  'sseIdleMs',
] as const satisfies readonly OperatorLimit[];

/** Asked anew for each call, or by what a reload makes anew. All others size sockets, queues, caches or the ledger. */
const LIMITS: ReadonlySet<string> = new Set<OperatorLimit>([
  ...CONNECTION_LIMITS,
  'upstreamHeadersMs',
  'responseWriteStallMs',
  'streamQuietMs',
  'approvalHoldMs',
  'approvalProgressMs',
  'noticeMs',
  'noticeAttempts',
  'noticeRetryMs',
  'noticeRetryMsMax',
  'approvalTellMs',
  'approvalRounds',
  'conditionNodes',
  'conditionCost',
  'decisionCost',
  'readyGraceMs',
  'drainMs',
]);

/** Names kept of what changed; a configuration can have a thousand connections. */
const NAMES_MAX = 100;

const differ = (one: unknown, other: unknown): boolean => canonicalJson(one ?? null) !== canonicalJson(other ?? null);
const keysOf = (...maps: readonly object[]): readonly string[] => [...new Set(maps.flatMap((map) => Object.keys(map)))];
const changedKeys = (one: object, other: object): readonly string[] =>
  keysOf(one, other).filter((key) => differ(rawMap(one)[key], rawMap(other)[key]));

const sameSecret = (one: Secret | undefined, other: Secret | undefined): boolean => one?.reveal() === other?.reveal();

/** A certificate can be exchanged; clear text and TLS on one address cannot. */
const hasTls = ({ config }: LoadedConfig): boolean => config.server.tls !== undefined;

const changedLimits = (before: Limits, after: Limits): readonly string[] => changedKeys(before, after);

/** Paths of what differs and cannot change while the gateway runs; empty when the reload may go on. */
export function restartNeeded(before: LoadedConfig, after: LoadedConfig): readonly string[] {
  const paths: string[] = [];
  for (const key of changedKeys(before.config, after.config)) {
    if (key === 'limits' || key === 'server' || key === 'keys' || SECTIONS.has(key)) continue;
    paths.push(key);
  }
  // masking keys are read anew; nothing that lasts holds one
  for (const key of changedKeys(before.config.keys, after.config.keys))
    if (key !== 'masking') paths.push(`keys.${key}`);
  // A key in another place is another key for all that is known; the same place may hold another key too.
  if (!paths.includes('keys.master') && !sameSecret(before.secrets.masterKey, after.secrets.masterKey))
    paths.push('keys.master');
  for (const key of changedKeys(before.config.server, after.config.server))
    if (!SERVER.has(key) && !(key === 'tls' && hasTls(before) && hasTls(after))) paths.push(`server.${key}`);
  for (const key of changedLimits(before.limits, after.limits)) if (!LIMITS.has(key)) paths.push(`limits.${key}`);
  return paths.toSorted();
}

/** Names of the parts that differ: `grants`, `limits.drainMs`, `connections.github`, `connections.notes (removed)`. */
export function changedParts(before: LoadedConfig, after: LoadedConfig): readonly string[] {
  const parts: string[] = [];
  const { config: old } = before;
  const { config: now } = after;
  for (const section of ['issuers', 'connections', 'levels', 'serviceAccounts'] as const) {
    for (const name of keysOf(old[section], now[section])) {
      const path = pathText([section, name]);
      if (now[section][name] === undefined) parts.push(`${path} (removed)`);
      else if (old[section][name] === undefined) parts.push(`${path} (added)`);
      else if (differ(old[section][name], now[section][name])) parts.push(path);
      else if (section === 'connections' && !sameSecrets(before.secrets, after.secrets, name))
        parts.push(`${path} (secret)`);
      else if (section === 'serviceAccounts' && !sameCredentials(before.accounts, after.accounts, name))
        parts.push(`${path} (credentials)`);
      else if (
        (section === 'issuers' || section === 'connections') &&
        peerText(before.tls[section].get(name)) !== peerText(after.tls[section].get(name))
      )
        parts.push(`${path} (tls)`);
    }
  }
  for (const id of maskingKeyChanges(before, after)) parts.push(id);
  for (const name of changedNotifiers(before, after)) parts.push(name);
  if (changedKeys(old.approvals, now.approvals).some((key) => key !== 'notify')) parts.push('approvals');
  for (const section of ['signIn', 'proxy', 'grants', 'roles', 'rules', 'masking'] as const)
    if (differ(old[section], now[section])) parts.push(section);
  if (!sameSignInSecrets(before.signInSecrets, after.signInSecrets)) parts.push('signIn (secret)');
  if (keyPairText(before.tls.server) !== keyPairText(after.tls.server)) parts.push('server.tls (certificate)');
  for (const key of changedKeys(old.server, now.server)) parts.push(`server.${key}`);
  for (const key of changedLimits(before.limits, after.limits)) parts.push(`limits.${key}`);
  if (parts.length <= NAMES_MAX) return parts;
  return [...parts.slice(0, NAMES_MAX), `and ${parts.length - NAMES_MAX} more`];
}

/** `approvals.notify.ops (added)`. */
function changedNotifiers(before: LoadedConfig, after: LoadedConfig): readonly string[] {
  const [old, now] = [before, after].map(
    ({ notifiers }) => new Map(notifiers.map((one) => [one.name, notifierText(one)])),
  );
  return keysOf(before.config.approvals.notify, after.config.approvals.notify).flatMap((name) => {
    if (old?.get(name) === now?.get(name)) return [];
    return [`approvals.notify.${name}${now?.has(name) ? (old?.has(name) ? '' : ' (added)') : ' (removed)'}`];
  });
}

/** `keys.masking.k2 (added)`; the same name may hold another key. */
function maskingKeyChanges(before: LoadedConfig, after: LoadedConfig): readonly string[] {
  const [old, now] = [before.secrets.maskingKeys, after.secrets.maskingKeys];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((id) => {
    if (sameSecret(old.get(id), now.get(id))) return [];
    return [`keys.masking.${id} (${now.has(id) ? (old.has(id) ? 'secret' : 'added') : 'removed'})`];
  });
}

function sameSignInSecrets(before: ResolvedSignIn, after: ResolvedSignIn): boolean {
  const all = (secrets: ResolvedSignIn): readonly ReadonlyMap<string, Secret>[] => [
    secrets.issuerSecrets,
    secrets.issuerKeys,
    secrets.clientSecrets,
  ];
  return all(before).every((old, at) => {
    const now = all(after)[at] ?? new Map<string, Secret>();
    return keysOf(Object.fromEntries(old), Object.fromEntries(now)).every((name) =>
      sameSecret(old.get(name), now.get(name)),
    );
  });
}
const sameCredentials = (before: ResolvedAccounts, after: ResolvedAccounts, account: string): boolean =>
  sameSecret(before.secrets.get(account), after.secrets.get(account)) &&
  !differ(before.publicKeys.get(account), after.publicKeys.get(account));

function sameSecrets(before: ResolvedSecrets, after: ResolvedSecrets, connection: string): boolean {
  if (!sameSecret(before.credentials.get(connection), after.credentials.get(connection))) return false;
  const [old, now] = [before.stdioEnv.get(connection), after.stdioEnv.get(connection)];
  return [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].every((name) =>
    sameSecret(old?.get(name), now?.get(name)),
  );
}
