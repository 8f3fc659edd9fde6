/** The main job as a user runs it: real processes and commands, from `serve` to `ledger verify` over a changed byte. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startFakeIssuer } from '../fakes/issuer.ts';
import type { FakeIssuer } from '../fakes/issuer.ts';
import { answerWith, startFakeMcpServer } from '../fakes/mcp-server.ts';
import { freePort } from './harness.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const gatebook = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/bin/gatebook.ts'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, INIT_CWD: '' },
  });

type Site = {
  readonly folder: string;
  readonly config: string;
  readonly shard: string;
  readonly url: string;
  readonly metricsUrl: string;
  readonly issuer: FakeIssuer;
  token(): Promise<string>;
};

async function prepare(t: TestContext): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-job-'));
  const [issuer, server, port, metricsPort] = await Promise.all([
    startFakeIssuer(),
    startFakeMcpServer(),
    freePort(),
    freePort(),
  ]);
  t.after(async () => {
    await Promise.all([issuer.close(), server.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  server.answering = answerWith({ content: [{ type: 'text', text: 'parcel 4711 is in the lighthouse' }] });
  const config = join(folder, 'gatebook.yaml');
  writeFileSync(
    config,
    `version: 1
deployment: job
server: { listen: 127.0.0.1:${port}, metrics: { listen: 127.0.0.1:${metricsPort} } }
data: ./data
issuers: { idp: { preset: okta, issuer: "${issuer.url}", audiences: [https://job.test] } }
connections: { parcels: { upstream: { type: http, url: "${server.url}" } } }
levels: { use: { allow: ["tools/call:*"] } }
grants: [{ clients: ["idp:robot"], connections: [parcels], level: use }]
`,
  );
  return {
    folder,
    config,
    shard: join(folder, 'data', 'ledger', 'a'),
    url: `http://127.0.0.1:${port}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    issuer,
    token: () => issuer.sign({ ver: 1, aud: 'https://job.test', cid: 'robot', sub: 'robot' }),
  };
}

async function serve(t: TestContext, site: Site): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(root, 'src/bin/gatebook.ts'),
      'serve',
      '--config',
      site.config,
      '--log-level',
      'error',
    ],
    { stdio: 'ignore' },
  );
  t.after(() => void child.kill('SIGKILL'));
  for (let turn = 0; turn < 2_000; turn += 1) {
    assert.equal(child.exitCode, null, 'serve ended');
    const isReady = await fetch(`${site.url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return child;
    await new Promise((wake) => {
      setTimeout(wake, 10);
    });
  }
  throw new Error('serve did not become ready');
}

const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve));

async function call(site: Site, id: number): Promise<string> {
  const response = await fetch(`${site.url}/mcp/parcels`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await site.token()}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'find_parcel', arguments: { number: 4711 } },
    }),
  });
  return response.text();
}

test('a call gets its answer, is found again, and the book proves it while the gateway runs and after', async (t) => {
  const site = await prepare(t);
  const running = await serve(t, site);
  assert.match(await call(site, 1), /in the lighthouse/);

  await t.test('events search finds it at once, by filter and by text', () => {
    for (const args of [
      ['--filter', 'name eq "find_parcel" and outcome eq "ok"'],
      ['--q', 'lighthouse'],
      ['--since', '1h'],
    ]) {
      const found = gatebook('events', 'search', '--config', site.config, '--json', ...args);
      assert.equal(found.status, 0, found.stderr);
      const events = found.stdout
        .trim()
        .split('\n')
        .filter((line) => line.includes('find_parcel'))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.equal(events.length, 1, `${args.join(' ')}: ${found.stdout}${found.stderr}`);
      const [event] = events;
      assert.deepEqual(
        [event?.['connection'], event?.['method'], event?.['outcome'], event?.['verified']],
        ['parcels', 'tools/call', 'ok', false],
      );
      assert.equal('answer' in (event ?? {}), false, 'payloads need --offline-payloads');
    }
  });

  await t.test('events show reads the record again and checks it', () => {
    const search = gatebook('events', 'search', '--config', site.config, '--json', '--filter', 'name eq "find_parcel"');
    const { id } = JSON.parse(search.stdout.trim().split('\n')[0] ?? '{}') as { id: string };
    const shown = gatebook('events', 'show', id, '--config', site.config, '--json', '--offline-payloads');
    assert.equal(shown.status, 0, shown.stderr);
    const event = JSON.parse(shown.stdout) as { verified: boolean; arguments: object; answer: object };
    assert.equal(event.verified, true);
    assert.deepEqual(event.arguments, { number: 4711 });
    assert.match(JSON.stringify(event.answer), /lighthouse/);
  });

  const verify = () =>
    gatebook(
      'ledger',
      'verify',
      site.shard,
      '--vkey',
      join(site.shard, 'log.vkey'),
      '--keys',
      join(site.folder, 'data', 'keys'),
    );
  await t.test('ledger verify is content with the book of a running gateway', () => {
    const verified = verify();
    assert.equal(verified.status, 0, verified.stdout);
  });

  await t.test('a second gateway on the same data is refused with exit code 3', () => {
    assert.equal(gatebook('serve', '--config', site.config).status, 3);
  });

  await t.test('the metrics have it, on their own address and nowhere else', async () => {
    const scraped = await fetch(site.metricsUrl);
    assert.match(scraped.headers.get('content-type') ?? '', /^application\/openmetrics-text/);
    const counted = 'gatebook_calls_total{connection="parcels",mcp_method_name="tools/call",outcome="ok",code=""} 1';
    assert.ok((await scraped.text()).includes(counted));
    assert.equal((await fetch(`${site.url}/metrics`)).status, 404);
  });

  const exit = ended(running);
  running.kill('SIGTERM');
  assert.equal(await exit, 0, 'a clean stop');

  await t.test('one flipped bit anywhere is named, with exit code 1', () => {
    const segment = join(site.shard, '00000000.seg');
    const bytes = readFileSync(segment);
    // Head, header frame, first records, and the zeros at the end; every byte of a small log is tried in src/ledger/verify.
    for (const offset of [3, 20, 40, 400, 900, 2_000, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[offset] = (changed[offset] ?? 0) ^ 1;
      writeFileSync(segment, changed);
      const verified = verify();
      assert.equal(verified.status, 1, `offset ${offset}: ${verified.stdout}`);
      assert.match(verified.stdout, /00000000\.seg|record \d+/);
    }
    writeFileSync(segment, bytes);
    assert.equal(verify().status, 0);
  });

  await t.test('a book that was changed is not continued: exit code 4', () => {
    const segment = join(site.shard, '00000000.seg');
    const bytes = readFileSync(segment);
    const changed = Buffer.from(bytes);
    changed[400] = (changed[400] ?? 0) ^ 1;
    writeFileSync(segment, changed);
    assert.equal(gatebook('serve', '--config', site.config).status, 4);
    writeFileSync(segment, bytes);
  });

  await t.test('the index can be thrown away and rebuilt with the same result', async () => {
    const search = () => gatebook('events', 'export', '--config', site.config, '--format', 'jsonl').stdout;
    const before = search();
    assert.match(before, /find_parcel/);
    const rebuilt = gatebook('ledger', 'reindex', '--config', site.config);
    assert.equal(rebuilt.status, 0, rebuilt.stderr);
    assert.equal(search(), before);
  });
});

test('serve without its issuer ends with 3, and starts from the kept keys after it once had them', async (t) => {
  const site = await prepare(t);
  const first = await serve(t, site);
  const exit = ended(first);
  first.kill('SIGTERM');
  await exit;
  await site.issuer.close();
  const second = await serve(t, site);
  const stopped = ended(second);
  second.kill('SIGTERM');
  assert.equal(await stopped, 0);
  rmSync(join(site.folder, 'data', 'keys', 'issuers'), { recursive: true });
  assert.equal(gatebook('serve', '--config', site.config).status, 3);
});

test('an invalid configuration ends serve with 2 and names every problem with its line', async (t) => {
  const site = await prepare(t);
  writeFileSync(
    site.config,
    `${readFileSync(site.config, 'utf8').replace('level: use', 'level: nothing')}colour: blue\n`,
  );
  const refused = gatebook('serve', '--config', site.config);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /gatebook\.yaml:8:.*nothing/);
  assert.match(refused.stderr, /gatebook\.yaml:9:.*colour/);
});

test('words that are no command, and a full disk behind the output, are told apart from a failed check', async (t) => {
  const site = await prepare(t);
  for (const words of [['ledger', 'seal', '--help'], ['nonsense']]) {
    const run = gatebook(...words);
    assert.equal(run.status, 2, words.join(' '));
    assert.match(run.stderr, /unknown command/);
  }
  assert.match(gatebook('--version').stdout, /^\d+\.\d+\.\d+\n$/);
  for (const words of [['help'], ['events', '--help'], ['serve', '--help']])
    assert.equal(gatebook(...words).status, 0, words.join(' '));
  if (process.platform === 'linux') {
    const full = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${join(root, 'src/bin/gatebook.ts')}" config schema > /dev/full`],
      { encoding: 'utf8' },
    );
    assert.equal(full.status, 3, full.stderr);
    assert.match(full.stderr, /cannot write the output: ENOSPC/);
  }
  assert.equal(gatebook('serve', '--config', join(site.folder, 'missing.yaml')).status, 2);
});

test('keys that are lost are not replaced: serve ends with 4 and writes none', async (t) => {
  const site = await prepare(t);
  const running = await serve(t, site);
  const exit = ended(running);
  running.kill('SIGTERM');
  await exit;
  const keys = join(site.folder, 'data', 'keys');
  rmSync(join(keys, 'ring.jsonl'));
  const refused = gatebook('serve', '--config', site.config);
  assert.equal(refused.status, 4);
  assert.match(refused.stderr, /ring\.jsonl is missing/);
  rmSync(keys, { recursive: true });
  const again = gatebook('serve', '--config', site.config);
  assert.equal(again.status, 4);
  assert.match(again.stderr, /keys of the book .* are missing/);
  assert.equal(existsSync(join(keys, 'log.key')), false);
});
