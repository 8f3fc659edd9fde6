/**
 * The surface of signing in, beside `/mcp` and the API: which path is whose, and what every request goes through before a
 * page or the authorization server sees it. What answers is loaded with the first request. Refuses to know what pages do.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { boundStalls } from '#api/stall.ts';
import { limitSource } from '#api/limit-source.ts';
import { faultFrames } from '#gateway/fault-frames.ts';
import { isAskedForHere } from '#gateway/host.ts';
import { rateLimitHeaders } from '#gateway/quota.ts';
import type { Mounted } from '#gateway/server.ts';
import { sourceKey } from '#gateway/source.ts';
import { headersOf } from '#gateway/steps/receive.ts';
import type { SignInParts } from '#signin/parts.ts';
import { paramsOf } from '#signin/route.ts';
import type { SignInAnswer, SignInRoute, Visit } from '#signin/route.ts';
import { arrive, isForeignPost } from '#signin/visit.ts';

/** Everything that answers. */
export type Answering = {
  readonly routes: readonly SignInRoute[];
  /** The paths no route has: the protocol's endpoints. */
  readonly endpoints: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
};

export const METADATA_PATHS: ReadonlySet<string> = new Set([
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
]);
/** Each owns everything below it too. */
const PAGES = ['/signin', '/device', '/me', '/approvals', '/slack'];
const ENDPOINTS = '/oauth/';
/** As sent: what would have to be decoded or resolved first is no path of ours. */
const PLAIN_PATH = /^(?:\/[\w~-]+(?:\.[\w-]+)*)+$/;

const PAGE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

const isPage = (path: string): boolean => PAGES.some((page) => path === page || path.startsWith(`${page}/`));
const owns = (path: string): boolean => path.startsWith(ENDPOINTS) || isPage(path) || METADATA_PATHS.has(path);

const RETRY_MS = 1_000;

/** Says why in words, without a page: what refuses here has looked at nothing yet. */
const plain = (status: number, body: string, headers: SignInAnswer['headers'] = {}): SignInAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'content-security-policy': "default-src 'none'", ...headers },
  body: `${body}\n`,
});

function send(response: ServerResponse, answer: SignInAnswer, method: string | undefined): void {
  if (response.headersSent) return;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  const body = Buffer.from(answer.body);
  response.setHeader('content-length', body.length);
  response.statusCode = answer.status;
  response.end(method === 'HEAD' ? undefined : body);
}

/** On everything, also on what the library answers. */
function guard(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'no-referrer');
  // What was not read of the body must not be taken for the next request.
  response.once('finish', () => {
    if (!request.complete) request.socket.destroySoon();
  });
}

/** `load`: gives what answers; asked for once, at the first request, and again when it failed. */
export function createSignIn(parts: SignInParts, load: (parts: SignInParts) => Promise<Answering>): Mounted {
  let loading: Promise<Answering> | undefined;
  const answering = (): Promise<Answering> =>
    (loading ??= load(parts).catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
  let inFlight = 0;
  const inFlightOf = new Map<string, number>();
  /** Until its answer is out, or whoever asked is gone. */
  const count = (response: ServerResponse, key: string): void => {
    inFlight += 1;
    inFlightOf.set(key, (inFlightOf.get(key) ?? 0) + 1);
    response.once('close', () => {
      inFlight -= 1;
      const left = (inFlightOf.get(key) ?? 1) - 1;
      if (left > 0) inFlightOf.set(key, left);
      else inFlightOf.delete(key);
    });
  };

  const refuse = (request: IncomingMessage, source: string): SignInAnswer | undefined => {
    if (parts.draining()) return plain(503, 'The gateway is stopping.', { 'retry-after': '1' });
    const fault = limitSource(request, parts);
    if (fault !== undefined) {
      const wait = fault.retryAfterMs ?? RETRY_MS;
      const rate = fault.quota === undefined ? [] : rateLimitHeaders(fault.quota, wait);
      const headers = { ...Object.fromEntries(rate), 'retry-after': String(Math.ceil(wait / 1_000)) };
      return plain(429, 'Too many requests came from this address.', headers);
    }
    const headers = headersOf(request.rawHeaders);
    if (request.rawHeaders.length > 2 * parts.limits.headerCount) return plain(431, 'Too many header fields.');
    if (!isAskedForHere(headers, parts.allowedHosts)) {
      parts.refusals.note({
        source: sourceKey(source),
        code: 'forbidden_origin',
        reason: 'host_not_allowed',
        connection: '',
      });
      return plain(403, 'The gateway is not known by this name.');
    }
    const { signInRequestsInFlight, signInRequestsInFlightPerSource } = parts.limits;
    if ((inFlightOf.get(sourceKey(source)) ?? 0) >= signInRequestsInFlightPerSource)
      return plain(429, 'Too many requests of this address are under way.', { 'retry-after': '1' });
    if (inFlight < signInRequestsInFlight) return undefined;
    return plain(503, 'Too many people are signing in at this moment.', { 'retry-after': '1' });
  };

  const pageFor = async (visit: Visit, routes: readonly SignInRoute[], isHead: boolean): Promise<void> => {
    const here = routes.flatMap((route) => {
      const params = paramsOf(route.path, visit.path);
      return params === undefined ? [] : [{ route, params }];
    });
    const found = here.find(({ route }) => route.method === visit.method);
    const answer =
      found === undefined
        ? here.length === 0
          ? plain(404, 'There is nothing here.')
          : plain(405, 'This page cannot be asked for like this.', {
              allow: here.map(({ route }) => route.method).join(', '),
            })
        : await found.route.serve({ ...visit, params: found.params }, parts);
    if (answer !== 'sent') send(visit.outgoing, answer, isHead ? 'HEAD' : visit.method);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const visit = arrive(request, response, path, parts);
    const refusal = refuse(request, visit.source);
    if (refusal !== undefined) return send(response, refusal, request.method);
    count(response, sourceKey(visit.source));
    const { routes, endpoints } = await answering();
    const isRouted = routes.some((route) => paramsOf(route.path, path) !== undefined);
    if (!isRouted && !isPage(path)) return endpoints(request, response);
    if (!PAGE_METHODS.has(request.method ?? ''))
      return send(
        response,
        plain(405, 'This page cannot be asked for like this.', { allow: 'GET, POST' }),
        request.method,
      );
    if (isForeignPost(visit, parts.publicUrl)) {
      parts.refusals.note({
        source: sourceKey(visit.source),
        code: 'forbidden_origin',
        reason: 'cross_site_post',
        connection: '',
      });
      return send(response, plain(403, 'This form was sent from another site.'), request.method);
    }
    if (!isRouted && path.startsWith('/device')) return endpoints(request, response);
    // A form may be long on its way: who sits there is looked for once it is here, not before.
    if (visit.method === 'POST') await visit.form();
    // Where it cannot be told, nobody sits there once the last word is too old.
    await parts.checkBrowser(visit.headers);
    return pageFor(visit, routes, request.method === 'HEAD');
  };

  return {
    owns,
    listener(request, response) {
      guard(request, response);
      boundStalls(response, parts.limits.responseWriteStallMs);
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      if (!METADATA_PATHS.has(path) && !PLAIN_PATH.test(path))
        return send(response, plain(404, 'There is nothing here.'), request.method);
      void serve(request, response, path).catch((bug: unknown) => {
        parts.log.error({ frames: faultFrames(bug) }, 'a request of signing in failed inside the gateway');
        send(response, plain(500, 'Something went wrong inside the gateway.'), request.method);
      });
    },
  };
}
