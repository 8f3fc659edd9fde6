import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENTITIES } from '#masking/engine/entities.ts';
import { createLineMask } from '#masking/mask-line.ts';

const maskLine = createLineMask({
  key: Buffer.alloc(32),
  store: { operator: 'redact', fields: ['magic'] },
  types: new Set(ENTITIES),
  situation: { connection: '', direction: 'response', method: '' },
});
function masked(value: unknown) {
  const line = maskLine(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
  assert.ok(line.ok, line.ok ? '' : line.error);
  return {
    value: JSON.parse(line.value.json) as unknown,
    spans: line.value.spans.map(({ path, start, end, type }) => [path, start, end, type]),
  };
}

test('a text is masked, and its spans are offsets of the text', () => {
  assert.deepEqual(masked({ text: 'é ada@example.com' }), {
    value: 'é [EMAIL_ADDRESS]',
    spans: [['', 2, 17, 'EMAIL_ADDRESS']],
  });
});

test('a document is masked by keys, labels and column heads, with a pointer to each leaf', () => {
  const doc = {
    customer: { name: 'zanele mthembu', 'a/b': 4111111111111111, magic: { x: ['abc', 7, true] } },
    table: { columns: ['id', 'phone'], rows: [[1, '4155550123']] },
    attributes: [
      { name: 'ssn', value: '078051120' },
      { name: 'password', value: 'hunter' },
    ],
    from: ['Ada Lovelace <ada@example.com>'],
  };
  const { value, spans } = masked({ doc });
  assert.deepEqual(value, {
    customer: { name: '[PERSON]', 'a/b': '[CREDIT_CARD]', magic: '[SECRET]' },
    table: { columns: ['id', 'phone'], rows: [[1, '[PHONE_NUMBER]']] },
    attributes: [
      { name: 'ssn', value: '[US_SSN]' },
      { name: 'password', value: '[SECRET]' },
    ],
    from: ['[PERSON] <[EMAIL_ADDRESS]>'],
  });
  assert.deepEqual(spans, [
    ['/attributes/0/value', 0, 9, 'US_SSN'],
    ['/attributes/1/value', 0, 6, 'SECRET'],
    ['/customer/a~1b', 0, 16, 'CREDIT_CARD'],
    ['/customer/magic/x/0', 0, 3, 'SECRET'],
    ['/customer/magic/x/1', 0, 1, 'SECRET'],
    ['/customer/name', 0, 14, 'PERSON'],
    ['/from/0', 0, 12, 'PERSON'],
    ['/from/0', 14, 29, 'EMAIL_ADDRESS'],
    ['/table/rows/0/1', 0, 10, 'PHONE_NUMBER'],
  ]);
});

test('what stands in JSON in a text is found at its place in the text, however often it is quoted', () => {
  const inner = JSON.stringify({ note: 'a "b" ada@example.com', deep: JSON.stringify({ mail: 'é bob@example.org' }) });
  for (const [line, text] of [
    [{ text: inner }, inner],
    [{ doc: { body: `${inner} and eve@example.net` } }, `${inner} and eve@example.net`],
  ] as const) {
    const { spans } = masked(line);
    const found = spans.map(([, start, end]) => text.slice(Number(start), Number(end)));
    assert.deepEqual(
      found.filter((one) => one !== 'eve@example.net'),
      ['ada@example.com', 'bob@example.org'],
    );
  }
});

test('a key is masked, and its span says so by its pointer', () => {
  const { value, spans } = masked({ doc: { 'ada@example.com': 1 } });
  assert.deepEqual(value, { '[EMAIL_ADDRESS]': 1 });
  assert.deepEqual(spans, [['/ada@example.com', 0, 15, 'EMAIL_ADDRESS']]);
});

test('a line that is nothing to mask is refused without being quoted', () => {
  for (const line of [
    '',
    'secret',
    '[]',
    '{}',
    '{"text":1}',
    '{"text":"a","doc":1}',
    '{"text":"a","text":"b"}',
    '{"doc":"\\ud800"}',
  ]) {
    const result = maskLine(Buffer.from(line));
    assert.equal(result.ok, false, line);
    if (!result.ok) assert.doesNotMatch(result.error, /secret/);
  }
});
