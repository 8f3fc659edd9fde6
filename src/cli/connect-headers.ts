/** The headers a message of `connect` goes up with, in the era its client speaks. Pure but for the tools it remembers. */
import type { Limits } from '#limits.ts';
import { encodeHeaderValue } from '#mcp/header-value.ts';
import { member, splice, stringMember } from '#mcp/json.ts';
import type { JsonDocument, JsonNode } from '#mcp/json.ts';
import type { Message, RequestMessage } from '#mcp/jsonrpc.ts';
import { METHODS } from '#mcp/methods.ts';
import { paramHeaderPairs, paramHeadersOf } from '#mcp/param-headers.ts';
import type { ParamHeader } from '#mcp/param-headers.ts';
import type { HeaderPair } from '#upstream/port.ts';

/** What a legacy session agreed on. */
export type LegacySession = { readonly sessionId: string | undefined; readonly version: string | undefined };

export const legacyHeaders = ({ sessionId, version }: LegacySession): HeaderPair[] => [
  ...(sessionId === undefined ? [] : [['mcp-session-id', sessionId] as const]),
  ...(version === undefined ? [] : [['mcp-protocol-version', version] as const]),
];

/** MCP 2026-07-28, Streamable HTTP, "Request Metadata". */
export function modernHeaders(
  message: Message & { readonly protocolVersion: string },
  tools: ToolHeaders,
): HeaderPair[] {
  const headers: HeaderPair[] = [['mcp-protocol-version', message.protocolVersion]];
  if (message.kind === 'response') return headers;
  headers.push(['mcp-method', message.method]);
  if (message.kind !== 'request') return headers;
  if (METHODS.get(message.method)?.isNameMirrored === true) headers.push(['mcp-name', encodeHeaderValue(message.name)]);
  return [...headers, ...tools.of(message)];
}

/** Which parameters of which tools are headers, as the tool lists that passed said. */
export class ToolHeaders {
  readonly #byTool = new Map<string, readonly ParamHeader[]>();
  readonly #limits: Pick<Limits, 'connectTools'>;

  constructor(limits: Pick<Limits, 'connectTools'>) {
    this.#limits = limits;
  }

  of({ method, name, params }: RequestMessage): HeaderPair[] {
    const headers = method === 'tools/call' ? this.#byTool.get(name) : undefined;
    return headers === undefined ? [] : paramHeaderPairs(headers, member(params, 'arguments'));
  }

  /**
   * Remembers the tools of a `tools/list` result. Gives the message as its client may see it: tools whose definition
   * is invalid are left out, as a client over HTTP must, and named to `say`.
   */
  learn(doc: JsonDocument, say: (text: string) => void): Buffer {
    const tools = member(member(doc.root, 'result'), 'tools');
    if (tools?.kind !== 'array') return doc.bytes;
    const kept = tools.items.filter((tool) => this.#learnTool(tool, say));
    if (kept.length === tools.items.length) return doc.bytes;
    const text = kept.map(({ start, end }) => doc.text.slice(start, end)).join(',');
    return splice(doc, [{ start: tools.start, end: tools.end, text: `[${text}]` }]);
  }

  #learnTool(tool: JsonNode, say: (text: string) => void): boolean {
    const name = stringMember(tool, 'name') ?? '';
    const headers = paramHeadersOf(member(tool, 'inputSchema'));
    this.#byTool.delete(name);
    if (!headers.ok) {
      say(`the tool ${JSON.stringify(name.slice(0, 128))} is left out: its x-mcp-header is invalid (${headers.error})`);
      return false;
    }
    if (headers.value.length > 0) this.#byTool.set(name, headers.value);
    const oldest = this.#byTool.keys().next();
    if (this.#byTool.size > this.#limits.connectTools && !oldest.done) this.#byTool.delete(oldest.value);
    return true;
  }
}
