/** One case of a policy test file asked, and whether what came out is what was expected. */
import { callText } from '#cli/decision-text.ts';
import { callOf } from '#cli/explained-call.ts';
import type { Judged, OfflinePolicy } from '#cli/offline-policy.ts';
import type { PlacedCase } from '#cli/policy-test-file.ts';
import type { DecisionEffect } from '#policy/decision.ts';
import type { Limits } from '#limits.ts';

export type Actual = {
  readonly effect: DecisionEffect;
  /** Of policy, or the code by which the gateway refuses a message before it asks policy. */
  readonly reason: string;
  readonly rule: string | undefined;
  readonly level: string | undefined;
};

export type CaseOutcome = {
  readonly test: PlacedCase;
  /** `tools/call "get_issue"`, or what is wrong with the message. */
  readonly call: string;
  readonly actual: Actual;
  /** What differs, `expected hold, got allow`; empty for a case that passed. */
  readonly differences: readonly string[];
  readonly judged: Judged | undefined;
};

export function runCase(
  policy: Pick<OfflinePolicy, 'judge'>,
  test: PlacedCase,
  limits: Pick<Limits, 'jsonDepth' | 'jsonNodes'>,
): CaseOutcome {
  const message = callOf(test.request, limits);
  const judged = message.ok
    ? policy.judge(test.caller, test.connection, message.value, test.nowMs, test.recent)
    : message;
  const call = message.ok ? callText(message.value) : `a message that is none (${message.error.message})`;
  const actual = judged.ok ? actualOf(judged.value) : denied(judged.error.code);
  return { test, call, actual, differences: differencesOf(test, actual), judged: judged.ok ? judged.value : undefined };
}

const denied = (reason: string, level?: string): Actual => ({ effect: 'deny', reason, rule: undefined, level });

/** As records say it (src/gateway/refusal.ts). */
const BLOCKED_BY_MASKING = 'masking_block';

/** What masking blocks goes no further, and nobody is asked to approve it. */
const actualOf = ({ decision, isBlocked }: Judged): Actual =>
  isBlocked && decision.effect !== 'deny' ? denied(BLOCKED_BY_MASKING, decision.level) : decision;

function differencesOf(test: PlacedCase, actual: Actual): readonly string[] {
  const differences = test.expect === actual.effect ? [] : [`expected ${test.expect}, got ${actual.effect}`];
  for (const key of ['reason', 'rule', 'level'] as const) {
    const wanted = test[key];
    if (wanted !== undefined && wanted !== actual[key])
      differences.push(`expected ${key} ${wanted}, got ${actual[key] ?? 'none'}`);
  }
  return differences;
}
