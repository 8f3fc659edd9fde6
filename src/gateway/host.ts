/**
 * Under which names the gateway may be asked for. A page whose name was rebound to this machine's address is of the same
 * origin as what it asks, and a browser then sends no `Origin` with a GET: its name in `Host` is what gives it away
 * (GHSA-w48q-cv73-mx4w). Beyond loopback names are the network's to give, so there they count only where they are listed.
 */
import type { Headers } from '#gateway/call.ts';

/** RFC 9110 section 7.2: a name or address with an optional port, which does not count: no page can choose its name by it. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9][a-z0-9._-]*)(?::\d{1,5})?$/;

export const hostnameOf = (host: string): string | undefined => HOST.exec(host.toLowerCase())?.[1];

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Undefined where any name will do. */
export function allowedHostsOf(server: {
  readonly isLoopback: boolean;
  readonly listenHost: string;
  readonly publicUrl: string;
  readonly listed: readonly string[] | undefined;
}): ReadonlySet<string> | undefined {
  const { isLoopback, listenHost, publicUrl, listed } = server;
  if (!isLoopback && listed === undefined) return undefined;
  const own = listenHost.includes(':') && !listenHost.startsWith('[') ? `[${listenHost}]` : listenHost;
  const names = [new URL(publicUrl).hostname, own, ...(isLoopback ? LOOPBACK_NAMES : []), ...(listed ?? [])];
  return new Set(names.map((name) => name.toLowerCase()));
}

/** Whether the request names one of them. HTTP/1.0 need not name any, and no browser speaks it. */
export function isAskedForHere(headers: Headers, allowed: ReadonlySet<string> | undefined): boolean {
  if (allowed === undefined) return true;
  return (headers.get('host') ?? []).every((host) => {
    const name = hostnameOf(host);
    return name !== undefined && allowed.has(name);
  });
}
