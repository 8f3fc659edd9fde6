/** A whole Gatebook as users run it: `gatebook serve`, a ledger on disk, everything allowed, nothing masked inline. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../e2e/harness.ts';
import { startFakeIssuer } from '../fakes/issuer.ts';
import type { FakeIssuer } from '../fakes/issuer.ts';
import { startChild } from './child.ts';
import { ROOT } from './programs.ts';

const AUDIENCE = 'https://gateway.test';
const READY_MS_MAX = 20_000;
const SEARCH_MS_MAX = 20_000;
const GATEBOOK = join(ROOT, 'src', 'bin', 'gatebook.ts');

/** `upstream` of one connection, as gatebook.yaml has it. */
export type UpstreamSetting = Readonly<Record<string, unknown>> & { readonly type: string };

export type GatewayProcess = {
  url(connection: string): string;
  readonly token: string;
  /** Events of the book that `gatebook events search` finds with the filter. */
  events(filter: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  stop(): Promise<void>;
};

function search(config: string, filter: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const args = ['--disable-warning=ExperimentalWarning', GATEBOOK, 'events', 'search', '--config', config, '--json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...args, '--filter', filter], { timeout: SEARCH_MS_MAX }, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(stderr.trim() || error.message));
      else
        resolve(
          stdout
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
        );
    });
  });
}

export type ServedConfig = {
  /** The file. */
  readonly config: string;
  readonly origin: string;
  readonly issuer: FakeIssuer;
  readonly stop: () => Promise<void>;
};

/** `gatebook serve` with a configuration that trusts the issuer; ready when it resolves. */
export async function serveConfig(configOf: (port: number, issuerUrl: string) => string): Promise<ServedConfig> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-compat-'));
  const [issuer, port] = await Promise.all([startFakeIssuer(), freePort()]);
  const config = join(folder, 'gatebook.yaml');
  writeFileSync(config, configOf(port, issuer.url));
  const serving = startChild([GATEBOOK, 'serve', '--config', config]);
  const stop = async (): Promise<void> => {
    await serving.end();
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await serving.writes(/"msg":"ready"/, READY_MS_MAX);
    return { config, origin: `http://127.0.0.1:${port}`, issuer, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function startGatewayProcess(
  upstreams: Readonly<Record<string, UpstreamSetting>>,
): Promise<GatewayProcess> {
  const connections = Object.entries(upstreams).map(
    ([name, upstream]) => `  ${name}: { upstream: ${JSON.stringify(upstream)} }\n`,
  );
  const { config, origin, issuer, stop } = await serveConfig(
    (port, issuerUrl) => `version: 1
deployment: compat
server: { listen: 127.0.0.1:${port} }
data: ./data
issuers: { idp: { preset: okta, issuer: "${issuerUrl}", audiences: ["${AUDIENCE}"] } }
connections:
${connections.join('')}levels: { everything: { allow: ["*"] } }
grants: [{ clients: ["idp:compat"], connections: ["*"], level: everything }]
`,
  );
  return {
    url: (connection) => `${origin}/mcp/${connection}`,
    token: await issuer.sign({ ver: 1, aud: AUDIENCE, cid: 'compat', sub: 'compat' }),
    events: (filter) => search(config, filter),
    stop,
  };
}
