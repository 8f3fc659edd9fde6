/**
 * One POST to the server of a notifier. No redirect is followed: what was told there would be told somewhere else. What comes
 * back is bounded, and never quoted anywhere.
 */
import { Agent, request } from 'undici';
import { proxyText } from '#config/proxy-settings.ts';
import type { Limits } from '#limits.ts';
import type { NoticePost } from '#notify/notifier.ts';
import { err, ok } from '#result.ts';
import { connectorFor } from '#upstream/http-pool.ts';
import { proxyFor } from '#upstream/proxy-choice.ts';
import type { ProxySettings } from '#upstream/proxy-choice.ts';

export type PostParts = {
  /** PEM of authorities trusted instead of Node's own list. */
  readonly ca: string | undefined;
  /** Undefined: everything is reached directly. */
  readonly proxy: ProxySettings | undefined;
  readonly limits: Pick<
    Limits,
    | 'upstreamKeepAliveMs'
    | 'noticeConnectMs'
    | 'noticesAtOnce'
    | 'noticeAnswerBytes'
    | 'noticeHeaderBytes'
    | 'noticeRetryAfterMsMax'
  >;
  /** Unix milliseconds. */
  readonly clock: () => number;
};

export type OpenPost = { readonly post: NoticePost; readonly close: () => Promise<void> };

const SECOND_MS = 1_000;

/** RFC 9110 section 10.2.3: seconds, or a date. Anything else asks for nothing. */
export function retryAfterMs(value: unknown, nowMs: number, msMax: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,10}$/.test(value)) return Math.min(Number(value) * SECOND_MS, msMax);
  const atMs = /^[A-Za-z]{3}, /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.min(Math.max(0, atMs - nowMs), msMax);
}

async function headOf(body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, bytesMax - bytes));
    bytes += chunk.length;
    // Leaving the loop ends the exchange with its socket: nobody reads the rest.
    if (bytes >= bytesMax) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function createPost({ ca, proxy, limits, clock }: PostParts): OpenPost {
  /** By the proxy on the way. */
  const agents = new Map<string, Agent>();
  const agentFor = (url: URL): Agent => {
    const through = proxyFor(url, proxy);
    const way = proxyText(through);
    const known = agents.get(way);
    if (known !== undefined) return known;
    const agent = new Agent({
      connections: limits.noticesAtOnce,
      pipelining: 1,
      allowH2: false,
      connect: connectorFor(ca === undefined ? {} : { ca }, through, limits.noticeConnectMs),
      maxHeaderSize: limits.noticeHeaderBytes,
      keepAliveTimeout: limits.upstreamKeepAliveMs,
      keepAliveMaxTimeout: limits.upstreamKeepAliveMs,
      // The signal bounds an exchange as a whole.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    agents.set(way, agent);
    return agent;
  };
  return {
    async post({ url, headers, body }, signal) {
      try {
        const answer = await request(url, {
          dispatcher: agentFor(url),
          method: 'POST',
          headers: { 'user-agent': 'gatebook', 'accept-encoding': 'identity', ...headers },
          body,
          signal,
        });
        return ok({
          status: answer.statusCode,
          retryAfterMs: retryAfterMs(answer.headers['retry-after'], clock(), limits.noticeRetryAfterMsMax),
          body: await headOf(answer.body, limits.noticeAnswerBytes),
        });
      } catch {
        // The cause may quote the address, which may be a secret.
        return err(signal.aborted ? 'timed_out' : 'unreachable');
      }
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}
