/** What policy said about one call, and why. Plain data: stored in the record, shown by `config explain`. */
import type { ReachFault } from '#policy/reach.ts';

export type DecisionEffect = 'allow' | 'deny' | 'hold';

export type DecisionReason =
  | 'permitted'
  | 'no_grant'
  // What an account or its key does not reach, whatever grants say: src/policy/reach.ts.
  | ReachFault
  | 'above_key_level'
  | 'not_permitted'
  | 'denied_by_level'
  | 'denied_by_rule'
  | 'held_by_rule'
  | 'condition_failed'
  | 'unsafe_uri'
  | 'too_costly'
  | 'implicit'
  // What the server says of itself speaks against it, whatever policy allows: src/definitions/definition-policy.ts.
  | 'definition_changed'
  | 'definition_hidden_text'
  | 'definition_unknown';

/** One step of the reasoning, in the order it was taken. */
export type TraceStep =
  | { readonly step: 'grant'; readonly index: number; readonly level: string; readonly matched: string }
  | { readonly step: 'level'; readonly level: string; readonly pattern: string; readonly effect: 'allow' | 'deny' }
  | { readonly step: 'implicit'; readonly method: string }
  /** No level in effect allows it; this one, to which the rule lifts, would. */
  | { readonly step: 'lift'; readonly rule: string; readonly level: string; readonly pattern: string }
  /** A key that may have this level at most. */
  | { readonly step: 'key'; readonly key: string; readonly level: string }
  | {
      readonly step: 'rule';
      readonly rule: string;
      readonly outcome: 'matched' | 'not_matched' | 'failed';
      readonly effect: DecisionEffect;
      readonly detail?: string;
    };

export type Decision = {
  readonly effect: DecisionEffect;
  readonly reason: DecisionReason;
  /** The level whose pattern permitted or denied; for several, the first in grant order. */
  readonly level: string | undefined;
  readonly rule: string | undefined;
  /** Version of the policy in force: first 16 hex digits of SHA-256 over the canonical policy part of the configuration. */
  readonly policy: string;
  readonly trace: readonly TraceStep[];
};
