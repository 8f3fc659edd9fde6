/**
 * The way of a call, top-down. One array for what comes from a client, one for each message that comes back; a step is
 * one file in steps/. The types in call.ts make the order binding: `forward` takes only what `recordIntent` and
 * `injectCredential` gave, `respond` only what `recordAnswer` gave.
 */
import type { Arrived, Connected, Forwarded, Heard, Listening, Responded } from '#gateway/call.ts';
import type { Chained } from '#gateway/chain.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { authorize } from '#gateway/steps/authorize.ts';
import { awaitApproval } from '#gateway/steps/await-approval.ts';
import { beginEndpoint } from '#gateway/steps/begin-endpoint.ts';
import { bindAnswer } from '#gateway/steps/bind-answer.ts';
import { checkDefinition } from '#gateway/steps/check-definition.ts';
import { checkResultType } from '#gateway/steps/check-result-type.ts';
import { claimAsked } from '#gateway/steps/claim-asked.ts';
import { claimId } from '#gateway/steps/claim-id.ts';
import { countCall } from '#gateway/steps/count-call.ts';
import { filterList } from '#gateway/steps/filter-list.ts';
import { findResumption } from '#gateway/steps/find-resumption.ts';
import { findSession } from '#gateway/steps/find-session.ts';
import { fitSchema } from '#gateway/steps/fit-schema.ts';
import { followBinding } from '#gateway/steps/follow-binding.ts';
import { forward } from '#gateway/steps/forward.ts';
import { governServerRequest } from '#gateway/steps/govern-server-request.ts';
import { identify } from '#gateway/steps/identify.ts';
import { injectCredential } from '#gateway/steps/inject-credential.ts';
import { keepToCaller } from '#gateway/steps/keep-to-caller.ts';
import { limit } from '#gateway/steps/limit.ts';
import { limitCaller } from '#gateway/steps/limit-caller.ts';
import { limitListeners, limitSubscriptions } from '#gateway/steps/limit-streams.ts';
import { maskAnswer } from '#gateway/steps/mask-answer.ts';
import { maskRequest } from '#gateway/steps/mask-request.ts';
import { narrowCache } from '#gateway/steps/narrow-cache.ts';
import { openHeldTask } from '#gateway/steps/open-held-task.ts';
import { openHoldState } from '#gateway/steps/open-hold-state.ts';
import { openStream } from '#gateway/steps/open-stream.ts';
import { parse } from '#gateway/steps/parse.ts';
import { pinDefinitions } from '#gateway/steps/pin-definitions.ts';
import { propagateTrace } from '#gateway/steps/propagate-trace.ts';
import { readBody } from '#gateway/steps/read-body.ts';
import { recheckAnswer } from '#gateway/steps/recheck-answer.ts';
import { recheckCaller } from '#gateway/steps/recheck-caller.ts';
import { receive, receiveListen, receiveSessionEnd } from '#gateway/steps/receive.ts';
import { recordAnswer } from '#gateway/steps/record-answer.ts';
import { recordIntent } from '#gateway/steps/record-intent.ts';
import { recordListen } from '#gateway/steps/record-listen.ts';
import { refuseBlocked } from '#gateway/steps/refuse-blocked.ts';
import { resolveConnection } from '#gateway/steps/resolve-connection.ts';
import { respond } from '#gateway/steps/respond.ts';
import { spendBudget } from '#gateway/steps/spend-budget.ts';
import { understand } from '#gateway/steps/understand.ts';
import { useApproval } from '#gateway/steps/use-approval.ts';

export const CALL_STEPS = [
  receive,
  limit,
  identify,
  limitCaller,
  resolveConnection,
  readBody,
  parse,
  openHoldState,
  followBinding,
  openHeldTask,
  maskRequest,
  authorize,
  refuseBlocked,
  checkDefinition,
  awaitApproval,
  recheckCaller,
  spendBudget,
  limitSubscriptions,
  claimAsked,
  claimId,
  propagateTrace,
  useApproval,
  countCall,
  recordIntent,
  injectCredential,
  forward,
] as const;

export const ANSWER_STEPS = [
  understand,
  recheckAnswer,
  governServerRequest,
  checkResultType,
  pinDefinitions,
  filterList,
  keepToCaller,
  bindAnswer,
  narrowCache,
  maskAnswer,
  fitSchema,
  recordAnswer,
  respond,
] as const;

/** A client of the legacy era listens; every message on such a stream takes ANSWER_STEPS. */
export const LISTEN_STEPS = [
  receiveListen,
  limit,
  identify,
  limitCaller,
  resolveConnection,
  findSession,
  findResumption,
  limitListeners,
  recordListen,
  openStream,
] as const;

/** A client of the old HTTP+SSE transport opens the stream that is its session. */
export const ENDPOINT_STEPS = [
  receiveListen,
  limit,
  identify,
  limitCaller,
  resolveConnection,
  beginEndpoint,
  limitListeners,
  recordListen,
  openStream,
] as const;

/** The end of a legacy session carries no message, so it ends where a message would be read. */
export const SESSION_END_STEPS = [receiveSessionEnd, limit, identify, limitCaller, resolveConnection] as const;

// Each row is checked here, where it is defined: a step out of order makes the type `never` and the line an error.
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
export const CHECKED: readonly true[] = [
  true satisfies Same<Chained<Arrived, typeof CALL_STEPS, Gateway>, Forwarded>,
  true satisfies Same<Chained<Heard, typeof ANSWER_STEPS, Gateway>, Responded>,
  true satisfies Same<Chained<Arrived, typeof LISTEN_STEPS, Gateway>, Listening>,
  true satisfies Same<Chained<Arrived, typeof ENDPOINT_STEPS, Gateway>, Listening>,
  true satisfies Same<Chained<Arrived, typeof SESSION_END_STEPS, Gateway>, Connected>,
];
