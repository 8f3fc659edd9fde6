/** Where calls are held: `gatebook serve` with its ledger on disk, an issuer, and a server that counts what it does. */
import { serveConfig } from '../gateway-process.ts';
import type { ServedConfig } from '../gateway-process.ts';
import { startHttpServer } from '../http-servers.ts';
import type { HttpServer } from '../http-servers.ts';
import { HELD_TOOL } from './course.ts';
import type { ServerOfOrders } from './course.ts';

const AUDIENCE = 'https://gateway.test';
const TOKEN_S = 30 * 60;

/** The limits are the defaults; the one rule whose requests are to expire waits the shortest time there is. */
const configOf = (
  port: number,
  issuer: string,
  upstreams: Readonly<Record<ServerOfOrders, { readonly type: 'http' | 'sse'; readonly url: string }>>,
): string => `version: 1
deployment: compat
server: { listen: 127.0.0.1:${port} }
data: ./data
issuers:
  idp: { preset: okta, issuer: "${issuer}", audiences: ["${AUDIENCE}"], apiAudience: "${AUDIENCE}/api", signIn: { clientId: gatebook } }
signIn: {}
roles: { approver: ["idp:approvers"] }
connections:
${Object.entries(upstreams)
  .map(([name, upstream]) => `  ${name}: { upstream: ${JSON.stringify(upstream)} }\n`)
  .join('')}
levels: { everything: { allow: ["*"] } }
grants: [{ groups: ["idp:callers"], connections: ["*"], level: everything }]
rules:
  - { name: hold-briefly, when: 'name == "${HELD_TOOL}" && args.order.endsWith("-expired")', then: hold, waitMinutes: 1 }
  - { name: hold-and-ask, when: 'name == "${HELD_TOOL}" && args.order.endsWith("-asked")', then: hold, asks: { reason: true } }
  - { name: hold-cancelling, when: 'name == "${HELD_TOOL}"', then: hold }
`;

export type ApprovalSite = {
  readonly origin: string;
  url(server: ServerOfOrders): string;
  /** Of a person who may call. */
  token(subject: string): Promise<string>;
  approverToken(): Promise<string>;
  /** The same person at the API. */
  apiToken(subject: string): Promise<string>;
  /** How often the server did it. */
  timesDone(order: string): number;
  stop(): Promise<void>;
};

export async function startApprovalSite(): Promise<ApprovalSite> {
  const servers: HttpServer[] = [];
  const endServers = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.end())));
  const started = async (name: 'orders' | 'orders-sse'): Promise<string> => {
    const server = await startHttpServer(name);
    servers.push(server);
    return server.url;
  };
  const serve = async (): Promise<ServedConfig> => {
    const url = await started('orders');
    const upstreams = {
      orders: { type: 'http', url },
      stateless: { type: 'http', url: new URL('/stateless', url).href },
      sse: { type: 'sse', url: await started('orders-sse') },
    } as const;
    return serveConfig((port, issuer) => configOf(port, issuer, upstreams));
  };
  const gateway = await serve().catch(async (error: unknown) => {
    await endServers();
    throw error;
  });
  const sign = (subject: string, aud: string, group: string): Promise<string> => {
    const exp = Math.floor(Date.now() / 1_000) + TOKEN_S;
    return gateway.issuer.sign({
      ver: 1,
      aud,
      cid: 'desk',
      sub: subject,
      uid: subject,
      scp: ['mcp'],
      groups: [group],
      exp,
    });
  };
  return {
    origin: gateway.origin,
    url: (server) => `${gateway.origin}/mcp/${server}`,
    token: (subject) => sign(subject, AUDIENCE, 'callers'),
    apiToken: (subject) => sign(subject, `${AUDIENCE}/api`, 'callers'),
    approverToken: () => sign('lena', `${AUDIENCE}/api`, 'approvers'),
    timesDone: (order) =>
      servers.flatMap((server) => server.written().split('\n')).filter((line) => line === `cancelled ${order}`).length,
    async stop() {
      await Promise.all([gateway.stop(), endServers()]);
    },
  };
}
