import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { searchableText } from '#events/payload-text.ts';

const textOf = (message: unknown, side: 'request' | 'answer', method = 'tools/call', bytesMax = 16_384): string =>
  searchableText(Buffer.from(JSON.stringify(message)), side, method, bytesMax);

test('a call gives the names and values of its arguments, not its envelope, its name or its _meta', () => {
  const params = {
    _meta: { progressToken: 'p1' },
    name: 'find',
    arguments: { customer: 'Ada "L"\nB', nested: [{ amount: -1.5e3 }], yes: true },
  };
  assert.equal(
    textOf({ jsonrpc: '2.0', id: 7, method: 'tools/call', params }, 'request'),
    'customer\nAda "L"\nB\nnested\namount\n-1500\nyes',
  );
});

test('other requests give all of params but _meta', () => {
  assert.equal(
    textOf({ id: 1, method: 'x', params: { uri: 'file:///a', _meta: { k: 'hidden' } } }, 'request', 'resources/read'),
    'uri\nfile:///a',
  );
});

test('an answer gives its result or error without the words every answer has', () => {
  const result = {
    content: [{ type: 'text', text: 'Paris' }],
    structuredContent: { city: 'Paris', type: 'capital' },
    isError: false,
    _meta: { k: 'hidden' },
  };
  assert.equal(textOf({ jsonrpc: '2.0', id: 1, result }, 'answer'), 'Paris\ncity\nParis\ncapital');
  assert.equal(
    textOf({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'gone' } }, 'answer'),
    'code\n-32000\nmessage\ngone',
  );
});

test('base64 of images and blobs is left out', () => {
  assert.equal(
    textOf(
      {
        result: {
          content: [
            { type: 'image', data: 'A'.repeat(5_000), mimeType: 'image/png' },
            { type: 'text', text: 'seen' },
          ],
        },
      },
      'answer',
    ),
    'image\ndata\nimage/png\nseen',
  );
});

test('escapes are decoded, so that words next to them are whole', () => {
  assert.equal(
    searchableText(Buffer.from(String.raw`{"result":{"a":"one\ntwo \u00e9t\u00e9 \\n"}}`), 'answer', '', 100),
    'a\none\ntwo été \\n',
  );
});

test('the text never exceeds its bound in bytes, and a bound falls on a whole character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 64 }), (value, bytesMax) => {
      const text = textOf({ result: { value } }, 'answer', '', bytesMax);
      assert.ok(Buffer.byteLength(text) <= bytesMax + 1, `${Buffer.byteLength(text)} > ${bytesMax}`);
    }),
  );
  assert.equal(textOf({ result: ['aé'] }, 'answer', '', 2), 'a');
});

test('bytes of any kind, and messages cut anywhere, give a bounded text and no exception', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => void searchableText(Buffer.from(bytes), 'answer', '', 50),
    ),
  );
  const whole = Buffer.from(
    String.raw`{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"a\u00e9\\\"b"}]}}`,
  );
  for (let end = 0; end <= whole.length; end++) searchableText(whole.subarray(0, end), 'answer', '', 50);
});

test('of a string longer than what is looked at, the first part is found', () => {
  const text = textOf(
    { result: { content: [{ type: 'text', text: `needle ${'x '.repeat(500_000)}` }] } },
    'answer',
    '',
    1_024,
  );
  assert.ok(text.startsWith('needle x x'));
  assert.ok(text.length >= 1_000 && text.length <= 1_024);
});
