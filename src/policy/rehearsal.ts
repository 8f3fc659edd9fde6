/**
 * Tries every rule on made-up calls of every method before a real one comes. A rule that fails on a call it is not even
 * about, because it looks at a field without has(), would deny that call, and often everything.
 */
import { METHODS } from '#mcp/methods.ts';
import type { Caller } from '#identity/caller.ts';
import { NOTHING_RECENT } from '#policy/input.ts';
import type { PolicyInput } from '#policy/input.ts';
import { createConditions } from '#policy/conditions.ts';
import type { ConditionsLimits } from '#policy/conditions.ts';
import type { PolicyProblem } from '#policy/problem.ts';
import { RESPONSE_METHOD } from '#policy/method-use.ts';

export type RehearsedRule = { readonly name: string; readonly when: string };

const PERSON: Caller = {
  issuer: 'https://issuer.example',
  namespace: 'example',
  subject: 'somebody',
  kind: 'person',
  groups: ['example:everybody'],
  client: 'example:client',
  scopes: [],
};
/** A client-credentials token: no groups, and here not even a client. */
const SERVICE: Caller = { ...PERSON, kind: 'service_account', groups: [], client: undefined };

const OTHER_METHODS = ['notifications/initialized', 'notifications/cancelled', RESPONSE_METHOD, 'vendor/unknown'];

type Case = readonly [caller: Caller, tool: PolicyInput['tool'], recent: PolicyInput['recent']];
/** What may be known of the tool of a call: nothing yet, or all hints that MCP has, and then it may have changed. */
const TOOLS: readonly Case[1][] = [
  undefined,
  {
    changed: true,
    annotations: {
      title: 'A tool',
      readOnlyHint: true,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: true,
    },
  },
];

/** The first call of a caller, and one of many. */
const RECENT: readonly Case[2][] = [
  NOTHING_RECENT,
  { calls: { minute: 50, hour: 1_000 }, tool: { minute: 5, hour: 100 }, denied: { minute: 1, hour: 10 } },
];

const casesOf = (method: string, looksBack: boolean): readonly Case[] =>
  [PERSON, SERVICE].flatMap((caller) =>
    (method === 'tools/call' ? TOOLS : [undefined]).flatMap((tool) =>
      (looksBack ? RECENT : [undefined]).map((recent): Case => [caller, tool, recent]),
    ),
  );

/** Connections a rule does not mention behave like any other to it: one stands for them all. */
const NO_CONNECTION = 'connection-no-rule-names';

/** Rules whose condition does not compile are skipped: that is reported elsewhere. */
export function rehearseRules(
  rules: readonly RehearsedRule[],
  connections: readonly string[],
  limits: ConditionsLimits,
): readonly PolicyProblem[] {
  const conditions = createConditions(limits);
  const methods = [...METHODS].flatMap(([method, entry]) => (entry.from === 'client' ? [method] : []));
  return rules.flatMap(({ when }, index): PolicyProblem[] => {
    const condition = conditions.compile(when);
    if (!condition.ok) return [];
    const mentioned = connections.filter((name) => when.includes(JSON.stringify(name).slice(1, -1)));
    for (const connection of [NO_CONNECTION, ...mentioned]) {
      for (const method of [...methods, ...OTHER_METHODS]) {
        for (const [caller, tool, recent] of casesOf(method, condition.value.looksBack)) {
          const name = METHODS.get(method)?.name === undefined ? '' : 'name-no-rule-names';
          const plain = { caller, connection, method, name, args: {}, findings: [], nowMs: 0, recent };
          const verdict = condition.value.evaluate(conditions.facts(tool === undefined ? plain : { ...plain, tool }));
          if (verdict.outcome !== 'failed') continue;
          const where = connection === NO_CONNECTION ? '' : ` on connection ${connection}`;
          return [
            {
              path: ['rules', index, 'when'],
              message: `this condition fails on a plain ${method}${where} of a ${caller.kind === 'person' ? 'person' : 'service account'}, which denies it: ${verdict.detail}`,
              fix: 'begin with what the rule is about (method == "tools/call" && …) and ask has(…) before optional fields',
            },
          ];
        }
      }
    }
    return [];
  });
}
