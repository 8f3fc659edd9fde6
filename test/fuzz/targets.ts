/** Every fuzz target, by name. */
import type { FuzzTarget } from './target.ts';
import { conditionTarget } from './targets/condition-target.ts';
import { configTarget } from './targets/config-target.ts';
import { filterTarget } from './targets/filter-target.ts';
import { jsonTarget } from './targets/json-target.ts';
import { ndjsonTarget, sseTarget } from './targets/stream-targets.ts';
import { tokenTarget } from './targets/token-target.ts';
import { uriTarget } from './targets/uri-target.ts';

/** `share`: of a thousand inputs of a run over all targets, by what each costs. */
export const FUZZ_TARGETS: readonly { readonly create: () => FuzzTarget; readonly share: number }[] = [
  { create: () => jsonTarget(), share: 300 },
  { create: () => sseTarget(), share: 150 },
  { create: () => ndjsonTarget(), share: 100 },
  { create: () => filterTarget(), share: 125 },
  { create: () => tokenTarget(), share: 125 },
  { create: () => uriTarget(), share: 125 },
  { create: () => conditionTarget(), share: 60 },
  { create: () => configTarget(), share: 15 },
];
