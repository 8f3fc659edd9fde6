/**
 * API keys of service accounts, for an admin. A key gets its place first, then its record is durable, then it is in force; it
 * leaves the gateway once, in the answer to whoever made it. How keys are kept and known is in src/accounts.
 */
import type { ApiKey, ApiKeyOutcome, ApiKeyWrite, ReservedKey } from '#accounts/api-key.ts';
import { isLive } from '#accounts/api-key.ts';
import { accountEndMs, liveAccount } from '#accounts/service-account.ts';
import type { ServiceAccounts } from '#accounts/service-account.ts';
import { refusalOf } from '#api/authenticate.ts';
import { entitle } from '#api/break-glass.ts';
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { createKey, Key, KeyRequest, revokeKey } from '#api/contract/key.ts';
import { dutyRefusal } from '#api/duty-refusal.ts';
import { apiControlEntry } from '#api/entries.ts';
import type { ApiParts } from '#api/parts.ts';
import { isCidr } from '#config/network-rules.ts';
import { recordId } from '#ledger/record.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type Parts = Pick<
  ApiParts,
  'brokenGlass' | 'clock' | 'epochs' | 'identity' | 'keys' | 'ledger' | 'limits' | 'log' | 'masker' | 'revocations'
>;

const RETRY_MS = 5_000;
const DAY_MS = 24 * 3_600_000;
const DAYS_UNSAID = 90;

const unavailable = (reason: string, executed: 'no' | 'unknown'): ApiRefusal => ({
  code: 'state_unavailable',
  reason,
  retryAfterMs: RETRY_MS,
  executed,
  detail:
    executed === 'no'
      ? 'nothing was changed'
      : 'it is in the book, and may or may not be in force: look at the list, and ask again',
});

const invalid = (parameter: string, reason: string, detail: string): ApiRefusal => ({
  code: 'invalid_parameter',
  reason,
  parameter,
  detail,
  executed: 'no',
});

const dateText = (atMs: number): string => new Date(atMs).toISOString();

function statusOf(key: ApiKey, accounts: ServiceAccounts, nowMs: number): Key['status'] {
  if (key.endedAtMs !== undefined) return 'revoked';
  if (!isLive(key, nowMs)) return 'expired';
  return liveAccount(accounts, key.account, nowMs) === undefined ? 'account_ended' : 'live';
}

function toView(key: ApiKey, { keys, clock }: Pick<Parts, 'keys' | 'clock'>): Key {
  const { id, account, connections, level, networks, createdAtMs, createdBy, expiresAtMs, endedAtMs, usedOn } = key;
  return {
    id,
    account,
    status: statusOf(key, keys.inForce().accounts, clock()),
    connections,
    ...(level === undefined ? {} : { level }),
    ...(networks === undefined ? {} : { networks }),
    createdAt: dateText(createdAtMs),
    createdBy,
    expiresAt: dateText(expiresAtMs),
    ...(endedAtMs === undefined ? {} : { revokedAt: dateText(endedAtMs) }),
    ...(usedOn === undefined ? {} : { lastUsedOn: usedOn }),
    record: key.record,
  };
}

/** What the key would be for; a refusal when that is more than its account may have. */
function asked(
  { account: name, connections, level, networks, days }: KeyRequest,
  { keys, clock }: Pick<Parts, 'keys' | 'clock'>,
): Result<Pick<ReservedKey, 'createdAtMs' | 'expiresAtMs'>, ApiRefusal> {
  const { accounts, connections: known, levels } = keys.inForce();
  const nowMs = clock();
  const account = liveAccount(accounts, name, nowMs);
  if (account === undefined)
    return err(
      invalid('account', 'no_account', 'there is no such service account in the configuration, or it is over'),
    );
  const isReachable = (connection: string): boolean =>
    account.connections.includes('*')
      ? connection === '*' || known.includes(connection)
      : connection === '*' || account.connections.includes(connection);
  if (!connections.every(isReachable))
    return err(invalid('connections', 'beyond_account', 'the account may not reach all of them'));
  if (level !== undefined && !levels.includes(level))
    return err(invalid('level', 'no_level', 'the configuration has no such level'));
  if (networks?.every(isCidr) === false)
    return err(invalid('networks', 'no_network', 'must be addresses, or blocks such as 10.0.0.0/8'));
  const endMs = accountEndMs(account);
  const expiresAtMs = nowMs + (days ?? DAYS_UNSAID) * DAY_MS;
  if (days !== undefined && expiresAtMs > endMs)
    return err(invalid('days', 'beyond_account', `the account is over at ${dateText(endMs)}`));
  return ok({ createdAtMs: nowMs, expiresAtMs: Math.min(expiresAtMs, endMs) });
}

/** Between the question and now anything may have been taken away: the token, the role, the account. */
function stillMay(call: ApiCall, request: KeyRequest, parts: Parts): Result<true, ApiRefusal> {
  const { identity, keys, clock } = parts;
  const checked = identity.recheck(call.verified);
  if (!checked.ok) return err(refusalOf(checked.error));
  const { roles, accounts } = keys.inForce();
  const may = entitle(call.verified.caller, call.operation, { ...parts, roles });
  if (!may.ok) return err(dutyRefusal(may.error));
  return liveAccount(accounts, request.account, clock()) === undefined
    ? err(invalid('account', 'no_account', 'the service account is over'))
    : ok(true);
}

/** A write that cannot be done or said is a refusal. */
async function written(
  write: ApiKeyWrite,
  executed: 'no' | 'unknown',
  { keys, log }: Parts,
): Promise<Result<ApiKeyOutcome, ApiRefusal>> {
  try {
    return ok(await keys.store.write(write));
  } catch (error) {
    log.error({ act: write.act, error: String(error) }, 'API keys cannot be written');
    return err(unavailable(write.act, executed));
  }
}

const reading = async (read: () => ApiOutcome | Promise<ApiOutcome>): Promise<ApiOutcome> => {
  try {
    return await read();
  } catch {
    return err(unavailable('unreadable', 'no'));
  }
};

const detailOf = ({ id, account, connections, level, networks, expiresAtMs }: Omit<ReservedKey, 'digest'>) => ({
  key: id,
  account,
  connections,
  ...(level === undefined ? {} : { level }),
  ...(networks === undefined ? {} : { networks }),
  expires: dateText(expiresAtMs),
});

/** From its place among the account's two to the record of it; without the record nothing is left of it. */
async function recorded(
  call: ApiCall,
  request: KeyRequest,
  reserved: ReservedKey,
  parts: Parts,
): Promise<Result<string, ApiRefusal>> {
  const place = await written({ act: 'reserve', key: reserved }, 'no', parts);
  if (!place.ok) return place;
  if (place.value === 'too_many') return err({ code: 'too_many_keys', reason: 'two_live_keys', executed: 'no' });
  const may = stillMay(call, request, parts);
  const entry = apiControlEntry(call, parts.masker, 'key_created', detailOf(reserved));
  const appended = may.ok ? await parts.ledger.append(entry) : may;
  if (appended.ok) return ok(recordId(appended.value));
  // If that fails too, the place is given away after a while.
  await written({ act: 'withdraw', id: reserved.id }, 'no', parts);
  if (!may.ok) return may;
  return err({ code: 'audit_unavailable', reason: 'not_recorded', retryAfterMs: RETRY_MS, executed: 'no' });
}

export async function serveNewKey(
  call: ApiCall,
  { body }: Pick<ApiInput<typeof createKey>, 'body'>,
  parts: Parts,
): Promise<ApiOutcome> {
  const times = asked(body, parts);
  if (!times.ok) return times;
  const { account, connections, level, networks } = body;
  const { key, ...kept } = parts.keys.newKey();
  const { issuer, subject } = call.verified.caller;
  const reserved = {
    ...kept,
    account,
    connections: [...new Set(connections)],
    level,
    networks,
    ...times.value,
    createdBy: { issuer, subject },
  };
  const record = await recorded(call, body, reserved, parts);
  if (!record.ok) return record;
  const activated = await written({ act: 'activate', id: reserved.id, record: record.value }, 'unknown', parts);
  if (!activated.ok) return activated;
  return reading(() => {
    const made = parts.keys.store.byId(reserved.id);
    // Revoked with all others while it was being made: then it is nobody's.
    if (made === undefined || made.endedAtMs !== undefined) return err(unavailable('ended_meanwhile', 'no'));
    return ok({ status: 201, json: { ...toView(made, parts), key } });
  });
}

export const serveKeys = (parts: Pick<Parts, 'keys' | 'clock'>): Promise<ApiOutcome> =>
  reading(() => ok({ json: parts.keys.store.all().map((key) => toView(key, parts)) }));

export const serveKeyEnd = (
  call: ApiCall,
  { params }: Pick<ApiInput<typeof revokeKey>, 'params'>,
  parts: Parts,
): Promise<ApiOutcome> =>
  reading(async () => {
    const key = parts.keys.store.byId(params.id);
    if (key === undefined) return err({ code: 'not_found', reason: 'no_key' });
    if (key.endedAtMs !== undefined) return ok({ json: toView(key, parts) });
    const entry = apiControlEntry(call, parts.masker, 'key_revoked', { key: key.id, account: key.account });
    const appended = await parts.ledger.append(entry);
    if (!appended.ok) return err({ code: 'audit_unavailable', ...appended.error, executed: 'no' });
    const ended = await written({ act: 'end', id: key.id, atMs: parts.clock() }, 'unknown', parts);
    if (!ended.ok) return ended;
    return ok({ json: toView(parts.keys.store.byId(params.id) ?? key, parts) });
  });
