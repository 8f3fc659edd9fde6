/** The API of a real gateway: who gets in, what is given, and that nothing is given that was not recorded first. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { RecordProof } from '#api/contract/events.ts';
import { openCheckpoint, parseVerifierKey } from '#ledger/note.ts';
import { Problem } from '#api/contract/problem.ts';
import { ROUTES } from '#api/routes.ts';
import { register as registerExport } from '#cli/events-export.ts';
import { runCommand } from '../fakes/cli.ts';
import { startTestGateway, type TestGateway, toolCall } from './harness.ts';

const CHECKPOINT = '/api/v1/checkpoint';

test('a token for /mcp opens nothing of /api, and one for /api no connection', async (t) => {
  const gateway = await startTestGateway(t);
  const forMcp = await gateway.token({ uid: '00u1', sub: 'ada@example.com', groups: ['auditors', 'admins'] });
  const refused = await gateway.api(CHECKPOINT, forMcp);
  assert.deepEqual([refused.status, refused.json['code']], [401, 'unauthenticated']);
  const metadata = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1] ?? '';
  assert.equal(((await (await fetch(metadata)).json()) as { resource: string }).resource, `${gateway.origin}/api`);
  const forApi = await gateway.apiToken(['readers', 'admins']);
  const call = await gateway.post('notes', JSON.stringify(toolCall('get_note')), { authorization: `Bearer ${forApi}` });
  assert.equal(call.status, 401);
  gateway.flushRefusals();
  const noted = await gateway.recordWhere(({ header, leaf }) => leaf.kind === 'denied' && header?.connection === '');
  assert.equal(noted.header?.reason, 'wrong_audience');
});

test('only the groups of a role open the API, and who had none is in the book by name', async (t) => {
  const gateway = await startTestGateway(t);
  for (const groups of [['auditors'], ['admins']])
    assert.equal((await gateway.api(CHECKPOINT, await gateway.apiToken(groups))).status, 200);
  for (const groups of [[], ['readers'], ['approvers'], ['Auditors'], ['other:auditors']]) {
    const { status, json } = await gateway.api(CHECKPOINT, await gateway.apiToken(groups));
    assert.deepEqual([status, json['code']], [403, 'forbidden'], groups.join());
  }
  const { header } = await gateway.recordWhere(({ leaf }) => leaf.kind === 'denied' && leaf.st === 'forbidden');
  assert.deepEqual([header?.caller?.subject, header?.method, header?.name], ['00uida', 'GET', CHECKPOINT]);
});

test('the checkpoint is the durable one of the book, signed by its key', async (t) => {
  const gateway = await startTestGateway(t);
  await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  const { text } = await gateway.api(CHECKPOINT);
  const [checkpoint] = JSON.parse(text) as { note: string; size: number; verifierKey: string; shard: string }[];
  assert.ok(checkpoint !== undefined && checkpoint.shard === 'a');
  const verifier = parseVerifierKey(checkpoint.verifierKey);
  assert.ok(verifier.ok);
  const opened = openCheckpoint(checkpoint.note, verifier.value);
  assert.ok(opened.ok);
  assert.equal(opened.value.size, checkpoint.size);
  assert.ok(checkpoint.size <= gateway.composed.ledger.watermark().size);
});

type Found = { readonly id: string; readonly name?: string; readonly outcome?: string; readonly verified: boolean };
const eventsOf = (reply: { readonly text: string }): readonly Found[] => JSON.parse(reply.text) as Found[];
const nextOf = (reply: { readonly headers: Headers }): string => {
  const url = /<([^>]+)>; rel="next"/.exec(reply.headers.get('link') ?? '')?.[1];
  assert.ok(url !== undefined, 'a next link');
  return url.replace(/^https?:\/\/[^/]+/, '');
};
const calling = async (gateway: TestGateway, name: string, args: Record<string, unknown> = {}): Promise<string> => {
  await gateway.post('notes', JSON.stringify(toolCall(name, args)));
  const { leaf } = await gateway.recordWhere(
    ({ leaf: { kind }, header }) => kind === 'intent' && header?.name === name,
  );
  return `a:${leaf.n}`;
};

test('a call is found over HTTP as soon as its record is, unverified, and verified when it is read by its id', async (t) => {
  const gateway = await startTestGateway(t);
  const id = await calling(gateway, 'get_note', { title: 'Lovelace' });
  const found = await gateway.api(`/api/v1/events?order=newest&q=lovelace&wait=${id}`);
  assert.equal(found.status, 200);
  assert.deepEqual(
    eventsOf(found).map((event) => [event.id, event.name, event.verified]),
    [[id, 'get_note', false]],
  );
  const shown = await gateway.api(`/api/v1/events/${id.replace(':', '/')}`);
  assert.deepEqual([shown.status, shown.json['verified'], 'arguments' in shown.json], [200, true, false]);
});

test('whoever polls gets each call once, when it is over', async (t) => {
  const gateway = await startTestGateway(t);
  const filter = encodeURIComponent('method eq "tools/call"');
  const start = await gateway.api(`/api/v1/events?filter=${filter}`);
  assert.deepEqual(eventsOf(start), []);
  const first = await calling(gateway, 'get_note');
  const second = await calling(gateway, 'get_other');
  await gateway.api(`/api/v1/events?wait=a:${gateway.composed.ledger.watermark().size - 1}`);
  const page = await gateway.api(nextOf(start));
  assert.deepEqual(
    eventsOf(page).map((event) => event.id),
    [first, second],
  );
  assert.deepEqual(eventsOf(await gateway.api(nextOf(page))), []);
});

test('payloads are read only by a role, after their record, and not at all from a book that takes none', async (t) => {
  const gateway = await startTestGateway(t);
  const id = await calling(gateway, 'get_note', { title: 'Lovelace' });
  await gateway.api(`/api/v1/events?wait=${id}`);
  const path = `/api/v1/events/${id.replace(':', '/')}?payloads=true`;
  const read = await gateway.api(path);
  assert.deepEqual(read.json['arguments'], { title: 'Lovelace' });
  const { header } = await gateway.recordWhere(({ leaf }) => leaf.st === 'payloads_read');
  assert.deepEqual([header?.caller?.subject, header?.detail], ['00uida', { operation: 'getEvent', event: id }]);
  const denied = await gateway.api(path, await gateway.apiToken(['readers']));
  assert.equal(denied.status, 403);
  await gateway.composed.ledger.close();
  const shut = await gateway.api(path);
  assert.deepEqual([shut.status, shut.json['code']], [503, 'audit_unavailable']);
  assert.ok(!shut.text.includes('Lovelace'));
});

test('the largest filter there may be is answered within its bounds, a larger one refused, and calls do not wait', async (t) => {
  const gateway = await startTestGateway(t, { limits: { searchMs: 100 } });
  const terms = Array.from({ length: 64 }, (_, at) => `client.name co "x${at}"`).join(' or ');
  const bomb = `${'('.repeat(16)}${terms}${')'.repeat(16)}`;
  const asked = await Promise.all([
    gateway.api(`/api/v1/events?order=newest&filter=${encodeURIComponent(bomb)}`),
    gateway.api(`/api/v1/events?order=newest&filter=${encodeURIComponent(`(${bomb})`)}`),
    gateway.post('notes', JSON.stringify(toolCall('get_note'))),
  ]);
  assert.ok([200, 422].includes(asked[0].status));
  assert.deepEqual([asked[1].status, asked[1].json['code']], [400, 'invalid_parameter']);
  assert.equal(asked[2].status, 200);
});

test('openapi.json describes what is served: every answer fits the schema it names', async (t) => {
  const gateway = await startTestGateway(t);
  await calling(gateway, 'get_note');
  const document = (await gateway.api('/api/openapi.json', '')).json as {
    readonly paths: Readonly<
      Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>>
    >;
  };
  for (const [path, status] of [
    ['/api/v1/checkpoint', 200],
    ['/api/v1/events?order=newest', 200],
    ['/api/v1/events?after=x', 400],
    ['/api/v1/events/facets?by=name', 200],
    ['/api/v1/events/histogram', 200],
    ['/api/v1/events/a/999999', 404],
  ] as const) {
    const reply = await gateway.api(path);
    assert.equal(reply.status, status, path);
    const template = path.split('?', 1)[0]?.replace('/a/999999', '/{shard}/{index}') ?? '';
    const described = document.paths[template]?.['get']?.responses[String(status)];
    assert.ok(described !== undefined, `${template} ${status}`);
    const operation = ROUTES.find(({ operation: one }) => one.path === template)?.operation;
    const schema = status === 200 ? operation?.answers[200]?.content['application/json'] : Problem;
    schema?.parse(JSON.parse(reply.text));
  }
});

test('a call that was just made is proven by the checkpoint that covers it', async (t) => {
  const gateway = await startTestGateway(t);
  const id = await calling(gateway, 'get_note');
  const { status, json } = await gateway.api(`/api/v1/events/${id.replace(':', '/')}/proof`);
  assert.equal(status, 200);
  const { index, leaf, hashes, treeSize, checkpoint, verifierKey } = RecordProof.parse(json);
  const verifier = parseVerifierKey(verifierKey);
  assert.ok(verifier.ok);
  const signed = openCheckpoint(checkpoint, verifier.value);
  assert.ok(signed.ok && signed.value.size === treeSize);
  assert.equal(`a:${index}`, id);
  // RFC 9162 section 2.1.3.2, as it is written there.
  const sha = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
  let [fn, sn, r] = [index, treeSize - 1, sha(Buffer.of(0), Buffer.from(leaf))];
  for (const p of hashes.map((hash) => Buffer.from(hash, 'base64'))) {
    assert.notEqual(sn, 0);
    if (fn % 2 === 1 || fn === sn) {
      r = sha(Buffer.of(1), p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else r = sha(Buffer.of(1), r, p);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  assert.equal(sn, 0);
  assert.ok(r.equals(signed.value.root));
});

test('an export over HTTP is what the command line exports, and its payloads come after their record', async (t) => {
  const gateway = await startTestGateway(t);
  const id = await calling(gateway, 'get_note', { title: 'Lovelace' });
  await gateway.recordWhere(({ leaf }) => leaf.kind === 'result');
  await gateway.api(`/api/v1/events?wait=a:${gateway.composed.ledger.watermark().size - 1}`);
  const exported = await gateway.api('/api/v1/events/export');
  const local = await runCommand(registerExport, ['events', 'export', '--data', gateway.dataDir], { cwd: '/' });
  assert.equal(exported.text, local.stdout);
  assert.ok(!exported.text.includes('Lovelace'));
  const filter = encodeURIComponent('name eq "get_note"');
  const payloads = await gateway.api(`/api/v1/events/export?payloads=true&filter=${filter}`);
  assert.match(payloads.text, /Lovelace/);
  const { header } = await gateway.recordWhere(({ leaf }) => leaf.st === 'payloads_read');
  assert.deepEqual(header?.detail, {
    operation: 'exportEvents',
    format: 'jsonl',
    filter: 'name eq "get_note"',
    since: null,
    until: null,
  });
  assert.equal((JSON.parse(payloads.text) as { id: string }).id, id);
});

test('a tail gives each event as it completes, and ends with its token', async (t) => {
  const gateway = await startTestGateway(t);
  const exp = Math.floor(Date.now() / 1_000) + 3;
  const token = await gateway.apiToken(['auditors'], { exp });
  const response = await fetch(`${gateway.origin}/api/v1/events/tail`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(response.status, 200);
  let text = '';
  const ended = (async () => {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (text === '\n') await calling(gateway, 'get_note');
    }
  })();
  await assert.rejects(ended, /terminated/);
  assert.ok(Date.now() >= exp * 1_000);
  const events = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Found);
  assert.deepEqual(
    events.filter(({ name }) => name === 'get_note').map(({ outcome, verified }) => [outcome, verified]),
    [['ok', true]],
  );
});

test('an address that shows bad tokens to the API is heard no more for a while, there and at /mcp, but good known tokens are', async (t) => {
  const gateway = await startTestGateway(t, { limits: { refusalsPerSourcePerWindow: 5 } });
  const statuses: number[] = [];
  for (let at = 0; at < 8; at += 1) statuses.push((await gateway.api(CHECKPOINT, `no.such.token${at}`)).status);
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
  const { status, headers } = await gateway.post('notes', JSON.stringify(toolCall('get_note')), {
    authorization: 'Bearer no.such.token',
  });
  assert.equal(status, 429);
  assert.ok(Number(headers.get('retry-after')) > 0);
});
