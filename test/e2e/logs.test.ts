/**
 * What gets into the log, at its most talkative, of a gateway that meets every error there is: no secret, no argument, no
 * caller; and at its usual level nothing that a stranger could fill a disk with. The attacks of test/attacks/identity look into it too.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { startFakeIssuer } from '../fakes/issuer.ts';
import { answerWith } from '../fakes/mcp-server.ts';
import type { Answering } from '../fakes/mcp-server.ts';
import { ERROR_CASES } from './error-cases.ts';
import { CREDENTIAL, freePort, startTestGateway, toolCall } from './harness.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const ARGUMENT = 'argument-of-ada-7c1e55';
const ANSWER = 'answer-of-the-server-19ab';

test('every error there is leaves no secret, no argument, no answer and no caller in the log', async (t) => {
  const gateway = await startTestGateway(t, { limits: { messageBytes: 65_536, upstreamHeadersMs: 1_000 } });
  for (const { send, answering } of ERROR_CASES) {
    gateway.server.answering = answering ?? answerWith({});
    await send(gateway);
  }
  const token = await gateway.token({ sub: 'ada-lovelace', uid: '00u-ada-lovelace', cid: 'robot' });
  const authorization = `Bearer ${token}`;
  const texts: readonly string[] = [
    JSON.stringify(toolCall('get_note', { note: ARGUMENT, token })),
    JSON.stringify(toolCall(token)),
    JSON.stringify(toolCall(ARGUMENT)),
    `{"broken":"${token} ${ARGUMENT}"`,
    JSON.stringify({ jsonrpc: '2.0', id: ARGUMENT, method: `m/${ARGUMENT}` }),
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: `note://${ARGUMENT}` } }),
  ];
  const answers: readonly Answering[] = [
    answerWith({ content: [{ type: 'text', text: `${ANSWER} ${CREDENTIAL}` }] }),
    (_seen, response) =>
      void response.writeHead(500, { 'content-type': 'text/plain', 'x-a': ANSWER }).end(`${ANSWER} ${CREDENTIAL}`),
    (_seen, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(`{"${ANSWER}":"${CREDENTIAL}"`),
  ];
  for (const answering of answers) {
    gateway.server.answering = answering;
    for (const text of texts)
      await gateway.post('notes', text, {
        authorization,
        traceparent: ARGUMENT,
        baggage: `a=${ARGUMENT}`,
        'mcp-session-id': ARGUMENT,
      });
    for (const text of texts) await gateway.post('notes', text, { authorization });
    for (const text of texts) await gateway.post('notes', text, { authorization: `Bearer ${token.slice(0, -4)}AAAA` });
  }
  // A bug in the gateway, with all of it in its message.
  gateway.composed.gateway.policy.decide = () => {
    throw new Error(`${token}\n    at ${ARGUMENT} (file:///x.ts:1:1)`);
  };
  await gateway.post('notes', texts[0] ?? '');
  const log = gateway.log();
  assert.match(log, /a call failed inside the gateway/);
  assert.ok(log.split('\n').filter((line) => line.includes('"message"')).length > 50, 'the lines of debug are there');
  for (const secret of [token.slice(-24), token.split('.')[1] ?? '', CREDENTIAL, ARGUMENT, ANSWER, 'lovelace', 'robot'])
    assert.equal(log.includes(secret), false, secret);
});

test('a stranger who floods the gateway writes next to nothing into its log', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-logs-'));
  const [issuer, port] = await Promise.all([startFakeIssuer(), freePort()]);
  const config = join(folder, 'gatebook.yaml');
  writeFileSync(
    config,
    `version: 1
deployment: logs
server: { listen: 127.0.0.1:${port} }
data: ./data
issuers: { idp: { preset: okta, issuer: "${issuer.url}", audiences: [https://logs.test] } }
connections: { notes: { upstream: { type: http, url: "http://127.0.0.1:1/mcp" } } }
`,
  );
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'src/bin/gatebook.ts'), 'serve', '--config', config],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  t.after(async () => {
    child.kill('SIGKILL');
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => void (log += chunk.toString()));
  while (!log.includes('"ready"')) {
    assert.equal(child.exitCode, null, log);
    await new Promise((wake) => {
      setTimeout(wake, 10);
    });
  }
  const ready = log.split('\n').length;
  const foreign = (kid: string): string =>
    `${Buffer.from(JSON.stringify({ alg: 'RS256', kid })).toString('base64url')}.${Buffer.from(JSON.stringify({ iss: issuer.url })).toString('base64url')}.AAAA`;
  for (let at = 0; at < 500; at += 25)
    await Promise.all(
      Array.from({ length: 25 }, (_, one) =>
        fetch(`http://127.0.0.1:${port}/mcp/x${at}`, {
          method: one % 2 === 0 ? 'POST' : 'PUT',
          headers: { authorization: `Bearer ${foreign(`k${at + one}`)}` },
          ...(one % 2 === 0 ? { body: 'x' } : {}),
        }).then((response) => response.arrayBuffer()),
      ),
    );
  const written = log.split('\n').slice(ready - 1);
  assert.ok(written.length <= 5, written.join('\n'));
});
