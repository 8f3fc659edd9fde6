/** `masking` of gatebook.yaml as masking takes it: pointers read, groups named, keys beside it. */
import { customPattern } from '#config/masking-patterns.ts';
import type { Config } from '#config/schema.ts';
import type { ResolvedSecrets } from '#config/resolve-secrets.ts';
import type { MaskerSettings, RuleSettings } from '#masking/masking-settings.ts';
import { parsePointerPattern, type PointerPattern } from '#masking/plan-pointer.ts';
import type { Copy } from '#masking/plan-rule.ts';

type MaskingRule = NonNullable<Config['masking']['rules']>[number];

/** Checked at load: what is refused there is a bug here. */
function pointerOf(text: string): PointerPattern {
  const read = parsePointerPattern(text);
  if (read.ok) return read.value;
  throw new Error(`a loaded configuration has a pointer that ${read.error}`);
}

const copiesOf = (copy: MaskingRule['copy']): ReadonlySet<Copy> =>
  new Set(copy === 'both' ? ['inline', 'store'] : [copy]);

function ruleOf({
  entities,
  connections,
  tools,
  names,
  pointers,
  direction,
  audience,
  copy,
  operator,
}: MaskingRule): RuleSettings {
  return {
    ...(entities === undefined ? {} : { entities: new Set(entities) }),
    ...(connections === undefined || connections.includes('*') ? {} : { connections: new Set(connections) }),
    ...(tools === undefined ? {} : { tools }),
    ...(names === undefined ? {} : { names }),
    ...(pointers === undefined ? {} : { pointers: pointers.map(pointerOf) }),
    ...(direction === 'both' ? {} : { direction }),
    ...(audience === undefined ? {} : { groups: audience.groups }),
    copies: copiesOf(copy),
    operator,
  };
}

/** Nothing in it that cannot go to another thread. */
export const maskingSettings = ({
  masking: { store, inline, rules, patterns, media, overBudget },
}: Pick<Config, 'masking'>): Omit<MaskerSettings, 'key' | 'furtherKeys' | 'detectors'> => ({
  store,
  inline,
  media,
  overBudget,
  ...(patterns === undefined ? {} : { patterns: patterns.map(customPattern) }),
  rules: (rules ?? []).map(ruleOf),
});

/** `k2`, `k3`, … as bytes that are a memory of their own. */
export const furtherKeysOf = ({ maskingKeys }: Pick<ResolvedSecrets, 'maskingKeys'>): ReadonlyMap<string, Uint8Array> =>
  new Map([...maskingKeys].map(([id, secret]) => [id, new Uint8Array(Buffer.from(secret.reveal().trim(), 'base64'))]));
