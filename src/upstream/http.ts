/**
 * An MCP server behind streamable HTTP (2025-03-26 and later). It sends what it is given, once, over HTTP/1.1 kept-alive
 * sockets of its own pool; it follows no redirect, repeats nothing and keeps no session: those live in the gateway.
 */
import type { Dispatcher } from 'undici';
import { err } from '#result.ts';
import type { Result } from '#result.ts';
import { readAnswer } from '#upstream/http-answer.ts';
import type { AnswerLimits, Asked } from '#upstream/http-answer.ts';
import { startExchange } from '#upstream/http-exchange.ts';
import { forbiddenUpwards } from '#upstream/http-headers.ts';
import { createPool, fieldsOf } from '#upstream/http-pool.ts';
import type { HttpUpstreamSettings, PoolLimits } from '#upstream/http-pool.ts';
import { spendIntent } from '#upstream/port.ts';
import type { SessionRequest, Upstream, UpstreamAnswer, UpstreamFault } from '#upstream/port.ts';
import type { Timers } from '#upstream/timers.ts';

/** Has no end of its own and may be silent for hours (MCP 2026-07-28, Subscriptions). */
const LASTING_METHOD = 'subscriptions/listen';

export type HttpUpstreamLimits = AnswerLimits & PoolLimits;

export type HttpUpstreamParts = { readonly limits: HttpUpstreamLimits; readonly timers: Timers };

export function createHttpUpstream(settings: HttpUpstreamSettings, parts: HttpUpstreamParts): Upstream {
  const { limits, timers } = parts;
  const pool = createPool(settings, limits);
  // Streams that last would otherwise take the sockets of calls.
  const streams = createPool(settings, limits, limits.upstreamStreamSockets);
  const path = settings.url.pathname + settings.url.search;

  const run = async (
    method: 'POST' | 'GET' | 'DELETE',
    asked: Asked['what'],
    request: SessionRequest,
    body: Buffer | null,
    isLasting: boolean,
  ): Promise<Result<UpstreamAnswer, UpstreamFault>> => {
    const forbidden = forbiddenUpwards(request.headers);
    if (forbidden !== undefined)
      return err({ code: 'upstream_invalid', executed: 'no', reason: `header_not_allowed ${forbidden}` });
    const options = {
      path,
      method,
      headers: fieldsOf(method, request),
      body,
      idempotent: false,
    } satisfies Dispatcher.DispatchOptions;
    const response = await startExchange(isLasting ? streams : pool, options, {
      timers,
      timeoutMs: request.timeoutMs,
      signal: request.signal,
    });
    if (!response.ok) return response;
    const inSession = request.headers.some(([name]) => name === 'mcp-session-id');
    return readAnswer({ what: asked, inSession }, response.value, limits);
  };

  return {
    exchange: (request) => {
      spendIntent(request);
      return run('POST', request.kind, request, request.body, request.method === LASTING_METHOD);
    },
    listen: (request) => run('GET', 'listen', request, null, true),
    endSession: async (request) => {
      const answer = await run('DELETE', 'end', request, null, false);
      return answer.ok ? { ok: true, value: answer.value.status } : answer;
    },
    close: async () => {
      await Promise.all([pool.destroy(), streams.destroy()]);
    },
  };
}
