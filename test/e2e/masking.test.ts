/** P3 on the wire: what detectors find is in no record, and a caller sees of it what `masking.inline` leaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerWith } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from './harness.ts';

const CUSTOMER = { name: 'Ada Lovelace', ssn: '078-05-1120', card: 4111111111111111, note: 'call +44 20 7946 0958' };
const VALUES = ['Ada Lovelace', '078-05-1120', '4111111111111111', '+44 20 7946 0958', 'grace@example.com'];

test('a call and its answer are recorded without what detectors find in either', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.server.answering = answerWith({
    content: [{ type: 'text', text: JSON.stringify(CUSTOMER) }],
    structuredContent: CUSTOMER,
  });
  const reply = await gateway.post('notes', JSON.stringify(toolCall('find_customer', { mail: 'grace@example.com' })));
  assert.ok(reply.text.includes('078-05-1120'), 'the caller of a connection without inline masking sees it');
  assert.ok(gateway.server.seen[0]?.body.includes('grace@example.com'));
  const result = await gateway.recordWhere(({ leaf }) => leaf.kind === 'result');
  const stored = (await gateway.records()).map(({ payload }) => payload?.toString() ?? '').join('\n');
  for (const value of VALUES) assert.equal(stored.includes(value), false, value);
  const found = (result.header?.masking ?? []).map(({ type }) => type);
  for (const type of ['PERSON', 'US_SSN', 'CREDIT_CARD', 'PHONE_NUMBER']) assert.ok(found.includes(type), type);
});

test('on a connection with inline masking the caller gets tokens of what it names, and the rest as it is', async (t) => {
  const gateway = await startTestGateway(t);
  assert.ok((await gateway.reload((text) => text.replace('detectors: [SECRET]', 'detectors: [US_SSN]'))).ok);
  gateway.server.answering = answerWith({ content: [], structuredContent: CUSTOMER });
  const { text: body } = await gateway.post('masked', JSON.stringify(toolCall('find_customer')));
  assert.match(body, /"ssn":"\[US_SSN:k1:[a-z2-7]{13}\]"/);
  assert.ok(body.includes('"name":"Ada Lovelace"'));
  const refused = await gateway.reload((text) => text.replace('detectors: [US_SSN]', 'detectors: [NO_SUCH]'));
  assert.equal(refused.ok, false, 'an entity that no detector finds would mask nothing');
});

test('a new masking key makes tokens from its reload on, one that is none changes nothing, and earlier tokens are left alone', async (t) => {
  const gateway = await startTestGateway(t);
  const ssnOf = async (ssn: string): Promise<unknown> => {
    gateway.server.answering = answerWith({ content: [], structuredContent: { ssn } });
    const { json } = await gateway.post('masked', JSON.stringify(toolCall('find_customer')));
    return (json['result'] as { structuredContent: { ssn: string } }).structuredContent.ssn;
  };
  assert.ok((await gateway.reload((text) => text.replace('detectors: [SECRET]', 'detectors: [US_SSN]'))).ok);
  const before = String(await ssnOf(CUSTOMER.ssn));
  assert.match(before, /^\[US_SSN:k1:/);
  const named = (text: string): string => text.replace(/^masking:/m, 'keys: { masking: { k2: "env:K2" } }\nmasking:');
  const bad = await gateway.reload(named, { K2: 'hunter2' });
  assert.equal(bad.ok, false);
  assert.equal(JSON.stringify(bad).includes('hunter2') || gateway.log().includes('hunter2'), false);
  assert.equal(await ssnOf(CUSTOMER.ssn), before);
  // the file is still the one that was refused
  const good = await gateway.reload((text) => text, { K2: Buffer.alloc(32, 2).toString('base64') });
  assert.ok(good.ok, JSON.stringify(good));
  assert.match(String(await ssnOf(CUSTOMER.ssn)), /^\[US_SSN:k2:/);
  assert.equal(await ssnOf(before), before);
});
