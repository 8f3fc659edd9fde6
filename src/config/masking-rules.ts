/** What holds within and between `masking.rules` of gatebook.yaml: names that exist, patterns that can match, combinations that mean something. */
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { rawItems, rawMap, rawText, rawTexts } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import { FORMED_ENTITIES } from '#masking/operators/format/format.ts';
import { SECRET } from '#masking/plan-rule.ts';
import { parsePointerPattern } from '#masking/plan-pointer.ts';
import { parsePattern } from '#policy/patterns.ts';

/** The word for an operator, however it is spelled; undefined for another shape. */
function operatorName(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return ['replace', 'partial'].find((name) => rawMap(value)[name] !== undefined);
}

export function checkMaskingRules(raw: RawMap): Complaint[] {
  const masking = rawMap(raw['masking']);
  return [
    ...checkDefaults(masking),
    ...rawItems(masking['rules']).flatMap(([index, rule]) => checkRule(rule, ['masking', 'rules', index])),
  ];
}

function checkDefaults(masking: RawMap): Complaint[] {
  const path = ['masking', 'store', 'operator'];
  const operator = rawMap(masking['store'])['operator'];
  return [
    ...checkReplacement(operator, path),
    ...checkReplacement(rawMap(masking['inline'])['operator'], ['masking', 'inline', 'operator']),
    ...(operator === 'block'
      ? [
          {
            path,
            message: 'to block is for what callers get, and would refuse every message with a finding',
            fix: 'write it in `inline` or in a rule',
          },
        ]
      : []),
  ];
}

function checkRule(rule: RawMap, path: ConfigPath): Complaint[] {
  return [
    ...checkWhatItDoes(rule, path),
    ...checkReplacement(rule['operator'], [...path, 'operator']),
    ...rawTexts(rule['names']).flatMap(([index, text]) => {
      const read = parsePattern(text);
      return read.ok
        ? []
        : [
            {
              path: [...path, 'names', index],
              message: `this pattern ${read.error}`,
              fix: 'write `method` or `method:name`, for instance tools/call:get_*',
            },
          ];
    }),
    ...rawTexts(rule['pointers']).flatMap(([index, text]) => {
      const read = parsePointerPattern(text);
      return read.ok
        ? []
        : [
            {
              path: [...path, 'pointers', index],
              message: `this pointer ${read.error}`,
              fix: 'write a JSON Pointer into the message, such as /params/arguments/email or /result/**/email',
            },
          ];
    }),
  ];
}

function checkWhatItDoes(rule: RawMap, path: ConfigPath): Complaint[] {
  const isExempt = rule['exempt'] === true;
  const name = operatorName(rule['operator']);
  if (isExempt === (rule['operator'] !== undefined)) {
    const message = isExempt ? 'a rule that exempts has no operator' : 'the rule says neither `operator` nor `exempt`';
    return [{ path, message, fix: 'write one of `operator: …` and `exempt: true`' }];
  }
  return isExempt ? checkExemption(rule, path) : checkOperator(rule, name ?? '', path);
}

const entitiesOf = (rule: RawMap): readonly string[] => rawTexts(rule['entities']).map(([, entity]) => entity);

function checkExemption(rule: RawMap, path: ConfigPath): Complaint[] {
  const copy = rawText(rule['copy']) ?? 'both';
  const at = (key: string): Pick<Complaint, 'path' | 'atKey'> =>
    rule[key] === undefined ? { path } : { path: [...path, key], atKey: true };
  if (copy === 'inline') return [];
  const complaints: Complaint[] = [];
  if (copy === 'store') {
    complaints.push({
      ...at('copy'),
      message: 'what is kept would be looser than what the caller sees',
      fix: 'exempt both copies, or `copy: inline` alone',
    });
  }
  if (entitiesOf(rule).includes(SECRET)) {
    complaints.push({
      ...at('entities'),
      message: 'a secret is never kept as it came',
      fix: 'leave SECRET out, or write `copy: inline`',
    });
  }
  if (rule['audience'] !== undefined) {
    complaints.push({
      ...at('audience'),
      message: 'what is kept is read by others than the caller, so an exemption by caller is for their copy only',
      fix: 'write `copy: inline`',
    });
  }
  return complaints;
}

function checkOperator(rule: RawMap, name: string, path: ConfigPath): Complaint[] {
  const entities = entitiesOf(rule);
  const at = [...path, 'operator'];
  if (name === 'block' && rule['copy'] === 'store')
    return [{ path: at, message: 'a blocked message has no copy for the caller', fix: 'leave `copy` out' }];
  if (name !== 'partial' && name !== 'format') return [];
  if (entities.includes(SECRET)) {
    return [
      {
        path: at,
        message: `\`${name}\` shows something of a secret`,
        fix: 'leave SECRET out, or take another operator',
      },
    ];
  }
  const formless = entities.filter((entity) => !FORMED_ENTITIES.has(entity));
  if (name === 'partial' || formless.length === 0) return [];
  return [
    {
      path: at,
      message: `nothing of the same form can stand for ${formless.join(', ')}`,
      fix: 'leave them out, or take `token`',
    },
  ];
}

/** It is recognised wherever it stands, so it must not be anything that a value could be or begin with. */
const REPLACEMENT = /^[^\p{N}\p{C}@"\\]{3,64}$/u;

function checkReplacement(operator: unknown, path: ConfigPath): Complaint[] {
  const text = rawText(rawMap(operator)['replace']);
  if (text === undefined || (REPLACEMENT.test(text) && text.trim() === text)) return [];
  return [
    {
      path: [...path, 'replace'],
      message: 'this text cannot be told from a value',
      fix: 'take 3 to 64 characters without digits, "@", quotes and backslashes, such as "(removed)"',
    },
  ];
}
