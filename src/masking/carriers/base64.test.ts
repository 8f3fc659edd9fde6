import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { base64Runs, decodeBase64, encodeLike, encodeRun, mayHoldBase64 } from '#masking/carriers/base64.ts';

const TEXT = 'call ada@example.com about it';
const encoded = Buffer.from(TEXT).toString('base64');

test('a run of Base64 of text in a text is found with what it encodes', () => {
  const { runs } = base64Runs(`Basic ${encoded}, please`);
  assert.deepEqual(
    runs.map(({ start, end, text }) => [start, end, text]),
    [[6, 6 + encoded.length, TEXT]],
  );
});

test('bytes that are no text are told to be none', () => {
  const bytes = Buffer.from(Array.from({ length: 40 }, (_, at) => (at * 37) % 256));
  assert.deepEqual(
    base64Runs(bytes.toString('base64')).runs.map((run) => [run.text, run.isBinary, run.bytes]),
    [[undefined, true, 40]],
  );
});

test('lines of Base64 are one run', () => {
  const long = Buffer.from(TEXT.repeat(5)).toString('base64');
  const wrapped = long.replaceAll(/.{76}/g, '$&\r\n');
  assert.equal(base64Runs(wrapped).runs[0]?.text, TEXT.repeat(5));
});

test('lines of Base64 between other lines are one run, and what follows them is none of it', () => {
  const lines = Buffer.from(TEXT.repeat(5)).toString('base64').replaceAll(/.{76}/g, '$&\n');
  for (const [before, after] of [
    ['Content-Transfer-Encoding: base64\n\n', '\n--boundary--'],
    ['', '\nthanks\n'],
  ] as const)
    assert.deepEqual(
      base64Runs(before + lines + after).runs.map(({ text, start }) => [text, start]),
      [[TEXT.repeat(5), before.length]],
    );
  assert.equal(base64Runs(`key: ${lines.replaceAll('\n', '\\n')}`).runs[0]?.text, TEXT.repeat(5), 'as JSON spells it');
  assert.equal(base64Runs(`- ${lines.replaceAll('\n', '\n  ')}`).runs[0]?.text, TEXT.repeat(5), 'indented');
  const whole = Buffer.from('x'.repeat(57)).toString('base64');
  assert.equal(base64Runs(`${whole}\nwords`).runs[0]?.text, 'x'.repeat(57), 'a word behind a full line');
});

test('hexadecimal digits of a text, and Base64 of text in other encodings, are found and written back as they were', () => {
  for (const [spelled, change] of [
    [Buffer.from(TEXT).toString('hex'), ''],
    [Buffer.from(TEXT).toString('hex').toUpperCase(), ''],
    [`\\x${Buffer.from(TEXT).toString('hex')}`, ''],
    [Buffer.from(`${TEXT} für`, 'utf16le').toString('base64'), ' für'],
    [Buffer.from(`${TEXT} für`, 'latin1').toString('base64'), ' für'],
  ] as const) {
    const [run] = base64Runs(spelled).runs;
    assert.ok(run?.text !== undefined);
    assert.equal(run.text, TEXT + change);
    assert.equal(encodeRun(run, spelled.slice(run.start, run.end), run.text), spelled.slice(run.start, run.end));
  }
});

test('digests, digits and words are no Base64 of text', () => {
  for (const text of [
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    '00000000000000000000000000',
    '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    'short',
    'an ordinary sentence of several words',
  ])
    assert.deepEqual(base64Runs(text).runs, [], text);
});

test('what no encoder writes is not decoded', () => {
  for (const text of ['AAAAA', 'AA+_', 'AAA==='] as const) assert.equal(decodeBase64(text), undefined, text);
});

test('a text is encoded as its model is: alphabet and padding', () => {
  assert.equal(encodeLike('YQ==', 'b'), 'Yg==');
  assert.equal(encodeLike('YQ', 'b'), 'Yg');
  assert.equal(encodeLike('__8', '\u07ff'), '378');
  assert.equal(encodeLike('abcd', 'a'), 'YQ==');
});

test('the gate lets through every text that has a run', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 30 }),
      fc.string({ maxLength: 30 }),
      fc.uint8Array({ minLength: 15 }),
      (a, b, c) => {
        assert.ok(mayHoldBase64(a + Buffer.from(c).toString('base64') + b));
      },
    ),
  );
  assert.equal(mayHoldBase64('a b c d e f g h i j k l m n o p q r s t u v w'), false);
});

test('a run as long as a message is looked at like any other', () => {
  const chars = 16 * 1024 * 1024;
  assert.equal(base64Runs('x'.repeat(chars)).runs[0]?.bytes, (chars / 4) * 3);
  assert.equal(base64Runs('f'.repeat(chars)).runs.length, 1);
  const wrapped = `${'QUJD'.repeat(19)}\n`.repeat(chars / 77);
  assert.equal(base64Runs(wrapped).runs.length, 1);
});
