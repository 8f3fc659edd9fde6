/**
 * One POST to the server of a notifier: no redirect is followed, TLS is verified, the answer is cut, and the signal bounds the
 * whole. The address is the operator's and may be a private one. Refuses to know what is told.
 */
import { Agent } from 'undici';
import { proxyText } from '#config/proxy-settings.ts';
import type { Limits } from '#limits.ts';
import type { NoticeAnswer, NoticePost } from '#notify/notifier.ts';
import { err, ok } from '#result.ts';
import { connectorFor } from '#upstream/http-pool.ts';
import { proxyFor } from '#upstream/proxy-choice.ts';
import type { ProxySettings } from '#upstream/proxy-choice.ts';

export type PostParts = {
  readonly proxy: ProxySettings | undefined;
  /** PEM of authorities trusted instead of Node's own list. */
  readonly ca: string | undefined;
  readonly limits: Pick<
    Limits,
    'noticeConnectMs' | 'noticeAnswerBytes' | 'noticeHeaderBytes' | 'noticeRetryAfterMsMax' | 'upstreamKeepAliveMs'
  >;
};

/** Closes its sockets, also those in use. */
export type OpenPost = { readonly post: NoticePost; readonly close: () => Promise<void> };

const SECONDS = /^\d{1,9}$/;
const SECOND_MS = 1_000;

/** RFC 9110 section 10.2.3, in seconds; a date is not read: it would take both clocks to agree. */
function retryAfter(value: string | string[] | undefined, msMax: number): number | undefined {
  return typeof value === 'string' && SECONDS.test(value) ? Math.min(Number(value) * SECOND_MS, msMax) : undefined;
}

/** The rest is not waited for: leaving the loop ends it. */
async function cutBody(body: AsyncIterable<Buffer>, bytesMax: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= bytesMax) break;
  }
  return Buffer.concat(pieces).subarray(0, bytesMax).toString('utf8');
}

export function createPost({ proxy, ca, limits }: PostParts): OpenPost {
  /** By the proxy on the way. */
  const agents = new Map<string, Agent>();
  const agentFor = (url: URL): Agent => {
    const through = proxyFor(url, proxy);
    const name = proxyText(through);
    const known = agents.get(name);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect: connectorFor(ca === undefined ? {} : { ca }, through, limits.noticeConnectMs),
      maxHeaderSize: limits.noticeHeaderBytes,
      keepAliveTimeout: limits.upstreamKeepAliveMs,
      keepAliveMaxTimeout: limits.upstreamKeepAliveMs,
      pipelining: 1,
      allowH2: false,
      // The signal bounds both.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    agents.set(name, agent);
    return agent;
  };
  return {
    async post({ url, headers, body }, signal) {
      try {
        const reply = await agentFor(url).request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: 'POST',
          headers: { 'user-agent': 'gatebook', 'accept-encoding': 'identity', ...headers },
          body,
          signal,
        });
        const answer: NoticeAnswer = {
          status: reply.statusCode,
          retryAfterMs: retryAfter(reply.headers['retry-after'], limits.noticeRetryAfterMsMax),
          body: await cutBody(reply.body as AsyncIterable<Buffer>, limits.noticeAnswerBytes),
        };
        return ok(answer);
      } catch {
        // The cause may quote the address, which can be a secret.
        return err(signal.aborted ? 'timed_out' : 'unreachable');
      }
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}
