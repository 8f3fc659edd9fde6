/** From settings to what a walk works with: the plan, the operators, what recognises their output, and the engine. */
import { createCustomDetector, type CustomPattern } from '#masking/custom-patterns.ts';
import type { Detector } from '#masking/engine/detector.ts';
import { createEngine } from '#masking/engine/engine.ts';
import { DEFAULT_ENTITIES } from '#masking/engine/entities.ts';
import { createKeyMeanings } from '#masking/engine/place.ts';
import { createDigests } from '#masking/carriers/digest.ts';
import { mediaPolicy } from '#masking/carriers/media.ts';
import { createFieldNames } from '#masking/field-names.ts';
import type { DetectorList, MaskerSettings, RuleSettings } from '#masking/masking-settings.ts';
import { specOf, type OperatorChoice } from '#masking/operators/choice.ts';
import { createOperator } from '#masking/operators/create-operator.ts';
import { newestKey } from '#masking/operators/keys.ts';
import type { Operator } from '#masking/operators/operator.ts';
import { createPlaceholders } from '#masking/operators/placeholders.ts';
import { createPlan, type Plan } from '#masking/plan.ts';
import type { CompiledRule } from '#masking/plan-rule.ts';
import { PlaceTrail } from '#masking/place-trail.ts';
import type { WalkRules } from '#masking/walk-rules.ts';
import { globMatches, parseGlob, parsePattern, patternMatches } from '#policy/patterns.ts';

export type CompiledMasking = Omit<WalkRules, 'plan' | 'secrets'> & {
  readonly plan: Plan;
  /** What is looked for. */
  readonly types: ReadonlySet<string>;
  readonly rules: readonly CompiledRule[];
};

const typesOf = (list: DetectorList | undefined, further: readonly string[]): ReadonlySet<string> =>
  list === 'default' ? new Set([...DEFAULT_ENTITIES, ...further]) : new Set(list);

/** Equal ones once, so that a verdict for both copies is worked out once. */
function operatorsOf(settings: MaskerSettings): (choice: OperatorChoice) => Operator {
  const { key, furtherKeys = new Map<string, Uint8Array>() } = settings;
  const newest = newestKey(key, furtherKeys);
  const earlier = [key, ...furtherKeys.values()].filter((known) => known !== newest.key);
  const made = new Map<string, Operator>();
  return (choice) => {
    const spec = specOf(choice);
    const id = JSON.stringify(spec);
    const operator = made.get(id) ?? createOperator(spec, newest, earlier);
    made.set(id, operator);
    return operator;
  };
}

/** What they are was checked when they were configured. */
function callsOf({ tools, names }: RuleSettings): ((method: string, name: string) => boolean) | undefined {
  if (tools === undefined && names === undefined) return undefined;
  const globs = (tools ?? []).map(parseGlob);
  const patterns = (names ?? []).map((text) => {
    const read = parsePattern(text);
    if (!read.ok) throw new Error(`a pattern of masking ${read.error}`);
    return read.value;
  });
  return (method, name) =>
    (method === 'tools/call' && globs.some((glob) => globMatches(glob, name))) ||
    patterns.some((pattern) => patternMatches(pattern, method, name));
}

/** Of a value of the stored copy that must not be kept in any form: what its default says, where that hides enough. */
const SECRET_CHOICES: ReadonlySet<OperatorChoice> = new Set(['token', 'redact']);

const detectorsOf = ({ patterns = [], detectors = [] }: MaskerSettings): readonly Detector[] =>
  patterns.length === 0 ? detectors : [...detectors, createCustomDetector(patterns)];

/** Words of a pattern's context in a key name what it finds. */
function namedBy(patterns: readonly CustomPattern[]): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, readonly string[]>();
  for (const { context, entity } of patterns)
    for (const word of context) words.set(word, [...(words.get(word) ?? []), entity]);
  return words;
}

export function compileMasking(settings: MaskerSettings): CompiledMasking {
  const { store, inline, rules = [], patterns = [] } = settings;
  const detectors = detectorsOf(settings);
  const operator = operatorsOf(settings);
  const forSecrets = operator(SECRET_CHOICES.has(store.operator) ? store.operator : 'token');
  const compiled = rules.map((rule): CompiledRule => {
    const { tools: _tools, names: _names, ...rest } = rule;
    const calls = callsOf(rule);
    return {
      ...rest,
      ...(calls === undefined ? {} : { calls }),
      operator: rule.operator === undefined ? undefined : operator(rule.operator),
    };
  });
  const further = [...new Set(detectors.flatMap(({ types }) => types))];
  const inlineTypes = typesOf(inline?.detectors, further);
  // never looser than the caller's copy, whatever the lists say
  const storeTypes: ReadonlySet<string> = new Set([...typesOf(store.detectors, further), ...inlineTypes, ...further]);
  const ruled = compiled.flatMap(({ entities }) => [...(entities ?? [])]);
  const inUse = [
    operator(store.operator),
    ...(inline === undefined ? [] : [operator(inline.operator)]),
    ...compiled.flatMap((rule) => (rule.operator === undefined ? [] : [rule.operator])),
  ];
  const placeholders = createPlaceholders([...new Set(inUse)], further);
  const types = new Set([...storeTypes, ...ruled]);
  const isDetecting = store.detectors !== undefined || detectors.length > 0 || ruled.length > 0;
  return {
    isSecretField: createFieldNames(store.fields),
    detection: isDetecting
      ? {
          engine: createEngine({ types, placeholders, detectors }),
          trail: new PlaceTrail(createKeyMeanings(namedBy(patterns))),
          hasPatterns: patterns.length > 0,
        }
      : undefined,
    types: isDetecting ? types : new Set(),
    rules: compiled,
    forSecrets,
    media: mediaPolicy(settings.media?.send ?? {}, settings.media?.store ?? {}),
    digests: createDigests(settings.key),
    placeholders,
    plan: createPlan({
      rules: compiled,
      store: { operator: operator(store.operator), types: storeTypes },
      inline:
        inline === undefined
          ? undefined
          : { operator: operator(inline.operator), types: inlineTypes, connections: new Set(inline.connections) },
      forSecrets,
    }),
  };
}
