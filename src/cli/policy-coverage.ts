/** Which parts of a policy no case of a test file came to: a rule that never matched, a grant or pattern that never counted. */
import type { Judged } from '#cli/offline-policy.ts';
import type { Config } from '#config/schema.ts';

export type Coverage = {
  readonly grants: Part;
  readonly patterns: Part;
  readonly rules: Part;
};
export type Part = {
  readonly total: number;
  /** As they are found in the file: `grants[3]`, `levels.read.deny[0] tools/call:drop_*`, `rules.hold-deletes`. */
  readonly untouched: readonly string[];
};

export function coverageOf(config: Pick<Config, 'levels' | 'grants' | 'rules'>, judged: readonly Judged[]): Coverage {
  const grants = new Set<number>();
  const patterns = new Set<string>();
  const rules = new Set<string>();
  for (const { explanation } of judged) {
    for (const grant of explanation.grants) if (grant.outcome === 'matched') grants.add(grant.index);
    for (const rule of explanation.rules) if (rule.outcome === 'matched') rules.add(rule.rule);
    for (const { allows, denies } of explanation.levels) {
      for (const { from, pattern } of allows) patterns.add(`${from} allow ${pattern}`);
      for (const { from, pattern } of denies) patterns.add(`${from} deny ${pattern}`);
    }
  }
  const written = Object.entries(config.levels).flatMap(([level, own]) =>
    (['allow', 'deny'] as const).flatMap((side) =>
      own[side].map((pattern, index) => ({
        key: `${level} ${side} ${pattern}`,
        place: `levels.${level}.${side}[${index}] ${pattern}`,
      })),
    ),
  );
  return {
    grants: part(config.grants.map((_, index) => [grants.has(index), `grants[${index}]`])),
    patterns: part(written.map(({ key, place }) => [patterns.has(key), place])),
    rules: part(config.rules.map(({ name }) => [rules.has(name), `rules.${name}`])),
  };
}

const part = (all: readonly (readonly [touched: boolean, place: string])[]): Part => ({
  total: all.length,
  untouched: all.flatMap(([touched, place]) => (touched ? [] : [place])),
});
