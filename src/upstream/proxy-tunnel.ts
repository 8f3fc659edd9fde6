/**
 * Reaches a server through a proxy's tunnel (CONNECT, RFC 9110 section 9.3.6). TLS is spoken with the server through it, so
 * that the proxy sees a host name and a port, never a header, a credential or a message.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { LIMITS } from '#limits.ts';
import type { ProxyServer } from '#upstream/proxy-choice.ts';
import type { UpstreamTls } from '#upstream/upstream-tls.ts';

export type Connector = buildConnector.connector;

class TunnelFault extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The proxy's answer is a status at most: its words are not for anybody here. */
const refusedBy = (status: number): TunnelFault => new TunnelFault(`PROXY_STATUS_${status}`);

/** @param authority `host:port` of the server. */
function openTunnel(proxy: ProxyServer, authority: string, timeoutMs: number): Promise<Socket> {
  const { hostname, port, protocol } = proxy.url;
  const isSecure = protocol === 'https:';
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return new Promise((resolve, reject) => {
    const request = (isSecure ? httpsRequest : httpRequest)({
      host,
      port: port === '' ? (isSecure ? 443 : 80) : Number(port),
      method: 'CONNECT',
      path: authority,
      agent: false,
      ...(isSecure ? { minVersion: 'TLSv1.2' as const, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] } : {}),
      headers: {
        host: authority,
        ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.once('connect', (response, socket, head) => {
      const status = response.statusCode ?? 0;
      // Bytes before the server was asked anything can only be the proxy's.
      if (status === 200 && head.length === 0) return resolve(socket);
      socket.destroy();
      reject(refusedBy(status));
    });
    request.once('response', (response) => {
      response.destroy();
      reject(refusedBy(response.statusCode ?? 0));
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      const isSlow = error.name === 'AbortError' || error.name === 'TimeoutError';
      reject(new TunnelFault(isSlow ? 'UND_ERR_CONNECT_TIMEOUT' : (error.code ?? 'PROXY_UNREACHABLE')));
    });
    request.end();
  });
}

/** How a pool of undici connects, through `proxy`. `timeoutMs` for the tunnel, and again for the handshake through it. */
export function tunnelConnector(
  proxy: ProxyServer,
  tls: UpstreamTls,
  timeoutMs: number,
  tcpKeepAliveMs: number = LIMITS.upstreamTcpKeepAliveMs,
): Connector {
  const overTls = buildConnector({ timeout: timeoutMs, ...tls, minVersion: 'TLSv1.2', rejectUnauthorized: true });
  const connect = async (options: buildConnector.Options, callback: buildConnector.Callback): Promise<void> => {
    const port = options.port === '' ? (options.protocol === 'https:' ? '443' : '80') : options.port;
    let socket: Socket;
    try {
      socket = await openTunnel(proxy, `${options.hostname}:${port}`, timeoutMs);
    } catch (error) {
      callback(error instanceof Error ? error : new TunnelFault('PROXY_UNREACHABLE'), null);
      return;
    }
    socket.setKeepAlive(true, tcpKeepAliveMs);
    if (options.protocol === 'https:') overTls({ ...options, httpSocket: socket }, callback);
    else callback(null, socket);
  };
  return (options, callback) => void connect(options, callback);
}
