/** Where calls are held: `gatebook serve` with its ledger on disk, an issuer, and a server that counts what it does. */
import { startHttpServer } from '../http-servers.ts';
import { serveConfig } from '../gateway-process.ts';
import { HELD_TOOL } from './course.ts';

const AUDIENCE = 'https://gateway.test';
const TOKEN_S = 30 * 60;

/** The limits are the defaults; the one rule whose requests are to expire waits the shortest time there is. */
const configOf = (port: number, issuer: string, server: string): string => `version: 1
deployment: compat
server: { listen: 127.0.0.1:${port} }
data: ./data
issuers:
  idp: { preset: okta, issuer: "${issuer}", audiences: ["${AUDIENCE}"], apiAudience: "${AUDIENCE}/api", signIn: { clientId: gatebook } }
signIn: {}
roles: { approver: ["idp:approvers"] }
connections: { orders: { upstream: { type: http, url: "${server}" } } }
levels: { everything: { allow: ["*"] } }
grants: [{ groups: ["idp:callers"], connections: [orders], level: everything }]
rules:
  - { name: hold-briefly, when: 'name == "${HELD_TOOL}" && args.order.endsWith("-expired")', then: hold, waitMinutes: 1 }
  - { name: hold-and-ask, when: 'name == "${HELD_TOOL}" && args.order.endsWith("-asked")', then: hold, asks: { reason: true } }
  - { name: hold-cancelling, when: 'name == "${HELD_TOOL}"', then: hold }
`;

export type ApprovalSite = {
  readonly origin: string;
  readonly url: string;
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
  const server = await startHttpServer('orders');
  const gateway = await serveConfig((port, issuer) => configOf(port, issuer, server.url)).catch(
    async (error: unknown) => {
      await server.end();
      throw error;
    },
  );
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
    url: `${gateway.origin}/mcp/orders`,
    token: (subject) => sign(subject, AUDIENCE, 'callers'),
    apiToken: (subject) => sign(subject, `${AUDIENCE}/api`, 'callers'),
    approverToken: () => sign('lena', `${AUDIENCE}/api`, 'approvers'),
    timesDone: (order) =>
      server
        .written()
        .split('\n')
        .filter((line) => line === `cancelled ${order}`).length,
    async stop() {
      await Promise.all([gateway.stop(), server.end()]);
    },
  };
}
