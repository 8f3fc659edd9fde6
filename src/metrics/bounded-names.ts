/**
 * Words from outside as values of labels. Each is one of a set known beforehand, or `_OTHER` (OpenTelemetry's word for it):
 * whoever sends messages must not be able to make the number of series grow.
 */
import type { Limits } from '#limits.ts';
import { METHODS } from '#mcp/methods.ts';
import { REVISIONS } from '#mcp/revisions/versions.ts';
import { isToolName } from '#mcp/tool-name.ts';

export const OTHER = '_OTHER';

const NOTIFICATIONS = [
  'notifications/cancelled',
  'notifications/initialized',
  'notifications/progress',
  'notifications/roots/list_changed',
];
const KNOWN_METHODS = new Set([...METHODS.keys(), ...NOTIFICATIONS]);
const KNOWN_PROTOCOLS = new Set(REVISIONS.map(({ version }) => version));
/** JSON-RPC 2.0 section 5.1, what the SDKs use below it, and MCP's own. */
const KNOWN_RPC_CODES = new Set([-32700, -32600, -32601, -32602, -32603, -32000, -32001, -32002, -32020, -32042]);

export const methodLabel = (method: string): string => (KNOWN_METHODS.has(method) ? method : OTHER);
export const protocolLabel = (protocol: string | undefined): string =>
  protocol === undefined ? '' : KNOWN_PROTOCOLS.has(protocol) ? protocol : OTHER;

/** The gateway's own codes are words; a number is a server's, which may be any. */
export const errorLabel = (errorType: string | undefined): string =>
  errorType === undefined || !/^-?\d/.test(errorType) || KNOWN_RPC_CODES.has(Number(errorType))
    ? (errorType ?? '')
    : OTHER;

export type ToolNames = {
  /** The name, if it is to be shown. One that was never answered well is `_OTHER`: a client may ask for anything. */
  label(connection: string, tool: string, isOk: boolean): string;
};

export function createToolNames(limits: Pick<Limits, 'metricsToolNames'>): ToolNames {
  const seen = new Map<string, Set<string>>();
  return {
    label(connection, tool, isOk) {
      if (tool === '') return '';
      const names = seen.get(connection);
      if (names?.has(tool) === true) return tool;
      if (!isOk || !isToolName(tool)) return OTHER;
      if (names === undefined) seen.set(connection, new Set([tool]));
      else if (names.size >= limits.metricsToolNames) return OTHER;
      else names.add(tool);
      return tool;
    },
  };
}

export type ConnectionNames = (connection: string) => string;

/** A path may name any connection; only those of the configuration are shown. */
export const createConnectionNames =
  (isConfigured: (connection: string) => boolean): ConnectionNames =>
  (connection) =>
    isConfigured(connection) ? connection : OTHER;
