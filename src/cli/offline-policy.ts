/**
 * The policy of a configuration, asked without a gateway. A call goes the same way as in one: masked, since conditions see
 * the findings, then judged.
 */
import type { CallFault } from '#cli/explained-call.ts';
import type { LoadedConfig } from '#config/load.ts';
import { maskingSettings } from '#config/masking-settings.ts';
import { policySettings } from '#config/policy-settings.ts';
import type { Caller } from '#identity/caller.ts';
import { compileMasking, type CompiledMasking } from '#masking/compile-masking.ts';
import type { Finding } from '#masking/masked.ts';
import { createMasker, type MaskerSettings } from '#masking/masker.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import type { Decision } from '#policy/decision.ts';
import { explainDecision } from '#policy/explain.ts';
import type { Explanation } from '#policy/explain.ts';
import { NOTHING_RECENT } from '#policy/input.ts';
import type { RecentCalls } from '#policy/input.ts';
import { decideMessage } from '#policy/message-decision.ts';
import { createPolicy } from '#policy/policy.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type Judged = {
  readonly connection: string;
  readonly decision: Decision;
  readonly explanation: Explanation;
  /** What masking would replace in the copy that is kept. */
  readonly masking: readonly Finding[];
  /** Whether masking would refuse the message. */
  readonly isBlocked: boolean;
  /** Set when the decision is about a resource that the call would watch. */
  readonly watchedUri: string | undefined;
};

export type OfflinePolicy = {
  readonly version: string;
  /** What it masks with. */
  readonly masking: CompiledMasking;
  /** `recent`: what the caller did before; nothing unless it is given. */
  judge(
    caller: Caller,
    connection: string,
    message: Message,
    nowMs: number,
    recent?: RecentCalls,
  ): Result<Judged, CallFault>;
};

/** Findings do not depend on the key, which only a gateway has. */
const NO_KEY = new Uint8Array(32);

export function offlinePolicy(loaded: LoadedConfig): OfflinePolicy {
  const settings = policySettings(loaded);
  const policy = createPolicy(settings);
  if (!policy.ok) throw new Error('a loaded configuration has a policy that cannot be made');
  const masking: MaskerSettings = { key: NO_KEY, ...maskingSettings(loaded.config) };
  const masker = createMasker(masking);
  const noSecrets = masker.secretsOf([]);
  return {
    version: settings.version,
    masking: compileMasking(masking),
    judge(caller, connection, message, nowMs, recent = NOTHING_RECENT) {
      const method = message.kind === 'response' ? '' : message.method;
      const masked = masker.maskMessage(message.doc, {
        direction: 'request',
        connection,
        method,
        name: message.kind === 'response' ? '' : message.name,
        groups: caller.groups,
        secrets: noSecrets,
      });
      if (!masked.ok) return err({ code: 'invalid_request', message: 'it cannot be masked, so it would be refused' });
      const { findings, isBlocked } = masked.value;
      const judged = decideMessage(policy.value, message, {
        caller,
        connection,
        findings,
        nowMs,
        recent: () => recent,
      });
      if (!judged.ok) return err({ code: 'invalid_request', message: judged.error });
      const { decision, asked, watchedUri } = judged.value;
      const explanation = explainDecision(settings, asked, decision);
      return ok({ connection, decision, explanation, masking: findings, isBlocked, watchedUri });
    },
  };
}
