/**
 * Which method and name decide about a message. Most decide for themselves; some come with any level, some follow
 * another: a subscription needs what reading needs, a completion what its prompt or template needs, a task what the call that
 * made it needs. Methods that change something (`logging/setLevel`) and unknown ones need a pattern.
 */
import { COMPLETION_REFS, isAboutTask, isImplicit } from '#mcp/methods.ts';
import { normaliseUri, templatePrefix } from '#policy/resource-uri.ts';
import type { UriFault } from '#policy/resource-uri.ts';

export type MethodUse =
  /** Any level brings it; a deny still takes it away. */
  | { readonly kind: 'implicit'; readonly method: string; readonly name: string }
  /** Permitted when `method` is for `name`; `bases` are further spellings a deny counts for. */
  | { readonly kind: 'named'; readonly method: string; readonly name: string; readonly bases: readonly string[] }
  /** Permitted when `method` can be for something that begins with `prefix`; `name` is the template, so far normalised. */
  | { readonly kind: 'prefix'; readonly method: string; readonly prefix: string; readonly name: string }
  /** Follows something that is not there. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unsafe'; readonly fault: UriFault };

/** How a caller's answer to a request of the server is presented: it follows the grant under which the server could ask. */
export const RESPONSE_METHOD = 'response';

const READS_RESOURCE: ReadonlySet<string> = new Set(['resources/read', 'resources/subscribe', 'resources/unsubscribe']);

/** `args` is looked at for completions only. */
export function methodUse(method: string, name: string, args: () => unknown): MethodUse {
  if (READS_RESOURCE.has(method)) return resourceUse(name);
  if (method === 'completion/complete') return completionUse(args());
  // Whose task it is, only the call that made it says.
  if (isAboutTask(method)) return { kind: 'nothing' };
  if (method === RESPONSE_METHOD || isImplicit(method)) return { kind: 'implicit', method, name };
  return { kind: 'named', method, name, bases: [] };
}

export function resourceUse(uri: string): MethodUse {
  const normal = normaliseUri(uri);
  if (!normal.ok) return { kind: 'unsafe', fault: normal.error };
  return { kind: 'named', method: 'resources/read', name: normal.value.full, bases: normal.value.bases };
}

export function templateUse(template: string): MethodUse {
  const brace = template.indexOf('{');
  // Without an expression it is one resource, and whatever denies that denies it.
  if (brace === -1) return resourceUse(template);
  const prefix = templatePrefix(template);
  if (!prefix.ok) return { kind: 'unsafe', fault: prefix.error };
  return { kind: 'prefix', method: 'resources/read', prefix: prefix.value, name: prefix.value + template.slice(brace) };
}

/** The message by its own method where it follows another use. */
export function itself(use: MethodUse, method: string): MethodUse | undefined {
  if ((use.kind !== 'named' && use.kind !== 'prefix') || use.method === method) return undefined;
  return { kind: 'named', method, name: use.name, bases: use.kind === 'named' ? use.bases : [] };
}

/** `ref` is a PromptReference or ResourceTemplateReference (MCP, completion/complete). */
function completionUse(args: unknown): MethodUse {
  const ref = member(args, 'ref');
  const type = member(ref, 'type');
  const governor = typeof type === 'string' ? COMPLETION_REFS.get(type) : undefined;
  const target = governor === undefined ? undefined : member(ref, governor.member);
  if (governor === undefined || typeof target !== 'string') return { kind: 'nothing' };
  if (governor.governedBy === 'resources/read') return templateUse(target);
  return { kind: 'named', method: governor.governedBy, name: target, bases: [] };
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  // Own members only: what was sent, not what objects have anyway.
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}
