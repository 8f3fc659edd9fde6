/** The `events` commands give the same at a running gateway as at its book, without a token on the command line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register as registerExport } from '#cli/events-export.ts';
import { register as registerSearch } from '#cli/events-search.ts';
import { register as registerShow } from '#cli/events-show.ts';
import { followThere } from '#cli/events-tail.ts';
import type { CliIo } from '#cli/io.ts';
import { runCommand } from '../fakes/cli.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { TestGateway } from './harness.ts';

type Register = Parameters<typeof runCommand>[0];

async function started(t: Parameters<typeof startTestGateway>[0]) {
  const gateway = await startTestGateway(t);
  for (const title of ['Lovelace', 'Hopper', '12345678901234567890'])
    await gateway.post('notes', JSON.stringify(toolCall('get_note', { title })));
  const token = await gateway.apiToken(['auditors']);
  const run = (register: Register, env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    runCommand(register, ['events', ...args], { cwd: '/', env });
  return {
    gateway,
    token,
    here: (register: Register, ...args: readonly string[]) => run(register, {}, ...args, '--data', gateway.dataDir),
    there: (register: Register, ...args: readonly string[]) =>
      run(register, { GATEBOOK_TOKEN: token }, ...args, '--url', gateway.origin),
  };
}

const firstId = async (gateway: TestGateway): Promise<string> => {
  const { leaf } = await gateway.recordWhere(
    ({ leaf: { kind }, header }) => kind === 'intent' && header?.name === 'get_note',
  );
  return `a:${leaf.n}`;
};

test('search, show and export say the same here and there', async (t) => {
  const { gateway, here, there } = await started(t);
  const id = await firstId(gateway);
  const filter = ['--filter', 'name eq "get_note"'];
  for (const [register, args] of [
    [registerSearch, ['search', ...filter]],
    [registerShow, ['show', id]],
    [registerShow, ['show', id, '--json']],
    [registerExport, ['export', ...filter]],
    [registerExport, ['export', ...filter, '--format', 'csv']],
    // Last: a search for words leaves a record, which an export right after it finds missing in the index.
    [registerSearch, ['search', ...filter, '--json', '--q', 'hopper', '--since', '1h']],
  ] as const) {
    const [local, remote] = [await here(register, ...args), await there(register, ...args)];
    assert.equal(remote.code, 0, remote.stderr);
    assert.deepEqual(remote, local, args.join(' '));
    assert.ok(remote.stdout.length > 20);
  }
});

test('payloads there are recorded, and are what is read here', async (t) => {
  const { gateway, here, there } = await started(t);
  const id = await firstId(gateway);
  await there(registerSearch, 'search', '--q', 'lovelace');
  const shown = await there(registerShow, 'show', id, '--json', '--payloads');
  assert.equal(shown.stdout, (await here(registerShow, 'show', id, '--json', '--offline-payloads')).stdout);
  const exported = await there(registerExport, 'export', '--filter', 'name eq "get_note"', '--payloads');
  assert.match(exported.stdout, /12345678901234567890/);
  const reads = (await gateway.records()).filter(({ leaf }) => leaf.st === 'payloads_read');
  assert.deepEqual(
    reads.map(({ header }) => header?.detail?.['operation']),
    ['getEvent', 'exportEvents'],
  );
});

test('pages follow each other by the cursor, with the same words on the command line', async (t) => {
  const { there } = await started(t);
  const args = ['search', '--filter', 'name eq "get_note"', '--since', '1h', '--json'];
  const first = await there(registerSearch, ...args, '--limit', '2');
  const [, cursor = ''] = /^more: --after (\S+)$/m.exec(first.stderr) ?? [];
  const rest = await there(registerSearch, ...args, '--after', cursor);
  const whole = await there(registerSearch, ...args);
  assert.equal(first.stdout + rest.stdout, whole.stdout);
  const forged = await there(registerSearch, 'search', '--after', cursor);
  assert.deepEqual([forged.code, forged.stdout], [2, '']);
  assert.match(forged.stderr, /The cursor is none this gateway gave for this search/);
});

test('what is wrong is said with its place, who may not is told so, and what is not there too', async (t) => {
  const { gateway, there } = await started(t);
  const faulty = await there(registerSearch, 'search', '--filter', 'name is "x"');
  assert.deepEqual([faulty.code, faulty.stdout], [2, '']);
  assert.match(faulty.stderr, /filter .* at offset 5; expected an operator/);
  const missing = await there(registerShow, 'show', 'a:999999');
  assert.equal(missing.code, 1);
  const env = { GATEBOOK_TOKEN: await gateway.apiToken(['readers']) };
  const denied = await runCommand(registerExport, ['events', 'export', '--url', gateway.origin], { cwd: '/', env });
  assert.deepEqual([denied.code, denied.stdout], [1, '']);
  assert.match(denied.stderr, /answered 403: The caller has no role/);
});

test('a tail there prints each event when it is complete, until it is interrupted', async (t) => {
  const { gateway, token } = await started(t);
  const stop = new AbortController();
  const lines: string[] = [];
  const io: CliIo = {
    stdout: {
      write: (text) => lines.push(text),
    },
    stderr: { write: () => undefined },
    env: {},
    cwd: '/',
    exit: () => undefined,
  };
  const following = followThere(io, { url: gateway.origin, token }, true, stop.signal);
  // The tail begins a moment after it was asked for: calls go on until one is seen.
  while (!lines.some((line) => line.includes('get_tailed')))
    await gateway.post('notes', JSON.stringify(toolCall('get_tailed')));
  stop.abort();
  assert.equal(await following, 0);
  const events = lines.map((line) => JSON.parse(line) as { name?: string; verified: boolean; outcome?: string });
  assert.ok(events.every(({ verified, outcome }) => verified && outcome !== 'open'));
});
