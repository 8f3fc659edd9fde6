/** A real gateway in front of a fixture: `gatebook serve` as its users start it, a fake issuer, and the hop before it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '#test/e2e/harness.ts';
import { startFakeIssuer } from '#test/fakes/issuer.ts';
import { startHop } from './hop.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const AUDIENCE = 'https://conformance.test';
const READY_MS_MAX = 30_000;

export type Fronted = { readonly url: string; close(): Promise<void> };

type Site = { readonly port: number; readonly hopPort: number; readonly upstream: object; readonly issuer: string };

/** Everything is allowed and nothing masked for the caller: what differs then is the gateway's doing. */
const configOf = ({ port, hopPort, upstream, issuer }: Site): string => `version: 1
deployment: conformance
server: { listen: 127.0.0.1:${port}, allowedOrigins: ["http://127.0.0.1:${hopPort}"] }
data: ./data
issuers: { idp: { preset: okta, issuer: "${issuer}", audiences: ["${AUDIENCE}"] } }
connections: { fixture: { upstream: ${JSON.stringify(upstream)} } }
levels: { all: { allow: ["*"] } }
grants: [{ clients: ["idp:robot"], connections: [fixture], level: all }]
`;

async function ready(child: ChildProcess, log: () => string): Promise<void> {
  const end = performance.now() + READY_MS_MAX;
  while (!log().includes('"msg":"ready"')) {
    if (child.exitCode !== null || performance.now() > end) throw new Error(`gatebook serve is not ready:\n${log()}`);
    await new Promise((next) => {
      setTimeout(next, 20);
    });
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

export type Served = {
  /** Resolves when it serves; rejects with its log when it does not. */
  ready(): Promise<void>;
  close(): Promise<void>;
};

/** `gatebook serve` on a configuration, in a folder of its own. */
export function serve(configText: string, env: Readonly<Record<string, string>> = {}): Served {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-conformance-'));
  const config = join(folder, 'gatebook.yaml');
  writeFileSync(config, configText);
  const entry = join(root, 'src/bin/gatebook.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, 'serve', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, INIT_CWD: '', ...env },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  return {
    ready: () => ready(child, () => log),
    async close() {
      await stop(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `upstream`: as gatebook.yaml has it. */
export async function startGatebook(upstream: object): Promise<Fronted> {
  const [issuer, port, hopPort] = await Promise.all([startFakeIssuer(), freePort(), freePort()]);
  const served = serve(configOf({ port, hopPort, upstream, issuer: issuer.url }));
  const hop = await startHop({
    port: hopPort,
    target: `http://127.0.0.1:${port}`,
    token: () => issuer.sign({ ver: 1, aud: AUDIENCE, cid: 'robot', sub: 'robot', scp: ['mcp'] }),
  });
  const close = async (): Promise<void> => {
    await hop.close();
    await served.close();
    await issuer.close();
  };
  try {
    await served.ready();
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `${hop.origin}/mcp/fixture`, close };
}
