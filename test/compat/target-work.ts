/** What there is to ask of the servers: `legacy` and `old` are server-everything, `modern` is servers/both-eras.ts. */
import type { TargetName } from './feature.ts';

type ToolCall = { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };

export type TargetWork = {
  readonly call: ToolCall;
  readonly prompt: { readonly name: string; readonly arguments: Readonly<Record<string, string>> };
  readonly resource: string;
  /** Reports its progress three times. */
  readonly progress: ToolCall;
  /** Asks the user for a name and a yes. */
  readonly elicitation: ToolCall;
  /** Changes the list of resources. */
  readonly change: ToolCall;
};

const EVERYTHING: TargetWork = {
  call: { name: 'get-structured-content', arguments: { location: 'Chicago' } },
  prompt: { name: 'args-prompt', arguments: { city: 'Zürich' } },
  resource: 'demo://resource/static/document/features.md',
  progress: { name: 'trigger-long-running-operation', arguments: { duration: 0.3, steps: 3 } },
  elicitation: { name: 'trigger-elicitation-request', arguments: {} },
  change: {
    name: 'gzip-file-as-resource',
    arguments: { name: 'greeting.gz', data: 'data:text/plain,hello', outputType: 'resourceLink' },
  },
};

export const TARGET_WORK: Readonly<Record<TargetName, TargetWork>> = {
  legacy: EVERYTHING,
  old: EVERYTHING,
  modern: {
    call: { name: 'forecast', arguments: { city: 'Zürich' } },
    prompt: { name: 'packing-list', arguments: { city: 'Zürich' } },
    resource: 'forecast://zurich',
    progress: { name: 'measure', arguments: { times: 3 } },
    elicitation: { name: 'order-umbrella', arguments: {} },
    change: { name: 'open-station', arguments: {} },
  },
};

/** What the user of a client that can be asked answers. */
export const USER_ANSWER = { action: 'accept', content: { name: 'Ada', check: true } } as const;
