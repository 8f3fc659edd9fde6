/**
 * Why the gateway said no, exactly. A refusal is a value: the record keeps all of it, the wire shows only what
 * errors.ts makes of it.
 */
import type { Asks } from '#approvals/approval.ts';
import type { ShownKey } from '#gateway/refusal-book.ts';
import type { Quota } from '#gateway/quota.ts';
import type { Finding } from '#masking/masked.ts';
import type { TokenFault } from '#identity/token-fault.ts';
import type { Decision } from '#policy/decision.ts';

/** Whether the upstream may have acted: an agent must never blindly repeat a call that may have run (P6). */
export type Executed = 'no' | 'unknown';

export const BLOCKED_BY_MASKING = 'masking_block';
/** A call that people agreed to found no place among those on their way. */
export const NO_PLACE = 'no_place';

export type Refusal =
  | { readonly code: 'unauthenticated'; readonly reason: TokenFault; readonly shown?: ShownKey }
  /** A caller who was let in and is nobody any more: revoked, or the token ended. */
  | { readonly code: 'unauthenticated'; readonly reason: 'revoked' | 'token_expired'; readonly executed: Executed }
  | { readonly code: 'identity_unavailable'; readonly reason: string; readonly retryAfterMs: number }
  | {
      readonly code: 'identity_unavailable';
      readonly reason: string;
      readonly retryAfterMs: number;
      readonly executed: Executed;
    }
  | { readonly code: 'forbidden_origin'; readonly reason: string }
  | { readonly code: 'method_not_allowed'; readonly reason: string }
  | { readonly code: 'unknown_connection'; readonly reason: string }
  /** A stream whose connection or grant was taken away. */
  | { readonly code: 'unknown_connection'; readonly reason: string; readonly executed: Executed }
  | { readonly code: 'content_type'; readonly reason: string }
  | { readonly code: 'not_acceptable'; readonly reason: string }
  | { readonly code: 'too_large'; readonly reason: string }
  | {
      readonly code: 'rate_limited';
      readonly reason: string;
      /** When the limit passes; where nobody can know, when it is worth asking again. */
      readonly retryAfterMs: number;
      /** Absent where the headers that tell it have no unit for what was counted. */
      readonly quota?: Quota;
    }
  | {
      readonly code:
        | 'parse_error'
        | 'batch'
        | 'duplicate_key'
        | 'invalid_request'
        | 'too_deep'
        | 'header_mismatch'
        | 'missing_metadata'
        | 'unknown_session';
      readonly reason: string;
      /** JSON spelling of the request's id, when it could be read. */
      readonly idText: string | undefined;
    }
  /** A task that is not one of this caller's, and a `requestState` given for another call. */
  | { readonly code: 'unknown_task' | 'invalid_state'; readonly reason: string; readonly idText: string | undefined }
  /** About such a task, in a way that a modern server refuses whatever the task. */
  | {
      readonly code: 'unknown_method' | 'missing_capability';
      readonly reason: string;
      readonly idText: string | undefined;
    }
  /** What was given out to whom cannot be looked up or kept. */
  | {
      readonly code: 'bindings_unavailable';
      readonly reason: string;
      readonly retryAfterMs: number;
      readonly executed: Executed;
    }
  | { readonly code: 'denied' | 'approval_expired'; readonly reason: string; readonly decision: Decision }
  /** People are asked, or cannot be: then there is no `approval`. */
  | {
      readonly code: 'approval_required';
      readonly reason: string;
      readonly decision: Decision;
      /** `url`: where people decide; undefined where nobody signs in. */
      readonly approval?: {
        readonly id: string;
        readonly url: string | undefined;
        readonly expiresMs: number;
        /** What whoever asks has to say before anybody can agree; absent where nothing, or once it is said. */
        readonly asks?: Asks;
      };
      /** How the client is told to go on: undefined where it is refused plainly. */
      readonly way?:
        | { readonly kind: 'come_back'; readonly state: string; readonly tells: boolean; readonly asks: boolean }
        | { readonly kind: 'url_error' }
        | { readonly kind: 'task'; readonly task: object };
    }
  | {
      readonly code: 'approval_denied';
      readonly reason: string;
      readonly decision: Decision;
      /** `said`: the words of whoever refused; may be empty. */
      readonly approval: { readonly id: string; readonly said: string };
    }
  /** What people said cannot be looked up or kept. */
  | {
      readonly code: 'approvals_unavailable';
      readonly reason: string;
      readonly retryAfterMs: number;
      readonly executed: Executed;
    }
  /** What the server said is kept from the caller: the call has gone up. */
  | { readonly code: 'denied'; readonly reason: string; readonly executed: Executed }
  /** A message with a value that masking is told to block; nothing of it is kept but what was found. */
  | {
      readonly code: 'denied';
      readonly reason: typeof BLOCKED_BY_MASKING;
      readonly executed: Executed;
      readonly findings: readonly Finding[];
    }
  /** `bytes`: of an answer, since the record of its end says nothing else of it. */
  | { readonly code: 'masking_failed'; readonly reason: string; readonly executed: Executed; readonly bytes?: number }
  | {
      readonly code: 'upstream_unavailable' | 'upstream_invalid' | 'upstream_timeout';
      readonly reason: string;
      readonly executed: Executed;
      /** The server's own status, where clients act on it. */
      readonly refusedWith?: number | undefined;
    }
  | {
      readonly code: 'audit_unavailable';
      readonly reason: string;
      readonly retryAfterMs: number;
      readonly executed: Executed;
    }
  | { readonly code: 'internal'; readonly reason: string; readonly executed: Executed }
  | { readonly code: 'client_gone'; readonly reason: string }
  | { readonly code: 'stopping'; readonly reason: string; readonly retryAfterMs: number }
  /** A call that was on its way when the time for that was over. */
  | { readonly code: 'stopping'; readonly reason: string; readonly executed: Executed };

export type RefusalCode = Refusal['code'];
