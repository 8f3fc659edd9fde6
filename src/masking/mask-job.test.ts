import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createMaskJobs, maskedBack, ownBytes } from '#masking/mask-job.ts';
import { createMasker, type MaskContext, type MaskerSettings } from '#masking/masker.ts';
import { parseJson } from '#mcp/json.ts';
import { labelledDoc } from '#test/masking/labelled.ts';
import { madeDocs } from '#test/masking/made-cases.ts';

const SETTINGS: MaskerSettings = {
  key: new Uint8Array(32).fill(3),
  store: { operator: 'token', fields: ['pin'], detectors: 'default' },
  inline: { detectors: ['SECRET', 'EMAIL_ADDRESS'], operator: 'redact', connections: ['crm'] },
};
const SECRET = 'ghp_credential/of this connection';
const NO_LIMITS = { depth: Infinity, nodes: Infinity };

const masker = createMasker(SETTINGS);
const CONTEXT: MaskContext = {
  direction: 'response',
  connection: 'crm',
  method: 'tools/call',
  secrets: masker.secretsOf([SECRET]),
};
const context = { ...CONTEXT, secrets: CONTEXT.secrets.forThread() };

test('a message masked elsewhere is what it is when masked here: bytes, findings and flags', () => {
  const run = createMaskJobs();
  run(structuredClone({ id: 0, settings: SETTINGS, bytes: ownBytes(Buffer.from('{}')), context }));
  const people = madeDocs(200, 5).map((one) => labelledDoc(one).doc);
  const leaf = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(...people),
    fc.constantFrom<unknown>({ pin: '0000' }, SECRET, `x ${encodeURIComponent(SECRET)} y`, { [SECRET]: 1 }),
  );
  fc.assert(
    fc.property(fc.array(leaf, { maxLength: 5 }), (content) => {
      const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content } }).toWellFormed());
      const doc = parseJson(bytes, NO_LIMITS);
      // duplicate keys, which a message may not have
      if (!doc.ok) return;
      const answer = run(structuredClone({ id: 1, settings: undefined, bytes: new Uint8Array(bytes), context }));
      assert.deepEqual(maskedBack(structuredClone(answer), bytes), masker.maskMessage(doc.value, CONTEXT));
    }),
    { numRuns: 300 },
  );
});

test('bytes that need no masking come back as the very ones that were sent there', () => {
  const bytes = Buffer.from('{ "result" : "nothing" }');
  const answer = createMaskJobs()({ id: 1, settings: SETTINGS, bytes: new Uint8Array(bytes), context });
  const masked = maskedBack(answer, bytes);
  assert.ok(masked.ok);
  assert.equal(masked.value.send, bytes);
  assert.equal(masked.value.stored, bytes);
});

test('what cannot be masked there fails with a fixed word', () => {
  const run = createMaskJobs();
  const answer = run({ id: 7, settings: SETTINGS, bytes: ownBytes(Buffer.from('{"a":1,"a":2}')), context });
  assert.deepEqual(answer, { id: 7, type: 'failed', reason: 'duplicate_key' });
  assert.deepEqual(maskedBack(answer, Buffer.alloc(0)), {
    ok: false,
    error: { code: 'masking_failed', reason: 'duplicate_key' },
  });
  assert.throws(() => createMaskJobs()({ id: 1, settings: undefined, bytes: new Uint8Array(2), context }), /settings/);
});

test('a view of a larger memory does not take that along', () => {
  const view = Buffer.from('a long memory with a secret in it').subarray(2, 6);
  assert.equal(ownBytes(view).buffer.byteLength, 4);
  assert.equal(Buffer.from(ownBytes(view)).toString(), 'long');
  const alone = new Uint8Array([1, 2]);
  assert.equal(ownBytes(alone).buffer, alone.buffer);
});
