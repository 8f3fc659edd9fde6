/** Makes somebody an admin for a short while: recorded, alarmed, then in force. The rules are src/policy/break-glass.ts. */
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal, KnownCall } from '#api/call.ts';
import type { breakGlass, BrokenGlass as BrokenGlassView } from '#api/contract/break-glass.ts';
import { apiControlEntry } from '#api/entries.ts';
import type { ApiParts } from '#api/parts.ts';
import { rolesOf } from '#api/roles.ts';
import type { Caller } from '#identity/caller.ts';
import { recordId } from '#ledger/record.ts';
import { raisedRoles } from '#policy/break-glass.ts';
import type { BrokenGlass } from '#policy/break-glass.ts';
import { glassInForce } from '#policy/glass-in-force.ts';
import type { Operation } from '#api/contract/operation.ts';
import { mayAct } from '#policy/duties.ts';
import type { DutyFault, Role } from '#policy/duties.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type Parts = Pick<
  ApiParts,
  'brokenGlass' | 'clock' | 'epochs' | 'ledger' | 'limits' | 'log' | 'masker' | 'revocations' | 'roles'
>;

const RETRY_MS = 5_000;

const viewOf = ({ issuer, subject, reason, beganAtMs, endsAtMs, record }: BrokenGlass): BrokenGlassView => ({
  issuer,
  subject,
  reason,
  beganAt: new Date(beganAtMs).toISOString(),
  endsAt: new Date(endsAtMs).toISOString(),
  record,
});

const unavailable = (reason: string, detail: string, executed: 'no' | 'unknown'): ApiRefusal => ({
  code: 'state_unavailable',
  reason,
  retryAfterMs: RETRY_MS,
  detail,
  executed,
});

export type Entitled = {
  readonly roles: ReadonlySet<Role>;
  /** By which broken glass alone; undefined where the caller's own roles are enough. */
  readonly by: BrokenGlass | undefined;
};

/** Whether the caller may do this at all, by their own roles or, where these are not enough, by the glass they broke. */
export function entitle(
  caller: Caller,
  operation: Operation,
  parts: Parts,
): Result<Entitled, DutyFault | 'break_glass_unreadable'> {
  const own = rolesOf(caller, parts.roles);
  const changes = operation.method !== 'GET';
  const may = mayAct(own, operation.roles, changes);
  if (may.ok) return ok({ roles: own, by: undefined });
  if (!own.has('breakGlass')) return may;
  try {
    const glass = glassInForce(caller, parts);
    const roles = glass === undefined ? own : raisedRoles(own);
    const raised = mayAct(roles, operation.roles, changes);
    return raised.ok ? ok({ roles, by: glass }) : raised;
  } catch {
    return err('break_glass_unreadable');
  }
}

/** Before anything is done by it. Undefined when it is in the book. */
export async function recordUse(
  call: KnownCall,
  operation: Operation,
  glass: BrokenGlass,
  { ledger, log, masker }: Parts,
): Promise<ApiRefusal | undefined> {
  const detail = { operation: operation.id, glass: glass.record };
  const recorded = await ledger.append(apiControlEntry(call, masker, 'break_glass_used', detail));
  if (!recorded.ok) return { code: 'audit_unavailable', ...recorded.error, executed: 'no' };
  log.warn({ call: call.id, operation: operation.id, glass: glass.record }, 'done by break glass');
  return undefined;
}

export async function serveBreakGlass(
  call: ApiCall,
  { body }: Pick<ApiInput<typeof breakGlass>, 'body'>,
  parts: Parts,
): Promise<ApiOutcome> {
  const { brokenGlass, clock, ledger, limits, log, masker, revocations } = parts;
  const { issuer, subject } = call.verified.caller;
  const beganAtMs = clock();
  const endsAtMs = beganAtMs + Math.min(body.minutes * 60_000, limits.breakGlassMs);
  // Masked before it is cut: half a secret would not be found.
  const reason = masker
    .maskStoredText(body.reason.toWellFormed(), masker.secretsOf([...revocations.secrets(), call.token]))
    .slice(0, limits.revocationReasonChars)
    .toWellFormed();
  const detail = { endsAt: new Date(endsAtMs).toISOString(), reason };
  const recorded = await ledger.append(apiControlEntry(call, masker, 'break_glass', detail));
  if (!recorded.ok) return err({ code: 'audit_unavailable', ...recorded.error, executed: 'no' });
  const glass = { issuer, subject, beganAtMs, endsAtMs, reason, record: recordId(recorded.value) };
  // The alarm comes before the effect, and also when there is none.
  brokenGlass.alarm();
  log.error({ record: glass.record, endsAt: detail.endsAt }, 'BREAK GLASS: somebody made themselves an admin');
  try {
    brokenGlass.begin(glass);
  } catch {
    return err(unavailable('not_in_force', 'it is in the book and not in force', 'no'));
  }
  return ok({ status: 201, json: viewOf(glass) });
}

export async function serveMendGlass(call: ApiCall, parts: Parts): Promise<ApiOutcome> {
  const { brokenGlass, ledger, masker } = parts;
  try {
    const glass = glassInForce(call.verified.caller, parts);
    if (glass === undefined) return err({ code: 'not_found', reason: 'no_broken_glass' });
    const recorded = await ledger.append(apiControlEntry(call, masker, 'break_glass_over', { glass: glass.record }));
    if (!recorded.ok) return err({ code: 'audit_unavailable', ...recorded.error, executed: 'no' });
    brokenGlass.end(call.verified.caller);
    return ok({ json: { record: recordId(recorded.value) } });
  } catch {
    return err(unavailable('unwritable', 'it may be in force still; it ends by itself', 'unknown'));
  }
}

export function serveBrokenGlass({ brokenGlass, clock }: Parts): ApiOutcome {
  try {
    return ok({ json: brokenGlass.inForce(clock()).map(viewOf) });
  } catch {
    return err(unavailable('unreadable', 'ask again', 'no'));
  }
}
