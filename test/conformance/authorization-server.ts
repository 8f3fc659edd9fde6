/**
 * The official suite's scenarios for authorization servers, run against `gatebook serve` in front of one connection and the
 * demo's identity provider. The suite prints the address a person has to open; here a browser without a window opens it.
 *
 * One connection, because the suite sends no `resource` (RFC 8707), which MCP clients must: with several, Gatebook asks for it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemoIssuer } from '../../demo/issuer.ts';
import { freePort } from '../e2e/harness.ts';
import { walkThrough } from '../e2e/sign-in-site.ts';
import { createFakeBrowser } from '../fakes/browser.ts';
import { startFakeMcpServer } from '../fakes/mcp-server.ts';
import type { Check } from './difference.ts';
import { serve } from './gatebook.ts';
import { readChecks, SUITE } from './suite.ts';

const SECRET = 'secret-of-the-gateway-at-the-issuer';
const ADA = { login: 'ada@example.com', password: 'demo', uid: '00u1ada', groups: ['support'] };
const RUN_MS_MAX = 60_000;

const configOf = (port: number, issuer: string, upstream: string): string => `version: 1
deployment: conformance
server: { listen: 127.0.0.1:${port} }
data: ./data
issuers:
  idp:
    preset: okta
    issuer: "${issuer}"
    audiences: ["https://conformance.test"]
    signIn: { clientId: gatebook, clientSecret: env:ISSUER_SECRET }
signIn: {}
connections: { fixture: { upstream: { type: http, url: "${upstream}" } } }
levels: { all: { allow: ["*"] } }
grants: [{ groups: ["idp:support"], connections: [fixture], level: all }]
`;

/** As the suite's own client registers itself. */
async function register(origin: string, redirectUri: string): Promise<string> {
  const response = await fetch(`${origin}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Conformance suite',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    }),
  });
  const { client_id: id } = (await response.json()) as { client_id?: unknown };
  if (typeof id !== 'string') throw new Error(`the suite's client could not register: ${response.status}`);
  return id;
}

type Asked = { readonly origin: string; readonly clientId: string; readonly port: number; readonly folder: string };

async function runSuite({ origin, clientId, port, folder }: Asked): Promise<string> {
  const args = ['authorization', '--url', origin, '--client-id', clientId, '--port', String(port), '-o', folder];
  const child = spawn(process.execPath, [SUITE, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_MS_MAX });
  let output = '';
  let walked: Promise<unknown> | undefined;
  const callback = `http://127.0.0.1:${port}/callback`;
  const walk = async (url: string): Promise<void> => {
    const back = await walkThrough(createFakeBrowser(), url, { ...ADA, stopAt: callback });
    if (!back.url.startsWith(callback)) throw new Error(`the browser ended at ${back.url}: ${back.words}`);
    await fetch(back.url);
  };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      const url = output.split('\n').find((line) => line.startsWith(`${origin}/oauth/authorize?`));
      // The line is whole when another follows.
      if (url === undefined || !output.includes(`${url}\n`) || walked !== undefined) return;
      walked = walk(url).catch((error: unknown) => {
        output += String(error);
        child.kill();
      });
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await walked;
  // 1 is a verdict; anything else is a suite that did not run to its end.
  if (code !== 0 && code !== 1) throw new Error(`the suite did not run to its end:\n${output.slice(-2_000)}`);
  return output;
}

export async function runAuthorizationSuite(): Promise<readonly Check[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-suite-'));
  const [port, callbackPort] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${port}`;
  const issuer = await startDemoIssuer({
    port: 0,
    audiences: { mcp: 'https://conformance.test', api: 'https://conformance.test/api' },
    people: [ADA],
    clients: [
      { id: 'gatebook', secret: SECRET, allowsPasswords: false, redirectUris: [`${origin}/signin/callback/idp`] },
    ],
  });
  const server = await startFakeMcpServer();
  const served = serve(configOf(port, issuer.url, server.url), { ISSUER_SECRET: SECRET });
  try {
    await served.ready();
    const clientId = await register(origin, `http://127.0.0.1:${callbackPort}/callback`);
    await runSuite({ origin, clientId, port: callbackPort, folder });
    return readChecks(folder).checks;
  } finally {
    await served.close();
    await Promise.all([issuer.close(), server.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
