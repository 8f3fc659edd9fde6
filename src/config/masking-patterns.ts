/** `masking.patterns` of gatebook.yaml: that each can be run, and that entities named elsewhere are somebody's. */
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { rawItems, rawList, rawMap, rawText, rawTexts } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import type { MaskingConfig } from '#config/schema.ts';
import { LIMITS } from '#limits.ts';
import { checkCustomPatterns, type CustomPattern } from '#masking/custom-patterns.ts';
import { isEntity } from '#masking/engine/entities.ts';

type PatternConfig = NonNullable<MaskingConfig['patterns']>[number];

/** `employee-id` finds EMPLOYEE_ID. */
const entityOf = (name: string): string => name.toUpperCase().replaceAll('-', '_');

export const customPattern = ({ name, entity, ...rest }: PatternConfig): CustomPattern => ({
  ...rest,
  name,
  entity: entity ?? entityOf(name),
});

export function checkMaskingPatterns(raw: RawMap): Complaint[] {
  const masking = rawMap(raw['masking']);
  const known = new Set<string>();
  const patterns: (readonly [index: number, pattern: CustomPattern])[] = [];
  for (const [index, item] of rawItems(masking['patterns']).slice(0, LIMITS.customPatterns)) {
    const [name, pattern, entity] = [rawText(item['name']), rawText(item['pattern']), rawText(item['entity'])];
    // what has the wrong shape, the schema reports
    if (name === undefined || pattern === undefined) continue;
    const { group, score } = { group: 0, score: 0.9, ...item };
    known.add(entity ?? entityOf(name));
    patterns.push([
      index,
      {
        name,
        pattern,
        entity: entity ?? entityOf(name),
        group: typeof group === 'number' ? group : 0,
        score: typeof score === 'number' ? score : 1,
        context: rawTexts(item['context']).map(([, word]) => word),
      },
    ]);
  }
  const faults = checkCustomPatterns(patterns.map(([, pattern]) => pattern));
  return [
    ...faults.flatMap(({ index, at, message, fix }): readonly Complaint[] => {
      const [place, pattern] = patterns[index] ?? [];
      if (place === undefined || pattern === undefined) return [];
      const path = ['masking', 'patterns', place, at];
      return [{ path, message: at === 'pattern' ? `this pattern cannot be used: ${message}` : message, fix }];
    }),
    ...checkEntities(masking, known),
  ];
}

function checkEntities(masking: RawMap, known: ReadonlySet<string>): Complaint[] {
  const lists: (readonly [ConfigPath, unknown])[] = [
    [['masking', 'store', 'detectors'], rawMap(masking['store'])['detectors']],
    [['masking', 'inline', 'detectors'], rawMap(masking['inline'])['detectors']],
    ...rawItems(masking['rules']).map(
      ([index, rule]) => [['masking', 'rules', index, 'entities'], rule['entities']] as const,
    ),
  ];
  return lists.flatMap(([path, list]) =>
    rawList(list).flatMap((name, index): readonly Complaint[] => {
      if (typeof name !== 'string' || !/^[A-Z][A-Z0-9_]+$/.test(name) || isEntity(name) || known.has(name)) return [];
      const message = `there is no entity "${name}"`;
      return [
        {
          path: [...path, index],
          message,
          fix: 'name a built-in one (`gatebook mask --help`) or one of `masking.patterns`',
        },
      ];
    }),
  );
}
