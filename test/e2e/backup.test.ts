/** The commands of docs/OPERATE.md, run as they stand there: backup under load, restore, a new book after a loss. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { answerWith } from '../fakes/mcp-server.ts';
import { freePort } from './harness.ts';
import { gatebook, prepareSite, root, startServing, until } from './site.ts';
import type { Site } from './site.ts';

const GUIDE = readFileSync(join(root, 'docs/OPERATE.md'), 'utf8');

/** The commands the guide gives under this name. */
function commandsOf(name: string): string {
  const found = new RegExp(`<!-- run: ${name} -->\\n\`\`\`sh\\n([\\s\\S]*?)\`\`\``).exec(GUIDE)?.[1];
  return found ?? assert.fail(`docs/OPERATE.md has no commands named ${name}`);
}

type Ran = { readonly status: number | null; readonly output: string };

/** A shell in which `gatebook` is this repository's. */
function shellOf(site: Site) {
  const bin = join(site.folder, 'bin');
  mkdirSync(bin);
  const file = join(bin, 'gatebook');
  writeFileSync(
    file,
    `#!/bin/sh\nexec "${process.execPath}" --disable-warning=ExperimentalWarning "${root}/src/bin/gatebook.ts" "$@"\n`,
  );
  chmodSync(file, 0o755);
  return (commands: string, variables: Readonly<Record<string, string>>): Promise<Ran> =>
    new Promise((resolve) => {
      const child = spawn('sh', ['-eu', '-c', commands], {
        env: {
          ...process.env,
          INIT_CWD: '',
          SHARD: 'a',
          PATH: `${bin}${delimiter}${process.env['PATH']}`,
          ...variables,
        },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.once('close', (status) => resolve({ status, output }));
    });
}

/** Another gateway on other data, with its own port; `write` again changes its configuration. */
async function anotherSite(site: Site, name: string) {
  const port = await freePort();
  const config = join(site.folder, `${name}.yaml`);
  const text = readFileSync(site.config, 'utf8')
    .replace('data: ./data', `data: ./${name}`)
    .replaceAll(String(site.port), String(port))
    .replace('deployment: site', 'deployment: site\nshard: a');
  writeFileSync(config, text);
  return { config, port, data: join(site.folder, name) };
}

async function callAt(site: Site, port: number, number: number): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/mcp/parcels`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await site.token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: number,
      method: 'tools/call',
      params: { name: 'find', arguments: { number } },
    }),
  });
}

/** Serves until the test ends, or says why not. */
async function serveAt(t: TestContext, config: string) {
  const serving = startServing(t, config);
  await until('ready or ended', () => serving.child.exitCode !== null || /"msg":"ready"/.test(serving.log()));
  return serving;
}

const refusedStart = (config: string): { readonly status: number | null; readonly stderr: string } =>
  gatebook('serve', '--config', config);

test('a backup made under load is whole, is restored by the guide and served from; what must not be continued is refused', async (t) => {
  const site = await prepareSite(t);
  // Without a skew, what is issued after a restore counts from the next second on instead of the next minute.
  site.write('limits: { segmentBytes: 1048576, tokenClockSkewMs: 0 }\n');
  site.server.answering = answerWith({ content: [{ type: 'text', text: `in the lighthouse ${'x'.repeat(4_000)}` }] });
  const run = shellOf(site);
  const serving = await site.serve();
  const variables = {
    CONFIG: site.config,
    DATA: site.data,
    BOOKS: join(site.folder, 'books'),
    KEYS: join(site.folder, 'vault'),
  };
  const early = { ...variables, BOOKS: join(site.folder, 'books-early'), KEYS: join(site.folder, 'vault-early') };
  assert.equal((await run(commandsOf('backup'), early)).status, 0);

  const loading = new AbortController();
  let calls = 0;
  const load = Array.from({ length: 6 }, async () => {
    while (!loading.signal.aborted) {
      calls += 1;
      await (await callAt(site, site.port, calls)).text();
    }
  });
  const sizes: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const made = await run(commandsOf('backup'), variables);
    assert.equal(made.status, 0, made.output);
    assert.match(made.output, /OK: site\/a[^]* 0 unreadable/);
    sizes.push(Number(/^a: (\d+) records/m.exec(made.output)?.[1]));
  }
  // A stranger, whose key is younger than the early copy of the keys.
  await fetch(`${site.url}/mcp/parcels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const last = await run(commandsOf('backup'), variables);
  assert.equal(last.status, 0, last.output);
  loading.abort();
  await Promise.all(load);
  assert.deepEqual(
    sizes,
    sizes.toSorted((one, other) => one - other),
  );
  assert.ok((sizes[3] ?? 0) > (sizes[0] ?? 0));
  serving.child.kill('SIGTERM');
  assert.equal(await serving.ended, 0);
  assert.ok(calls > 50);

  const restored = await anotherSite(site, 'restored');
  const back = { ...variables, CONFIG: restored.config, DATA: restored.data };
  await t.test('the restored book verifies, and not against what the original signed later', async () => {
    const done = await run(commandsOf('restore'), back);
    assert.equal(done.status, 0, done.output);
    assert.match(done.output, / 0 unreadable/);
    const shard = join(restored.data, 'ledger', 'a');
    const later = join(site.data, 'keys', 'last-checkpoint');
    const refused = gatebook('ledger', 'verify', shard, '--vkey', join(shard, 'log.vkey'), '--checkpoint', later);
    assert.equal(refused.status, 1, refused.stdout);
  });

  await t.test('a gateway starts on it, makes calls, and gives the payloads of before and after', async () => {
    const again = await serveAt(t, restored.config);
    assert.equal(again.child.exitCode, null, again.log());
    await until(
      'a token is taken that is younger than the restore',
      async () => (await callAt(site, restored.port, 900_001)).status === 200,
    );
    again.child.kill('SIGTERM');
    assert.equal(await again.ended, 0);
    const exported = gatebook(
      'events',
      'export',
      '--config',
      restored.config,
      '--format',
      'jsonl',
      '--offline-payloads',
    );
    assert.equal(exported.status, 0, exported.stderr);
    assert.match(exported.stdout, /in the lighthouse/);
    assert.match(exported.stdout, /900001/);
  });

  await t.test('a book older than the checkpoint beside its keys does not start', async () => {
    const older = await anotherSite(site, 'rolled-back');
    assert.equal(
      (await run(commandsOf('restore'), { ...variables, CONFIG: older.config, DATA: older.data })).status,
      0,
    );
    cpSync(join(site.data, 'keys', 'last-checkpoint'), join(older.data, 'keys', 'last-checkpoint'));
    const refused = refusedStart(older.config);
    assert.equal(refused.status, 4);
    assert.match(refused.stderr, /an old copy was restored or records were cut off/);
  });

  await t.test('keys older than the book do not start', async () => {
    const older = await anotherSite(site, 'older-keys');
    const mixed = { ...variables, KEYS: early.KEYS, CONFIG: older.config, DATA: older.data };
    await run(commandsOf('restore'), mixed);
    const refused = refusedStart(older.config);
    assert.equal(refused.status, 4);
    assert.match(refused.stderr, /ring\.jsonl is older than the ledger: it lacks \d+ of the \d+ keys/);
  });

  await t.test('after a loss a new book begins beside the old one, which is still searched', async () => {
    const fresh = await anotherSite(site, 'fresh');
    const lost = { ...variables, CONFIG: fresh.config, DATA: fresh.data };
    assert.equal((await run(commandsOf('restore'), lost)).status, 0);
    const begun = await run(commandsOf('new-book'), lost);
    assert.equal(begun.status, 0, begun.output);
    const serving2 = await serveAt(t, fresh.config);
    assert.equal(serving2.child.exitCode, null, serving2.log());
    assert.match(serving2.log(), /"origin":"site\/b"/);
    await until(
      'a token is taken that is younger than the restore',
      async () => (await callAt(site, fresh.port, 900_002)).status === 200,
    );
    serving2.child.kill('SIGTERM');
    assert.equal(await serving2.ended, 0);
    const exported = gatebook('events', 'export', '--config', fresh.config, '--format', 'jsonl', '--offline-payloads');
    assert.equal(exported.status, 0, exported.stderr);
    const ids = exported.stdout.split('\n').filter((line) => line !== '');
    assert.ok(ids.some((line) => line.includes('"id":"a:') && line.includes('in the lighthouse')));
    assert.ok(ids.some((line) => line.includes('"id":"b:') && line.includes('900002')));
  });
});

test('what the guide says of reload and limits is what the configuration does', () => {
  const named = /every limit but ([^.]*)\./.exec(GUIDE.replaceAll('\n', ' '))?.[1] ?? '';
  const limits = [...named.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  const rules = readFileSync(join(root, 'src/config/reload-rules.ts'), 'utf8');
  const listed = [
    ...(/CONNECTION_LIMITS = \[([^\]]*)\]/.exec(rules)?.[1] ?? '').matchAll(/'(\w+)'/g),
    ...(/new Set<OperatorLimit>\(\[([^\]]*)\]\)/.exec(rules)?.[1] ?? '').matchAll(/'(\w+)'/g),
  ].map(([, name]) => name);
  assert.ok(limits.length > 10);
  assert.deepEqual(new Set(limits), new Set(listed));
});

test('the unit file of the guide is one that systemd reads', (t) => {
  const analyze = spawnSync('systemd-analyze', ['--version']);
  if (analyze.error !== undefined) return t.skip('systemd-analyze is not installed');
  const checked = spawnSync('systemd-analyze', ['verify', '--man=no', join(root, 'docs/examples/gatebook.service')], {
    encoding: 'utf8',
  });
  assert.doesNotMatch(checked.stderr, /Unknown|Failed to parse|Missing '='/);
  return undefined;
});
