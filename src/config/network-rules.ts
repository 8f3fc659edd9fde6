/**
 * What must hold for addresses in gatebook.yaml: nobody listens in clear beyond loopback, issuers and the public URL are
 * https (http on loopback only), and no URL carries a password. Parses addresses; opens none.
 */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { rawEntries, rawMap, rawText, rawTexts } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';

export type ListenAddress = { readonly host: string; readonly port: number };

/** `host:port` or `[v6]:port`; undefined when it is neither. */
export function parseListen(listen: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(listen);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) return undefined;
  if (match?.[1] !== undefined && !isIPv6(host)) return undefined;
  return { host, port };
}

export function isLoopbackHost(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (isIPv4(bare)) return bare.startsWith('127.');
  return bare === '::1' || bare.toLowerCase() === 'localhost';
}

export function isCidr(value: string): boolean {
  const slash = value.indexOf('/');
  if (slash === -1) return isIP(value) !== 0;
  const version = isIP(value.slice(0, slash));
  const bits = value.slice(slash + 1);
  return version !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

export function checkNetwork(raw: RawMap): Complaint[] {
  return [...checkServer(rawMap(raw['server'])), ...checkIssuers(raw), ...checkUpstreams(raw)];
}

function checkServer(server: RawMap): Complaint[] {
  const complaints: Complaint[] = [];
  const listen = rawText(server['listen']);
  const address = listen === undefined ? undefined : parseListen(listen);
  if (listen !== undefined && address === undefined) {
    complaints.push({
      path: ['server', 'listen'],
      message: 'is not host:port with a port up to 65535',
      fix: 'write 127.0.0.1:8420 or [::1]:8420',
    });
  }
  complaints.push(...checkMetrics(server, listen));
  const guarded = server['tls'] !== undefined || rawTexts(server['trustedProxies']).length > 0;
  if (address !== undefined && !isLoopbackHost(address.host) && !guarded) {
    complaints.push({
      path: ['server', 'listen'],
      message: `listens on ${address.host} without encryption: tokens would cross the network in clear`,
      fix: 'set `server.tls`, or name the proxy that ends TLS in front of it under `server.trustedProxies`, or listen on 127.0.0.1',
    });
  }
  for (const [index, proxy] of rawTexts(server['trustedProxies'])) {
    if (isCidr(proxy)) continue;
    complaints.push({
      path: ['server', 'trustedProxies', index],
      message: `"${proxy}" is no address or CIDR range`,
      fix: 'write 10.0.0.0/8 or 192.0.2.7',
    });
  }
  complaints.push(...checkPublicUrl(server, address, guarded));
  for (const [index, origin] of rawTexts(server['allowedOrigins'])) {
    if (!URL.canParse(origin) || new URL(origin).origin === origin) continue;
    complaints.push({
      path: ['server', 'allowedOrigins', index],
      message: 'is not an origin',
      fix: `write ${new URL(origin).origin}`,
    });
  }
  return complaints;
}

/** A listener of its own, so that a scraper needs no token and a proxy in front of the gateway cannot lead anybody to it. */
function checkMetrics(server: RawMap, listen: string | undefined): Complaint[] {
  const path = ['server', 'metrics', 'listen'];
  const metrics = rawText(rawMap(server['metrics'])['listen']);
  if (metrics === undefined) return [];
  if (parseListen(metrics) === undefined)
    return [{ path, message: 'is not host:port with a port up to 65535', fix: 'write 127.0.0.1:9420' }];
  if (metrics !== (listen ?? '127.0.0.1:8420')) return [];
  return [{ path, message: 'is the address of the gateway itself', fix: 'take another port' }];
}

function checkPublicUrl(server: RawMap, address: ListenAddress | undefined, guarded: boolean): Complaint[] {
  const path = ['server', 'publicUrl'];
  const publicUrl = rawText(server['publicUrl']);
  if (publicUrl === undefined) {
    const needed = guarded || (address !== undefined && !isLoopbackHost(address.host));
    if (!needed) return [];
    return [
      {
        path: ['server'],
        message: '`publicUrl` is missing',
        fix: 'write the https URL by which clients reach the gateway',
      },
    ];
  }
  const complaints = checkUrl(publicUrl, path, ['https:', 'http:']);
  if (complaints.length > 0 || !URL.canParse(publicUrl)) return complaints;
  const url = new URL(publicUrl);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    complaints.push({ path, message: 'has more than scheme, host and port', fix: `write ${url.origin}` });
  }
  complaints.push(...mustBeHttps(url, path));
  return complaints;
}

function checkIssuers(raw: RawMap): Complaint[] {
  const complaints: Complaint[] = [];
  const seen = new Map<string, string>();
  for (const [name, issuer] of rawEntries(raw['issuers'])) {
    for (const key of ['issuer', 'jwksUri']) {
      const value = rawText(issuer[key]);
      const path = ['issuers', name, key];
      if (value === undefined || !URL.canParse(value)) continue;
      const url = new URL(value);
      complaints.push(...checkUrl(value, path, ['https:', 'http:']), ...mustBeHttps(url, path));
      // OpenID Connect Discovery 1.0 section 4.3 and RFC 8414 section 2: no query or fragment in an issuer.
      if (key === 'issuer' && (url.search !== '' || url.hash !== '')) {
        complaints.push({
          path,
          message: 'has a query or a fragment, which an issuer has not',
          fix: 'copy the `iss` of one of its tokens',
        });
      }
    }
    const issuerUrl = rawText(issuer['issuer']);
    const other = issuerUrl === undefined ? undefined : seen.get(issuerUrl);
    if (other !== undefined) {
      complaints.push({
        path: ['issuers', name, 'issuer'],
        message: `is the issuer of "${other}" too`,
        fix: 'keep one of them: the same token cannot have two namespaces',
      });
    }
    if (issuerUrl !== undefined) seen.set(issuerUrl, name);
  }
  return complaints;
}

function checkUpstreams(raw: RawMap): Complaint[] {
  return rawEntries(raw['connections']).flatMap(([name, connection]) => {
    const url = rawText(rawMap(connection['upstream'])['url']);
    if (url === undefined) return [];
    const path = ['connections', name, 'upstream', 'url'];
    const complaints = checkUrl(url, path, ['https:', 'http:']);
    const isClear = URL.canParse(url) && new URL(url).protocol === 'http:' && !isLoopbackHost(new URL(url).hostname);
    if (isClear && connection['credential'] !== undefined) {
      complaints.push({
        path,
        message: 'would send the credential over the network in clear',
        fix: 'use https:, or http: on loopback only',
      });
    }
    return complaints;
  });
}

/** Never repeats the URL: what is wrong with it may be a password in it. */
export function checkUrl(value: string, path: ConfigPath, protocols: readonly string[]): Complaint[] {
  if (!URL.canParse(value)) return [];
  const url = new URL(value);
  const complaints: Complaint[] = [];
  if (!protocols.includes(url.protocol))
    complaints.push({ path, message: `is a ${url.protocol} URL`, fix: 'use https:' });
  if (url.username !== '' || url.password !== '') {
    complaints.push({
      path,
      message: 'holds a user name or password in clear',
      fix: 'use `credential` with a secret by reference',
    });
  }
  for (const key of url.searchParams.keys()) {
    if (!isSecretName(key)) continue;
    complaints.push({
      path,
      message: `holds a secret in clear in its query ("${key}")`,
      fix: 'use `credential` with a secret by reference',
    });
  }
  return complaints;
}

/** Names that promise a secret: API_KEY, GITHUB_TOKEN, dbPassword. */
export const isSecretName = (name: string): boolean =>
  /(^|[_-])(api[_-]?key|access[_-]?key|private[_-]?key|token|secret|password|passwd|passphrase|credentials?)s?$/i.test(
    name.replace(/([a-z0-9])([A-Z])/g, '$1_$2'),
  );

export function mustBeHttps(url: URL, path: ConfigPath): Complaint[] {
  if (url.protocol !== 'http:' || isLoopbackHost(url.hostname)) return [];
  return [{ path, message: 'is http: beyond loopback', fix: 'use https:' }];
}
