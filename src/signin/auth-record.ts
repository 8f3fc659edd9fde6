/**
 * What signing in puts into the book, durable before its effect: who signed in, what they let which client do, what was
 * given out, what was refused, what ended. Tokens, codes and cookies never come in here: what has to name one is a keyed
 * fingerprint.
 */
import type { EventDecision, RecordHeader } from '#events/header.ts';
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import { recordId } from '#ledger/record.ts';
import type { LedgerEntry, LedgerRefusal } from '#ledger/record.ts';
import { callerOf, clientName } from '#oauth/sign-in.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { SignInParts } from '#signin/parts.ts';

export type AuthAct =
  | 'sign_in'
  | 'sign_in_ended'
  | 'consent'
  | 'consent_refused'
  | 'token_issued'
  | 'token_refreshed'
  | 'token_revoked'
  | 'refresh_reuse'
  | 'code_reuse'
  | 'grant_ended'
  | 'client_registered'
  | 'client_approved'
  | 'client_refused'
  | 'client_removed'
  | 'web_session_ended'
  | 'approval_read'
  | 'approval_shown'
  | 'slack_linked'
  | 'slack_unlinked';

export type ActFacts = {
  /** Who did it; left out where `signIn` says it, and where it is the gateway itself. */
  readonly caller?: Caller;
  readonly signIn?: SignIn;
  /** OAuth client id, without the namespace. */
  readonly clientId?: string;
  /** As it calls itself: unverified. */
  readonly clientName?: string;
  /** Name of the connection it is about. */
  readonly connection?: string;
  /** The held call it is about: everything about one is found by its approval. */
  readonly held?: { readonly method: string; readonly name: string; readonly decision: EventDecision };
  /** A stable reason code: lower-case words joined by `_`. */
  readonly reason?: string;
  /** Network address. */
  readonly source?: string;
  readonly detail?: NonNullable<RecordHeader['detail']>;
  /** What must not stand in the record, whatever part of it repeats it. */
  readonly secrets?: readonly string[];
};

export type RecordParts = Pick<SignInParts, 'ledger' | 'masker' | 'newId'>;
type Parts = RecordParts;

export function actEntry(
  act: AuthAct,
  facts: ActFacts,
  { masker, newId }: Pick<Parts, 'masker' | 'newId'>,
): LedgerEntry {
  const { signIn, clientId, connection, reason, source, detail } = facts;
  const caller = facts.caller ?? (signIn === undefined ? GATEWAY_CALLER : callerOf(signIn, clientId));
  const { issuer, subject, kind, groups } = caller;
  const client = {
    ...(facts.clientName === undefined ? {} : { name: facts.clientName }),
    ...(clientId === undefined ? {} : { id: clientName(clientId) }),
  };
  const header: RecordHeader = {
    caller: { issuer, subject, kind, groups },
    client,
    ...(connection === undefined ? {} : { connection }),
    ...facts.held,
    ...(reason === undefined ? {} : { reason }),
    ...(source === undefined ? {} : { source }),
    detail: detail ?? {},
  };
  return {
    kind: 'control',
    call: newId(),
    ref: null,
    st: act,
    header: masker.maskHeader(header, masker.secretsOf(facts.secrets ?? [])),
    payload: null,
    mask: { n: 0 },
    pol: null,
    subject: callerKey(caller),
  };
}

/** Durable when it resolves with the record's id. When it gives a refusal, what was to be recorded must not happen. */
export async function recordAct(parts: Parts, act: AuthAct, facts: ActFacts): Promise<Result<string, LedgerRefusal>> {
  const recorded = await parts.ledger.append(actEntry(act, facts, parts));
  return recorded.ok ? ok(recordId(recorded.value)) : err(recorded.error);
}
