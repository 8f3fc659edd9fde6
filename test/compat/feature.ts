/** What a client is asked to do through Gatebook, and what came of it. Pure data: what is compared, and what the page shows. */

export const FEATURES = ['list', 'call', 'prompts', 'resources', 'progress', 'elicitation', 'changes'] as const;
export type Feature = (typeof FEATURES)[number];

/** Column heads of the page. */
export const FEATURE_TITLES: Readonly<Record<Feature, string>> = {
  list: 'tools/list',
  call: 'tools/call',
  prompts: 'prompts',
  resources: 'resources',
  progress: 'progress',
  elicitation: 'elicitation',
  changes: 'list_changed',
};

/** `absent`: the program has no way to ask for it. */
export type Observation =
  | { readonly state: 'done'; readonly value: unknown }
  | { readonly state: 'fault'; readonly fault: string }
  | { readonly state: 'absent'; readonly why: string };

export type Observed = Readonly<Record<Feature, Observation>>;

/** The servers that clients are driven against; `old` is the legacy one over the HTTP+SSE transport of 2024-11-05. */
export const TARGETS = ['legacy', 'modern', 'old'] as const;
export type TargetName = (typeof TARGETS)[number];

/** What a driver is given: where to go, with which token, and which of the servers is there. */
export type Errand = { readonly url: string; readonly token: string; readonly target: TargetName };
