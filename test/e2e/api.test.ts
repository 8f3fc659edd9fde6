/** The API of a real gateway: who gets in, what is given, and that nothing is given that was not recorded first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCheckpoint, parseVerifierKey } from '#ledger/note.ts';
import { startTestGateway, toolCall } from './harness.ts';

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
