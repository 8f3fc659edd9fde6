/** What rules cost that hold none of a call: a decision with a hundred of them less one with none, microseconds. */
import { LIMITS } from '#limits.ts';
import { createPolicy } from '#policy/policy.ts';

const RULES = 100;
const ROUNDS = 9;
const RUNS = 2_000;

const CALLER = {
  issuer: 'https://idp.example',
  namespace: 'idp',
  subject: 'bench',
  kind: 'person' as const,
  groups: ['idp:callers'],
  client: 'idp:bench-client',
  scopes: [],
};
const CALL = {
  caller: CALLER,
  connection: 'tickets',
  method: 'tools/call',
  name: 'list_tickets',
  args: { queue: 'parcels', limit: 14 },
  findings: [],
  nowMs: 0,
};

/** Median over rounds of one decision. */
function decisionUs(rules: number, when: (number: number) => string): number {
  const policy = createPolicy({
    levels: { use: { allow: ['tools/call:*'], deny: [] } },
    grants: [{ groups: ['idp:callers'], connections: ['tickets'], level: 'use' }],
    rules: Array.from({ length: rules }, (_, at) => ({ name: `hold-${at}`, when: when(at), effect: 'hold' })),
    version: '0123456789abcdef',
    limits: LIMITS,
  });
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  const { value } = policy;
  if (value.decide(CALL).effect !== 'allow') throw new Error('the call of the benchmark is not allowed');
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    for (let run = 0; run < RUNS; run += 1) value.decide(CALL);
    return ((performance.now() - started) * 1_000) / RUNS;
  });
  return rounds.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
}

/** By what the rules look at. */
export type HoldRuleCosts = { readonly named: number; readonly argued: number };

export function measureHoldRules(): HoldRuleCosts {
  const costOf = (when: (number: number) => string): number => decisionUs(RULES, when) - decisionUs(0, when);
  return {
    named: costOf((at) => `method == "tools/call" && name.startsWith("delete_${at}_") && has(args.force)`),
    argued: costOf((at) => `has(args.limit) && args.limit > ${1_000 + at}`),
  };
}
