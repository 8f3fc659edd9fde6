/** What programs sign in at: Gatebook in a process of its own, the demo's identity provider, a host of client documents, an MCP server. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load.ts';
import { startDemoIssuer } from '../../../demo/issuer.ts';
import { freePort, readRecords } from '../../e2e/harness.ts';
import type { TestRecord } from '../../e2e/harness.ts';
import { startDocumentHost } from '../../fakes/document-host.ts';
import { startChild } from '../child.ts';
import type { Child } from '../child.ts';
import { startHttpServer } from '../http-servers.ts';
import { HERE } from '../programs.ts';
import type { GatewayOrder } from './gateway-command.ts';

const READY_MS_MAX = 20_000;
const AUDIENCE = 'https://gateway.test';
const SECRETS = { gateway: 'secret-of-the-gateway-at-the-issuer', admins: 'secret-of-the-admins-tool' } as const;
/** RFC 6761 section 6.5: nobody's. */
const DOCUMENT_HOST = 'clients.compat.example';
export const KNOWN_ID = 'compat';

/** Whoever is known, and whoever publishes a document, comes back to one of these; the port is free (RFC 8252 section 7.3). */
const REDIRECT_URIS = ['127.0.0.1', 'localhost'].flatMap((host) =>
  ['callback', 'oauth/callback'].map((path) => `http://${host}/${path}`),
);

const configOf = (
  ports: Readonly<Record<'own' | 'documents', number>>,
  issuer: string,
  server: string,
): string => `version: 1
deployment: compat
server: { listen: 127.0.0.1:${ports.own} }
data: ./data
issuers:
  idp:
    preset: okta
    issuer: "${issuer}"
    audiences: ["${AUDIENCE}"]
    apiAudience: "${AUDIENCE}/api"
    signIn: { clientId: gatebook, clientSecret: env:ISSUER_SECRET, label: Demo }
signIn:
  clients:
    domains: ["${DOCUMENT_HOST}"]
    documents: { ports: [${ports.documents}], networks: ["127.0.0.0/8"] }
    known: { ${KNOWN_ID}: { name: Compatibility, redirectUris: ${JSON.stringify(REDIRECT_URIS)} } }
roles: { admin: ["idp:admins"] }
connections: { weather: { upstream: { type: http, url: "${server}" } } }
levels: { everything: { allow: ["*"] } }
grants: [{ groups: ["idp:support"], connections: [weather], level: everything }]
`;

export type SignInSite = {
  readonly url: string;
  readonly documentUrl: string;
  /** A folder of its own for whatever wants one. */
  readonly newFolder: (name: string) => string;
  readonly records: () => Promise<readonly TestRecord[]>;
  /** What the MCP server wrote. */
  readonly serverSaid: () => string;
  /** Puts the gateway's clock on; it stays so over a restart. */
  readonly putClockOn: (ms: number) => Promise<void>;
  readonly restart: () => Promise<void>;
  /** Takes everything from Ada, as an admin at the API. */
  readonly kill: () => Promise<void>;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
};

async function startIssuer(origin: string) {
  return startDemoIssuer({
    port: 0,
    audiences: { mcp: AUDIENCE, api: `${AUDIENCE}/api` },
    people: [
      { login: 'ada@example.com', password: 'demo', uid: '00u1ada', groups: ['support'] },
      { login: 'olga@example.com', password: 'demo', uid: '00u3olga', groups: ['admins'] },
    ],
    clients: [
      {
        id: 'gatebook',
        secret: SECRETS.gateway,
        allowsPasswords: false,
        redirectUris: [`${origin}/signin/callback/idp`],
      },
      { id: 'admins', secret: SECRETS.admins, allowsPasswords: true },
    ],
  });
}

async function adminToken(issuer: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`admins:${SECRETS.admins}`)}` },
    body: new URLSearchParams({ grant_type: 'password', username: 'olga@example.com', password: 'demo', scope: 'api' }),
  });
  return ((await response.json()) as { readonly access_token: string }).access_token;
}

async function startDocuments() {
  const host = await startDocumentHost([DOCUMENT_HOST]);
  const url = `https://${DOCUMENT_HOST}:${host.port}/client.json`;
  host.serve('/client.json', {
    client_id: url,
    client_name: 'Weather desk',
    redirect_uris: REDIRECT_URIS,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  });
  return { host, url };
}

export async function startSignInSite(): Promise<SignInSite> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-compat-sign-in-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const [issuer, documents, server] = await Promise.all([
    startIssuer(origin),
    startDocuments(),
    startHttpServer('both-eras'),
  ]);
  const file = join(folder, 'gatebook.yaml');
  const text = configOf({ own: port, documents: documents.host.port }, issuer.url, server.url);
  writeFileSync(file, text);
  const env = { ISSUER_SECRET: SECRETS.gateway };
  const loaded = loadConfig({ file, text, env, readFile: (path) => readFileSync(path, 'utf8') });
  if (!loaded.ok) throw new Error(loaded.error.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  let aheadMs = 0;
  let running: Child | undefined;
  const start = async (): Promise<void> => {
    const order: GatewayOrder = { file, port, ca: documents.host.ca, aheadMs };
    running = startChild([join(HERE, 'sign-in', 'gateway-command.ts'), JSON.stringify(order)], { env });
    await running.writes(/listening/, READY_MS_MAX);
  };
  const stop = async (): Promise<void> => {
    await running?.end();
    await Promise.all([issuer.close(), documents.host.close(), server.end()]);
    rmSync(folder, { recursive: true, force: true });
  };
  await start().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    url: `${origin}/mcp/weather`,
    documentUrl: documents.url,
    newFolder(name) {
      const own = join(folder, name);
      mkdirSync(own, { recursive: true });
      return own;
    },
    records: () => readRecords(loaded.value),
    serverSaid: server.written,
    async putClockOn(ms) {
      aheadMs += ms;
      const moved = new Promise((resolve) => running?.process.once('message', resolve));
      running?.process.send(aheadMs);
      await moved;
    },
    async restart() {
      await running?.end();
      await start();
    },
    async kill() {
      const response = await fetch(`${origin}/api/v1/revocations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await adminToken(issuer.url)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ scope: 'caller', issuer: issuer.url, subject: '00u1ada', reason: 'a stolen laptop' }),
      });
      if (response.status !== 201)
        throw new Error(`the admin was answered ${response.status}: ${await response.text()}`);
    },
    log: () => running?.written() ?? '',
    stop,
  };
}
