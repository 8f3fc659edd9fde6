/** What `connect` says to its client when a message could not be delivered: a JSON-RPC error in the gateway's own terms. */
import type { JsonDocument } from '#mcp/json.ts';
import { member, stringMember } from '#mcp/json.ts';
import { unreachable } from '#result.ts';
import type { UpstreamFault } from '#upstream/port.ts';

/** Fields of DESIGN's errors on `/mcp`. */
export type ConnectFailure = {
  readonly code: string;
  readonly executed: 'no' | 'unknown';
  readonly message: string;
  /** The gateway's name for the call. */
  readonly call?: string;
  /** HTTP status, where one came. */
  readonly status?: number;
};

const MAY_HAVE_RUN = 'the call may have run';

export function faultFailure(fault: UpstreamFault): ConnectFailure {
  const { code, executed } = fault;
  const what = executed === 'no' ? 'the call was not made' : MAY_HAVE_RUN;
  switch (code) {
    case 'upstream_unavailable':
      return { code, executed, message: `The gateway cannot be reached; ${what}.` };
    case 'upstream_timeout':
      return { code, executed, message: `The gateway did not answer in time; ${what}.` };
    case 'upstream_invalid':
      return { code, executed, message: `The gateway's answer is not valid; ${what}.` };
    default:
      return unreachable(code);
  }
}

export const invalidAnswer = (message: string): ConnectFailure => ({
  code: 'upstream_invalid',
  executed: 'unknown',
  message: `${message}; ${MAY_HAVE_RUN}.`,
});

const WORD = /^[a-z_]{1,64}$/;
const CALL = /^[\x21-\x7e]{1,128}$/;
const TITLE_CHARS = 512;

/** An HTTP status above 399 without a JSON-RPC error: problem details (RFC 9457) when it is a gateway's. */
export function statusFailure(status: number, doc: JsonDocument | undefined): ConnectFailure {
  const root = doc?.root;
  const code = stringMember(root, 'code');
  const call = stringMember(root, 'call');
  const title = stringMember(root, 'title')
    ?.slice(0, TITLE_CHARS)
    .replaceAll(/\p{Cc}/gu, ' ');
  // A 401 "has not been applied" (RFC 9110 section 15.5.2), whoever says it.
  const isRefused = status === 401 || stringMember(root, 'executed') === 'no';
  const own = status === 401 ? 'unauthenticated' : status >= 500 ? 'upstream_unavailable' : 'invalid_request';
  return {
    code: code !== undefined && WORD.test(code) ? code : own,
    executed: isRefused ? 'no' : 'unknown',
    message: title ?? `The gateway answered with HTTP status ${status}.`,
    status,
    ...(call !== undefined && CALL.test(call) ? { call } : {}),
  };
}

/** JSON-RPC 2.0 section 5.1. */
const RPC: Readonly<Record<string, number>> = { parse_error: -32700 };
const INVALID_REQUEST = -32600;
const INTERNAL = -32603;
const ABOUT_THE_MESSAGE: ReadonlySet<string> = new Set([
  'batch',
  'duplicate_key',
  'invalid_request',
  'too_deep',
  'too_large',
  'rate_limited',
  'unknown_session',
]);

/** One message. Without a readable id the member is left out (MCP basic, error responses). */
export function failureMessage(failure: ConnectFailure, idText: string | undefined): Buffer {
  const { code, executed, call, message } = failure;
  const rpcCode = RPC[code] ?? (ABOUT_THE_MESSAGE.has(code) ? INVALID_REQUEST : INTERNAL);
  const error = { code: rpcCode, message, data: { code, executed, ...(call === undefined ? {} : { call }) } };
  const id = idText === undefined ? '' : `"id":${idText},`;
  return Buffer.from(`{"jsonrpc":"2.0",${id}"error":${JSON.stringify(error)}}`);
}

/** The error of an answer that could not name the request it is about, as the answer to that request. */
export function errorUnderId(doc: JsonDocument, idText: string): Buffer | undefined {
  const error = member(doc.root, 'error');
  if (error?.kind !== 'object') return undefined;
  return Buffer.from(`{"jsonrpc":"2.0","id":${idText},"error":${doc.text.slice(error.start, error.end)}}`);
}
