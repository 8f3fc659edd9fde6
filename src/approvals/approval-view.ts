/** An approval as people and programs see it: times as RFC 3339, nothing keyed. */
import type { Approval, ApprovalScope, ApprovalState, BreakGlassTerms, Principal } from '#approvals/approval.ts';
import { lapse } from '#approvals/transitions.ts';

export type ApprovalView = {
  readonly id: string;
  readonly state: ApprovalState;
  readonly connection: string;
  readonly method: string;
  readonly name: string;
  readonly requester: Principal & { readonly kind: string; readonly client: string | null };
  readonly rule: string;
  readonly approvers: readonly string[];
  readonly needed: number;
  readonly scopes: readonly ApprovalScope[];
  /** What whoever asks has to say before anybody can agree: a pattern for the ticket, null when none is asked for. */
  readonly asks: { readonly reason: boolean; readonly ticket: string | null };
  readonly statement: { readonly reason: string; readonly ticket: string | null; readonly at: string } | null;
  readonly breakGlass: BreakGlassTerms;
  readonly askedAt: string;
  readonly expiresAt: string;
  /** Of what was approved; null before. */
  readonly granted: ApprovalScope | null;
  readonly usableUntil: string | null;
  readonly votes: readonly {
    readonly by: Principal;
    readonly decision: 'approve' | 'deny';
    readonly scope: ApprovalScope;
    readonly reason: string;
    readonly at: string;
    /** By somebody who could not have decided otherwise. */
    readonly isBreakGlass: boolean;
  }[];
  /** Whether it is one of more than people can look at: of one caller, or under one rule. */
  readonly flood: 'caller' | 'rule' | null;
  /** The record that says what was asked: `<shard>:<n>`. */
  readonly record: string;
};

const timeText = (ms: number): string => new Date(ms).toISOString();

export function approvalView(approval: Approval, nowMs: number): ApprovalView {
  const { id, state, connection, method, name, requester, terms, statement, votes, scope, usableUntilMs, record } =
    // Nobody may have written yet what time did.
    lapse(approval, nowMs) ?? approval;
  const { issuer, subject, kind, client } = requester;
  return {
    id,
    state,
    connection,
    method,
    name,
    requester: { issuer, subject, kind, client: client ?? null },
    rule: terms.rule,
    approvers: terms.approvers,
    needed: terms.needed,
    scopes: terms.scopes,
    asks: { reason: terms.asks.reason, ticket: terms.asks.ticket ?? null },
    statement:
      statement === undefined
        ? null
        : { reason: statement.reason, ticket: statement.ticket ?? null, at: timeText(statement.atMs) },
    breakGlass: terms.breakGlass,
    askedAt: timeText(approval.askedMs),
    expiresAt: timeText(approval.expiresMs),
    granted: scope ?? null,
    usableUntil: usableUntilMs === undefined ? null : timeText(usableUntilMs),
    votes: votes.map((vote) => ({
      by: vote.by,
      decision: vote.effect,
      scope: vote.scope,
      reason: vote.reason,
      at: timeText(vote.atMs),
      isBreakGlass: vote.isBreakGlass === true,
    })),
    flood: approval.flood?.of ?? null,
    record,
  };
}
