/**
 * `npm start`: the main job in one command. A demo identity provider, real MCP servers and the gateway on the embedded
 * store, all on loopback, everything written into one folder of its own.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDemoIssuer } from './issuer.ts';
import {
  clientsOf,
  DEFAULT_PORT,
  DEMO_AUDIENCES,
  demoConfig,
  firstCalls,
  GATEWAY_SECRET,
  PEOPLE,
  SLACK_MEMBERS,
  SLACK_SIGNING_SECRET,
  SLACK_TOKEN,
} from './settings.ts';
import type { DemoPlaces } from './settings.ts';
import { startDemoSlack } from './slack.ts';

const READY_MS_MAX = 15_000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = resolve(process.env['INIT_CWD'] ?? root, process.env['GATEBOOK_DEMO'] ?? join(root, 'gatebook-demo'));
const gatewayPort = Number(process.env['GATEBOOK_DEMO_PORT'] ?? DEFAULT_PORT);

if (!Number.isInteger(gatewayPort) || gatewayPort < 1 || gatewayPort > 65_533) {
  process.stderr.write('GATEBOOK_DEMO_PORT is not a port\n');
  process.exit(2);
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function prepare(places: DemoPlaces): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  cpSync(join(root, 'demo', 'files', 'customers'), join(folder, 'customers'), { recursive: true, force: false });
  writeFileSync(join(folder, 'issuer-secret'), GATEWAY_SECRET, { mode: 0o600 });
  writeFileSync(join(folder, 'slack-token'), SLACK_TOKEN, { mode: 0o600 });
  writeFileSync(join(folder, 'slack-signing-secret'), SLACK_SIGNING_SECRET, { mode: 0o600 });
  const file = join(folder, 'gatebook.yaml');
  writeFileSync(file, demoConfig(places), { mode: 0o600 });
  return file;
}

/** Resolves when the gateway takes calls; false when it ended or needs too long. */
async function becomesReady(url: string, ended: AbortSignal): Promise<boolean> {
  const deadline = AbortSignal.any([ended, AbortSignal.timeout(READY_MS_MAX)]);
  while (!deadline.aborted) {
    const isReady = await fetch(`${url}/readyz`, { signal: deadline }).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return true;
    await new Promise((wake) => {
      setTimeout(wake, 25);
    });
  }
  return false;
}

const portsTaken = (error: NodeJS.ErrnoException): never => {
  say(
    `The demo needs ports ${gatewayPort} to ${gatewayPort + 2} of 127.0.0.1 (${error.code ?? error.message}). GATEBOOK_DEMO_PORT=9420 npm start takes others.`,
  );
  process.exit(3);
};
const issuer = await startDemoIssuer({
  port: gatewayPort + 1,
  audiences: DEMO_AUDIENCES,
  people: PEOPLE,
  clients: clientsOf(gatewayPort),
}).catch(portsTaken);
const slack = await startDemoSlack({
  port: gatewayPort + 2,
  token: SLACK_TOKEN,
  signingSecret: SLACK_SIGNING_SECRET,
  interactionsUrl: `http://127.0.0.1:${gatewayPort}/slack/slack/interactions`,
  members: SLACK_MEMBERS,
}).catch(portsTaken);
const places: DemoPlaces = { root, folder, gatewayPort, issuerUrl: issuer.url, slack, node: process.execPath };
const config = prepare(places);

const gateway = spawn(
  process.execPath,
  ['--disable-warning=ExperimentalWarning', join(root, 'src/bin/gatebook.ts'), 'serve', '--config', config],
  {
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
const ended = new AbortController();
gateway.once('exit', (code, signal) => {
  ended.abort();
  void Promise.all([issuer.close(), slack.close()]).then(() => process.exit(code ?? (signal === null ? 1 : 0)));
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => gateway.kill('SIGTERM'));

if (await becomesReady(`http://127.0.0.1:${gatewayPort}`, ended.signal)) say(firstCalls(places));
else if (!ended.signal.aborted) {
  say('The gateway did not become ready; its log above says why.');
  gateway.kill('SIGTERM');
}
