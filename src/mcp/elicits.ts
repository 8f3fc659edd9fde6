/** What a client says that it can ask its user (MCP 2026-07-28 and 2025-11-25, Elicitation, Capabilities). */
import { member } from '#mcp/json.ts';
import type { JsonNode } from '#mcp/json.ts';
import { META_CLIENT_CAPABILITIES } from '#mcp/jsonrpc.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';

export type Elicits = { readonly url: boolean; readonly form: boolean };

export const ELICITS_NOTHING: Elicits = { url: false, form: false };

function elicitsIn(capabilities: JsonNode | undefined): Elicits {
  const elicitation = member(capabilities, 'elicitation');
  if (elicitation?.kind !== 'object') return ELICITS_NOTHING;
  const has = (mode: string): boolean => member(elicitation, mode)?.kind === 'object';
  // Nothing in it is how earlier revisions say form.
  return { url: has('url'), form: has('form') || elicitation.members.length === 0 };
}

/** By what the request itself says (modern). */
export const elicitsOfRequest = ({ params }: RequestMessage): Elicits =>
  elicitsIn(member(member(params, '_meta'), META_CLIENT_CAPABILITIES));

/** By `initialize` (legacy). */
export const elicitsOfInitialize = ({ params }: RequestMessage): Elicits => elicitsIn(member(params, 'capabilities'));
