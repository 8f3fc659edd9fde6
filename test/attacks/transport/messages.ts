/** The messages attacks are made of, and servers that answer with what an attack wants. */
import type { Answering } from '../../fakes/mcp-server.ts';

export const VERSION = '2026-07-28';
const ID = 1;

export const request = (method: string, params: object = {}, id: number | string = ID) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
});
export const call = (name = 'get_note', params: object = {}) =>
  request('tools/call', { name, arguments: {}, ...params });

/** The same message and the headers that mirror it, as 2026-07-28 wants them. */
export function modern(method: string, params: Readonly<Record<string, unknown>>, id: number | string = ID) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'eve', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
  };
  const name = params['name'] ?? params['uri'] ?? params['taskId'];
  return {
    message: request(method, { ...params, _meta }, id),
    headers: {
      'mcp-protocol-version': VERSION,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
  };
}

export const result = (value: object, id: unknown = ID) => ({ jsonrpc: '2.0', id, result: value });

/** The exact body of the answer, whatever was asked. */
export const says =
  (body: string | Buffer, headers: Readonly<Record<string, string>> = {}, status = 200): Answering =>
  (_seen, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

/** The exact bytes of an event stream. */
export const streams =
  (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_seen, response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream', ...headers }).end(body);

/** By method; what is not named is answered with nothing special. */
export const answers =
  (by: Readonly<Record<string, (id: unknown, params: Readonly<Record<string, unknown>>) => object>>): Answering =>
  (seen, response) => {
    const { id, method = '', params = {} } = seen.message ?? {};
    if (id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const said = by[method]?.(id, params) ?? result({ content: [] }, id);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  };
