import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitSchema } from '#gateway/steps/fit-schema.ts';
import { recordAnswer } from '#gateway/steps/record-answer.ts';
import { createMasker } from '#masking/masker.ts';
import { foundTool } from '#test/fakes/definitions.ts';
import { headerOf } from '#test/fakes/ledger.ts';
import { answerMasked, fakeGateway, forwarded, must } from '#test/fakes/gateway.ts';

const SSN = '078-05-1120';
const masker = createMasker({
  key: Buffer.alloc(32, 7),
  store: { operator: 'token', fields: [], detectors: 'default' },
  inline: { detectors: ['US_SSN'], operator: 'token', connections: ['*'] },
});

async function answered(ssn: object, value: unknown) {
  const gateway = fakeGateway({ masker });
  const outputSchema = { type: 'object', properties: { ssn }, required: ['ssn'] };
  const found = [foundTool('get_note', JSON.stringify({ name: 'get_note', outputSchema }))];
  gateway.definitions.known.apply(await gateway.definitions.store.note({ connection: 'notes', found, atMs: 1 }));
  const call = await forwarded(gateway);
  const message = { jsonrpc: '2.0', id: 1, result: { content: [], structuredContent: value } };
  const fit = must(await fitSchema(await answerMasked(gateway, call, message), gateway));
  return { gateway, fit, message, sent: JSON.parse(fit.masked.send.toString()) as { result: Record<string, unknown> } };
}

test('an answer that was masked out of its schema gets values that fit, and is flagged', async () => {
  const { fit, sent } = await answered({ type: 'string', pattern: '^[0-9-]+$' }, { ssn: SSN });
  assert.deepEqual(sent.result['structuredContent'], { ssn: '000-00-0000' });
  assert.deepEqual(fit.masked.flags, ['schema_repaired']);
  assert.match(fit.masked.stored.toString(), /"ssn":"\[US_SSN:k1:/);
});

test('an answer that cannot fit any more becomes a tool error, and its record says withheld', async () => {
  const { gateway, fit, sent } = await answered({ const: SSN }, { ssn: SSN });
  assert.equal(sent.result['isError'], true);
  assert.match(JSON.stringify(sent), /masking_failed/);
  assert.equal(JSON.stringify(sent).includes(SSN), false);
  must(await recordAnswer(fit, gateway));
  const record = gateway.ledger.entries.at(-1);
  assert.deepEqual([record?.kind, record?.st, record?.mask.f], ['result', 'withheld', ['schema_unfit']]);
  assert.match(record?.payload?.toString() ?? '', /\[US_SSN:k1:/);
});

test('an answer that fits, or in which nothing was masked, goes on as it is', async () => {
  const token = await answered({ type: 'string' }, { ssn: SSN });
  assert.match(JSON.stringify(token.sent.result['structuredContent']), /\[US_SSN:k1:/);
  assert.deepEqual(token.fit.masked.flags, []);
  const plain = await answered({ type: 'integer' }, { ssn: 'none' });
  assert.deepEqual(plain.sent, plain.message);
});

test('an answer that nobody could check after it was masked goes on, and its record says so', async () => {
  const odd = JSON.stringify({ name: 'get_note', outputSchema: { $ref: 'https://x.example' } });
  for (const [definition, expected] of [
    [undefined, 'unknown'],
    [odd, 'unusable'],
    ['{"name":"get_note"}', undefined],
  ] as const) {
    const gateway = fakeGateway({ masker });
    const found = definition === undefined ? [] : [foundTool('get_note', definition)];
    gateway.definitions.known.apply(await gateway.definitions.store.note({ connection: 'notes', found, atMs: 1 }));
    const call = await forwarded(gateway);
    for (const [ssn, schema] of [
      [SSN, expected],
      ['none', undefined],
    ] as const) {
      const message = { jsonrpc: '2.0', id: 1, result: { content: [], structuredContent: { ssn } } };
      const fit = must(await fitSchema(await answerMasked(gateway, call, message), gateway));
      must(await recordAnswer(fit, gateway));
      assert.equal(headerOf(gateway.ledger.entries.at(-1)).schema, schema, `${expected} ${ssn}`);
      assert.equal(fit.masked.send.includes('isError'), false);
    }
  }
});
