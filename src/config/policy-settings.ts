/** What policy is made of, taken from gatebook.yaml: for a valid configuration, and leniently for finding its faults. */
import type { Limits } from '#limits.ts';
import type { Complaint } from '#config/problem.ts';
import { rawEntries, rawList, rawMap, rawText } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import type { Config } from '#config/schema.ts';
import { createPolicy } from '#policy/policy.ts';
import type { PolicySettings } from '#policy/policy.ts';
import { rehearseRules } from '#policy/rehearsal.ts';

/** Of a loaded configuration; `createPolicy` of these does not fail, loading has tried it. */
export const policySettings = (loaded: {
  readonly config: Pick<Config, 'levels' | 'grants' | 'rules' | 'serviceAccounts'>;
  readonly policyVersion: string;
  readonly limits: Limits;
}): PolicySettings => ({
  levels: loaded.config.levels,
  grants: loaded.config.grants,
  rules: loaded.config.rules.map(({ name, when, then, lift }) => ({ name, when, effect: then, lift })),
  accounts: loaded.config.serviceAccounts,
  version: loaded.policyVersion,
  limits: loaded.limits,
});

/** Patterns and conditions that cannot work, in a configuration that may be invalid in other ways too. */
export function checkPolicy(raw: RawMap, limits: Limits): Complaint[] {
  const levels = Object.fromEntries(
    rawEntries(raw['levels']).map(([name, level]) => [
      name,
      { allow: patterns(level['allow']), deny: patterns(level['deny']) },
    ]),
  );
  const rules = rawList(raw['rules']).map((item, index) => {
    const when = rawText(rawMap(item)['when']);
    // What is no text keeps its place; the schema complains about it.
    return { name: `rule ${index}`, when: when ?? 'true', effect: 'deny' as const };
  });
  const policy = createPolicy({ levels, grants: [], rules, version: '', limits });
  const problems = policy.ok ? [] : policy.error;
  return [...problems, ...rehearseRules(rules, Object.keys(rawMap(raw['connections'])), limits)];
}

const patterns = (value: unknown): readonly string[] => rawList(value).map((item) => rawText(item) ?? '*');
