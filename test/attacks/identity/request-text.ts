/** Requests as text, so that an attack can bend every byte. */
import { toolCall } from '../../e2e/harness.ts';

export type HeaderLine = readonly [name: string, value: string];
export type RequestParts = {
  readonly token?: string;
  readonly connection?: string;
  readonly method?: string;
  /** After the path of the connection. */
  readonly query?: string;
  /** All header lines instead of the usual ones; `Host` and `Connection: close` come by themselves. */
  readonly lines?: readonly HeaderLine[];
  readonly more?: readonly HeaderLine[];
  readonly body?: string;
  readonly version?: string;
  /** False: without the word of the trusted proxy. */
  readonly forwarded?: boolean;
};

const BODY = JSON.stringify(toolCall('get_note', { note: 'a' }));

/** @param source what the trusted proxy says where it comes from; undefined without such a proxy. */
export function requestText(parts: RequestParts, source: string | undefined): string {
  const { token, connection = 'notes', method = 'POST', query = '', body = BODY, version = '1.1', more = [] } = parts;
  const usual: HeaderLine[] = [
    ...(token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]),
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json, text/event-stream'],
    ['Content-Length', String(Buffer.byteLength(body))],
  ];
  const forwarded: HeaderLine[] =
    source !== undefined && parts.forwarded !== false ? [['X-Forwarded-For', source]] : [];
  const lines = [['Host', 'localhost'], ['Connection', 'close'], ...forwarded, ...(parts.lines ?? usual), ...more];
  return `${method} /mcp/${connection}${query} HTTP/${version}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}
