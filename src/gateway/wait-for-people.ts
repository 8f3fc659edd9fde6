/**
 * A call waits for people, in the way its client can, so that nobody gives up first: with its answer, or sent away to come back.
 * What was decided meanwhile lets it go on; otherwise it is refused with what its client can do next.
 */
import type { Approval } from '#approvals/approval.ts';
import { lacksStatement } from '#approvals/statement.ts';
import { isUsable } from '#approvals/transitions.ts';
import { wayOf } from '#approvals/waiting.ts';
import type { Way } from '#approvals/waiting.ts';
import type { Approved, Authorized } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { askUser } from '#gateway/ask-user.ts';
import { placeOf } from '#gateway/binding-place.ts';
import { heldTask, wantsTask, withoutTask } from '#gateway/held-task.ts';
import { approvalUrl } from '#gateway/input-required.ts';
import { holdOpen } from '#gateway/hold-open.ts';
import type { HoldEnd } from '#gateway/hold-open.ts';
import { NO_PLACE } from '#gateway/refusal.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { callerKey } from '#identity/caller.ts';
import { takesStream } from '#gateway/steps/receive.ts';
import { ELICITS_NOTHING, elicitsOfRequest } from '#mcp/elicits.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { isFurtherRound } from '#mcp/made-ids.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const RETRY_MS = 1_000;

/** Nobody refused it: its other clients went away. */
export const LEFT = 'left';

type Required = Extract<Refusal, { readonly code: 'approval_required' }>;

export async function waitForPeople(
  call: Authorized,
  message: RequestMessage,
  asked: Approval,
  gateway: Gateway,
): Promise<Result<Approved, Refusal>> {
  const { round, decision } = call;
  if (round?.said === 'decline') {
    await gateway.approvals.withdraw(asked.id);
    return err({ code: 'approval_expired', reason: 'declined', decision });
  }
  const stated = await statedNow(asked, call, gateway);
  const way = wayFor(call, message, gateway);
  const holdMs = holdMsOf(stated, way, call, gateway);
  const begunMs = gateway.monotonic();
  const waited = stated.state === 'pending' && holdMs > 0;
  const decided = waited ? await holdAsking(stated, way, call, message, gateway, holdMs) : undefined;
  if (decided === 'no_place')
    return err({ code: 'approvals_unavailable', reason: NO_PLACE, retryAfterMs: RETRY_MS, executed: 'no' });
  if (waited && decided === undefined && call.gone.aborted) return err({ code: 'client_gone', reason: 'disconnected' });
  const now = decided ?? stated;
  if (way.kind === 'task' && now.state === 'pending') return giveTask(now, call, message, gateway);
  if (!isUsable(now, gateway.clock())) return err(refusalOf(now, way, call, gateway));
  const waitedMs = gateway.monotonic() - begunMs;
  return afreshFor(now, way, waitedMs, call, gateway) ?? ok({ ...call, approval: now });
}

/** Of a hold: what a call still needs of the minute that its client gives it. */
const LATE_PART = 1 / 3;

/**
 * A yes that comes late leaves the server little of its client's patience: one that comes back by itself is sent away once more,
 * and finds the yes with a fresh minute.
 */
function afreshFor(
  approval: Approval,
  way: Way,
  waitedMs: number,
  call: Authorized,
  gateway: Gateway,
): Result<never, Refusal> | undefined {
  if (way.kind !== 'rounds' || waitedMs < gateway.limits.approvalHoldMs * LATE_PART) return undefined;
  const next = nextFor(approval, way, call, gateway);
  return next === undefined ? undefined : err(requiredOf(approval, next, call, gateway));
}

/** Durable before its client knows of it: it may come back to another process, or after a restart. */
async function giveTask(
  approval: Approval,
  call: Authorized,
  message: RequestMessage,
  gateway: Gateway,
): Promise<Result<Approved, Refusal>> {
  const taskId = `gbt_${gateway.newId()}`;
  const { id, expiresMs } = approval;
  const task = heldTask(taskId, approval, gateway.clock(), { url: approvalUrl(id, gateway) });
  const made = { call: call.id, method: message.method, name: message.name, approval: id, held: withoutTask(message) };
  const bound = await gateway.bindings.bind(placeOf(call), { kind: 'task', id: taskId, ttlMs: task.ttl }, made);
  if (!bound.ok)
    return err({ code: 'bindings_unavailable', reason: bound.error, retryAfterMs: RETRY_MS, executed: 'no' });
  const { decision } = call;
  const shown = { id, url: approvalUrl(id, gateway), expiresMs };
  return err({ code: 'approval_required', reason: 'task', decision, approval: shown, way: { kind: 'task', task } });
}

function holdAsking(
  asked: Approval,
  way: Way,
  call: Authorized,
  message: RequestMessage,
  gateway: Gateway,
  holdMs: number,
): Promise<HoldEnd> {
  const endAsking = askUser(call, asked, way, gateway);
  const held = holdOpen(call, message, asked, gateway, holdMs);
  return endAsking === undefined ? held : held.finally(endAsking);
}

/** With what its user said in the form, where that is what the rule asks for; as it was otherwise, and they are asked again. */
async function statedNow(
  asked: Approval,
  { round, verified, secrets }: Authorized,
  gateway: Gateway,
): Promise<Approval> {
  if (round?.statement === undefined || !lacksStatement(asked)) return asked;
  const { issuer, subject, groups } = verified.caller;
  const mask = (text: string): string => gateway.masker.maskStoredText(text, secrets);
  const stated = await gateway.approvals.state(asked.id, { issuer, subject, groups }, { ...round.statement, mask });
  return stated.ok ? stated.value : (gateway.approvals.find(asked.id) ?? asked);
}

function wayFor(call: Authorized, message: RequestMessage, { holds, signsIn, limits }: Gateway): Way {
  const { era, protocol, session, verified } = call;
  const { otherwise, byClient } = holds.waiting;
  const name = message.clientInfo?.name ?? session.client?.name ?? '';
  const waiting = byClient.get(verified.caller.client ?? '') ?? byClient.get(name) ?? otherwise;
  const elicits = era === 'modern' ? elicitsOfRequest(message) : (session.elicits ?? ELICITS_NOTHING);
  const isReachable = session.wireId !== undefined && (session.endpoint !== undefined || takesStream(call.headers));
  const asksTask = wantsTask(message) && message.doc.bytes.length <= limits.heldTaskBytes;
  const client = {
    era,
    protocol,
    method: message.method,
    elicits,
    isReachable,
    isFurtherRound: isFurtherRound(message),
    wantsTask: asksTask,
  };
  return wayOf(waiting, client, signsIn);
}

function holdMsOf(asked: Approval, way: Way, { round }: Authorized, { limits }: Gateway): number {
  // Whoever gave up looking wants the call no longer, or at another time.
  if (way.kind === 'refuse' || way.kind === 'task' || round?.said === 'cancel') return 0;
  const isFirst = way.kind === 'rounds' && way.tells && round === undefined;
  if (!lacksStatement(asked))
    return isFirst ? Math.min(limits.approvalTellMs, limits.approvalHoldMs) : limits.approvalHoldMs;
  // Nobody can agree yet: only a user who is asked meanwhile, or was sent to the page, may be saying what is wanted.
  const isAsked = way.kind === 'hold' ? way.asks : way.tells && !way.asks && !isFirst;
  return isAsked ? limits.approvalHoldMs : 0;
}

/** The client comes back as often as it is sent, within bounds: then it is told plainly. */
function nextFor(approval: Approval, way: Way, call: Authorized, gateway: Gateway): Required['way'] {
  const { round, verified } = call;
  if (way.kind === 'hold') return way.ends === 'url_error' ? { kind: 'url_error' } : undefined;
  const next = (round?.round ?? 0) + 1;
  if (way.kind !== 'rounds' || round?.said === 'cancel' || next > gateway.limits.approvalRounds) return undefined;
  const lacks = lacksStatement(approval);
  if (lacks && !way.asks && !way.tells) return undefined;
  const state = gateway.holdStates.seal({
    approval: approval.id,
    caller: callerKey(verified.caller),
    print: Buffer.from(approval.fingerprint).toString('base64url'),
    round: next,
    expiresMs: approval.expiresMs + approval.terms.validMs,
  });
  return { kind: 'come_back', state, tells: way.tells && round === undefined, asks: lacks && way.asks };
}

function refusalOf(approval: Approval, way: Way, call: Authorized, gateway: Gateway): Refusal {
  const { decision } = call;
  const { id, state, expiresMs, votes } = approval;
  const said = votes.findLast(({ effect }) => effect === 'deny')?.reason ?? '';
  if (state === 'denied') return { code: 'approval_denied', reason: 'denied', decision, approval: { id, said } };
  if (state !== 'pending')
    return { code: 'approval_expired', reason: approval.isLeft === true ? LEFT : state, decision };
  // Its time is over before the store says so: nobody can decide it any more, and a client that comes back would come at once.
  if (gateway.clock() >= expiresMs) return { code: 'approval_expired', reason: 'expired', decision };
  return requiredOf(approval, nextFor(approval, way, call, gateway), call, gateway);
}

function requiredOf(approval: Approval, next: Required['way'], { decision }: Authorized, gateway: Gateway): Required {
  const { id, expiresMs } = approval;
  return {
    code: 'approval_required',
    reason: next === undefined ? decision.reason : next.kind,
    decision,
    approval: {
      id,
      url: approvalUrl(id, gateway),
      expiresMs,
      ...(lacksStatement(approval) ? { asks: approval.terms.asks } : {}),
    },
    ...(next === undefined ? {} : { way: next }),
  };
}
