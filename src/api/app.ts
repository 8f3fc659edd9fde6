/**
 * The HTTP API on Hono: which path is which operation, and what every request goes through before one is served. `/mcp`
 * never comes here. What an endpoint does is in the file of its own that routes.ts names.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { openApiDocument } from '#api/contract/openapi.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { createExchange } from '#api/exchange.ts';
import type { ApiParts } from '#api/parts.ts';
import type { Route } from '#api/call.ts';
import { boundStalls } from '#api/stall.ts';
import { apiMetadata } from '#identity/resource-metadata.ts';

export type Api = {
  /** Which paths are the API's. */
  readonly owns: (path: string) => boolean;
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
};

const METADATA_PATH = '/.well-known/oauth-protected-resource/api';
/** As sent: what would have to be decoded or resolved first is no path of ours. */
const PLAIN_PATH = /^(?:\/[\w-]+(?:\.[\w-]+)*)+$/;

/** As Hono spells it: `:name` for a segment. */
const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

const owns = (path: string): boolean => path === '/api' || path.startsWith('/api/') || path === METADATA_PATH;

export function createApi(parts: ApiParts, routes: readonly Route[]): Api {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const exchange = createExchange(parts);
  // Made when first asked for: a start has no time for it.
  let document: string | undefined;
  const openApi = (): string =>
    (document ??= JSON.stringify(
      openApiDocument(
        routes.map(({ operation }) => operation),
        { url: parts.publicUrl, version: parts.version },
      ),
    ));
  const metadata = JSON.stringify(apiMetadata(parts.publicUrl, parts.apiIssuers));
  const json = (text: string): Response =>
    new Response(text, { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });

  // Before everything, what needs no token included.
  app.use(async (c, next) => exchange.limit(c.env.incoming) ?? next());
  app.get(API_PATHS.openApi, () => json(openApi()));
  app.get(METADATA_PATH, () => json(metadata));
  const methods = new Map<string, string[]>();
  for (const { operation } of routes) {
    methods.set(operation.path, [...(methods.get(operation.path) ?? []), operation.method]);
  }
  for (const one of routes) {
    const { method, path } = one.operation;
    app.on(method, honoPath(path), (c) =>
      // Hono answers HEAD with the handler of GET.
      c.req.method === method
        ? exchange.serve(one, {
            incoming: c.env.incoming,
            outgoing: c.env.outgoing,
            url: c.req.url,
            params: c.req.param(),
          })
        : exchange.refuse(c.env.incoming, { code: 'method_not_allowed', reason: 'method' }, method),
    );
  }
  for (const [path, allowed] of methods) {
    app.all(honoPath(path), (c) =>
      exchange.refuse(c.env.incoming, { code: 'method_not_allowed', reason: 'method' }, allowed.join(', ')),
    );
  }
  app.notFound((c) => exchange.refuse(c.env.incoming, { code: 'not_found', reason: 'path' }));
  app.onError((bug, c) => exchange.fail(c.env.incoming, bug));

  const served = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    hostname: new URL(parts.publicUrl).host,
    // A Host header that is no host.
    errorHandler: () => exchange.refuse(undefined, { code: 'invalid_request', reason: 'target' }),
  });
  return {
    owns,
    listener(request, response) {
      boundStalls(response, parts.limits.responseWriteStallMs);
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      if (path !== METADATA_PATH && !PLAIN_PATH.test(path)) request.url = '/';
      void served(request, response);
    },
  };
}
