import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  encodeJsonString,
  member,
  parseEmbedded,
  parseJson,
  splice,
  stringMember,
  toValue,
  type JsonDocument,
  type JsonFault,
  type JsonNode,
  type JsonValue,
} from '#mcp/json.ts';

const LIMITS = { depth: 64, nodes: 100_000 };

function parsed(text: string | Uint8Array, limits = LIMITS): JsonDocument {
  const result = parseJson(typeof text === 'string' ? Buffer.from(text) : text, limits);
  assert.ok(result.ok, result.ok ? '' : `${result.error.code}: ${result.error.message}`);
  return result.value;
}

function refused(text: string | Uint8Array, limits = LIMITS): JsonFault {
  const result = parseJson(typeof text === 'string' ? Buffer.from(text) : text, limits);
  assert.ok(!result.ok, 'was accepted');
  return result.error;
}

/** The value as `JSON.parse` builds it: ordinary objects, no bigints. */
function ordinary(value: JsonValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(ordinary);
  if (value === null || typeof value !== 'object') return value;
  const object = {};
  for (const [key, child] of Object.entries(value)) {
    Object.defineProperty(object, key, {
      value: ordinary(child),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return object;
}

function parseLoosely(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function walk(node: JsonNode, visit: (node: JsonNode) => void): void {
  visit(node);
  if (node.kind === 'object') for (const { value } of node.members) walk(value, visit);
  if (node.kind === 'array') for (const item of node.items) walk(item, visit);
}

/** Pieces that make both valid and nearly valid JSON likely. */
const soup = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        ' ',
        '\n',
        '"a"',
        '"b":',
        '1',
        '-',
        '0',
        '.5',
        'e3',
        'E+',
        '01',
      ),
      fc.constantFrom(
        'true',
        'false',
        'null',
        'nul',
        '\\u00e9',
        '\\ud83d',
        '\\ude00',
        '\\u00',
        '\u0001',
        '\u00a0',
        'é',
        '😀',
      ),
    ),
    { maxLength: 14 },
  )
  .map((pieces) => pieces.join(''));

test('every value that JSON.stringify writes is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: 'binary' }), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      assert.deepStrictEqual(ordinary(toValue(parsed(text).root)), JSON.parse(text));
    }),
  );
});

test('arbitrary text is accepted exactly when JSON.parse accepts it, apart from the strict refusals', () => {
  fc.assert(
    fc.property(soup, (text) => {
      const loose = parseLoosely(text);
      const result = parseJson(Buffer.from(text), LIMITS);
      if (loose === undefined) {
        assert.equal(result.ok, false);
      } else if (result.ok) {
        assert.deepStrictEqual(ordinary(toValue(result.value.root)), loose.value);
      } else {
        const isStrictRefusal = result.error.code === 'duplicate_key' || result.error.message === 'a lone surrogate';
        assert.ok(isStrictRefusal, result.error.message);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('mutated bytes never throw, and what is accepted is well-formed and accepted by JSON.parse', () => {
  const seed = Buffer.from('{"jsonrpc":"2.0","id":1,"params":{"a":[1,-2.5e3,"x\\u00e9\\n",true,null],"ü😀":{"b":""}}}');
  const mutation = fc.record({ at: fc.nat(seed.length - 1), byte: fc.nat(255), remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const bytes = [...seed];
      for (const { at, byte, remove } of mutations) bytes.splice(at, remove ? 1 : 0, ...(remove ? [] : [byte]));
      const result = parseJson(Uint8Array.from(bytes), LIMITS);
      if (!result.ok) return;
      walk(result.value.root, (node) => {
        if (node.kind === 'string') assert.ok(node.value.isWellFormed());
      });
      assert.ok(parseLoosely(result.value.text) !== undefined);
    }),
    { numRuns: 3_000 },
  );
});

test('the span of every node and key is its own spelling', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' }), (value) => {
      const doc = parsed(` ${JSON.stringify(value, undefined, 1)}\n`);
      walk(doc.root, (node) => {
        const own = parsed(doc.text.slice(node.start, node.end)).root;
        assert.deepStrictEqual(toValue(own), toValue(node));
        if (node.kind !== 'object') return;
        for (const { key, keyStart, keyEnd } of node.members) {
          assert.equal(JSON.parse(doc.text.slice(keyStart, keyEnd)), key);
        }
      });
    }),
  );
});

test('the document keeps the very bytes it was given', () => {
  const bytes = Buffer.from(' {"n": 1.0e2, "s":"\\u00e9\\/"} ');
  assert.equal(parsed(bytes).bytes, bytes);
  const view = new Uint8Array(bytes);
  assert.equal(parsed(view).bytes.buffer, view.buffer);
});

test('bytes that are not UTF-8 are refused', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0xaf, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
    [0x22, 0xc3],
  ]) {
    assert.equal(refused(Uint8Array.from(bytes)).message, 'not valid UTF-8');
  }
});

test('a byte order mark is refused', () => {
  assert.equal(refused('\ufeff{}').code, 'parse_error');
  assert.equal(refused(Uint8Array.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])).code, 'parse_error');
});

test('a repeated key is refused however it is spelled and however many members there are', () => {
  assert.equal(refused('{"a":1,"a":2}').code, 'duplicate_key');
  assert.equal(refused('{"method":1,"m\\u0065thod":2}').code, 'duplicate_key');
  assert.equal(refused('{"x":[{"":1,"":1}]}').code, 'duplicate_key');
  for (let count = 1; count < 30; count++) {
    const members = Array.from({ length: count }, (_, i) => `"k${i}":0`);
    parsed(`{${members.join()}}`);
    for (let i = 0; i < count; i++) assert.equal(refused(`{${members.join()},"k${i}":0}`).code, 'duplicate_key');
  }
});

test('the same key in different objects is no repetition', () => {
  parsed('{"a":{"a":[{"a":1},{"a":2}]}}');
});

test('a lone surrogate in a value or key is refused, a pair is not', () => {
  for (const text of [
    '"\\ud800"',
    '"\\udc00"',
    '"\\ud800x"',
    '"\\udc00\\ud800"',
    '"\\ud83d😀"',
    '{"\\ud83d":1}',
    '"\\uD83D\\n\\uDE00"',
  ]) {
    assert.equal(refused(text).code, 'parse_error', text);
  }
  assert.equal(toValue(parsed('"\\ud83d\\ude00"').root), '😀');
});

test('depth is bounded at exactly the limit', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  parsed(nested(64));
  assert.equal(refused(nested(65)).code, 'too_deep');
  assert.equal(refused('{"a":'.repeat(65)).code, 'too_deep');
  assert.equal(refused('['.repeat(1_000_000)).code, 'too_deep');
  parsed(`[${'[],{},'.repeat(100)}{}]`, { depth: 2, nodes: 1_000 });
});

test('the number of values is bounded at exactly the limit', () => {
  parsed('[1,2,{"a":3}]', { depth: 9, nodes: 5 });
  assert.equal(refused('[1,2,{"a":3}]', { depth: 9, nodes: 4 }).code, 'too_many');
});

test('a fault names the place and never quotes content', () => {
  assert.deepEqual(refused('{"token": hunter2}'), { code: 'parse_error', offset: 10, message: 'a value is expected' });
  assert.deepEqual(refused('{"a":1,"a":2}'), { code: 'duplicate_key', offset: 7, message: 'a key is repeated' });
  assert.deepEqual(refused('1 hunter2').offset, 2);
  fc.assert(
    fc.property(soup, (text) => {
      const result = parseJson(Buffer.from(`{"hunter2":${text}hunter2`), LIMITS);
      assert.ok(!result.ok);
      assert.doesNotMatch(result.error.message, /hunter2/);
    }),
  );
});

test('member finds a value by its unescaped key and nothing elsewhere', () => {
  const { root } = parsed('{"m\\u0065thod":"ping","n":1,"__proto__":"x"}');
  assert.equal(stringMember(root, 'method'), 'ping');
  assert.equal(stringMember(root, 'n'), undefined);
  assert.equal(stringMember(root, '__proto__'), 'x');
  assert.equal(member(root, 'constructor'), undefined);
  assert.equal(member(parsed('[]').root, 'length'), undefined);
  assert.equal(member(undefined, 'a'), undefined);
});

test('a plain value holds __proto__ as an ordinary key and inherits nothing', () => {
  const value = toValue(parsed('{"__proto__":{"admin":true}}').root);
  assert.ok(value !== null && typeof value === 'object' && !Array.isArray(value));
  assert.deepEqual(Object.keys(value), ['__proto__']);
  assert.equal('admin' in value, false);
  assert.equal('constructor' in value, false);
});

test('integers beyond 2^53 keep every digit in a plain value', () => {
  const text = '[9007199254740991,9007199254740993,-9007199254740993,1e300,1.5,-0,12345678901234567890]';
  assert.deepEqual(toValue(parsed(text).root), [
    9007199254740991,
    9007199254740993n,
    -9007199254740993n,
    1e300,
    1.5,
    -0,
    12345678901234567890n,
  ]);
  assert.equal(toValue(parsed('9'.repeat(100_000)).root), Infinity);
});

test('splice changes the named spans and no other byte', () => {
  const doc = parsed('{ "n":1.00, "s":"\\u00e9\\/", "t":"😀" }');
  const s = member(doc.root, 's');
  const n = member(doc.root, 'n');
  assert.ok(s !== undefined && n !== undefined);
  const edits = [
    { start: s.start, end: s.end, text: '"x"' },
    { start: n.start, end: n.end, text: '2' },
  ];
  assert.equal(splice(doc, edits).toString(), '{ "n":2, "s":"x", "t":"😀" }');
  assert.equal(splice(doc, []), doc.bytes);
});

test('splice with each node replaced by its own spelling gives the same bytes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
      const doc = parsed(JSON.stringify(value, undefined, 2));
      const edits: { start: number; end: number; text: string }[] = [];
      walk(doc.root, ({ kind, start, end }) => {
        if (kind !== 'object' && kind !== 'array') edits.push({ start, end, text: doc.text.slice(start, end) });
      });
      assert.deepEqual(splice(doc, edits), doc.bytes);
    }),
  );
});

test('overlapping or outlying edits throw', () => {
  const doc = parsed('[1,2]');
  const edit = (start: number, end: number) => ({ start, end, text: '' });
  assert.throws(() => splice(doc, [edit(1, 3), edit(2, 4)]), RangeError);
  assert.throws(() => splice(doc, [edit(4, 6)]), RangeError);
  assert.throws(() => splice(doc, [edit(3, 2)]), RangeError);
});

test('an encoded string is read back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      assert.equal(toValue(parsed(encodeJsonString(value)).root), value);
    }),
  );
  assert.equal(toValue(parsed(encodeJsonString('a\ud800b')).root), 'a\ufffdb');
});

test('values embedded in a text are read up to where JSON ends, with repeated keys and lone surrogates', () => {
  const text = ' {"a":1,"a":"\\ud800"}\n[2] and {"more":1}';
  const result = parseEmbedded(text, LIMITS);
  assert.ok(result.ok);
  const [first, second, ...others] = result.value;
  assert.ok(first?.kind === 'object' && second?.kind === 'array' && others.length === 0);
  assert.equal(text.slice(first.start, first.end), '{"a":1,"a":"\\ud800"}');
  assert.equal(stringMember({ ...first, members: first.members.slice(1) }, 'a'), '\ufffd');
  assert.equal(text.slice(second.start, second.end), '[2]');
});

test('a text that only begins like JSON has no embedded values; one beyond the limits is a fault', () => {
  for (const text of ['[INFO]', '{"a":', '"quoted" text', '', 'null', '1 {}']) {
    const result = parseEmbedded(text, LIMITS);
    assert.ok(result.ok && result.value.length === 0, text);
  }
  const deep = parseEmbedded('['.repeat(100), LIMITS);
  assert.ok(!deep.ok && deep.error.code === 'too_deep');
  const many = parseEmbedded('{} '.repeat(11), { depth: 2, nodes: 10 });
  assert.ok(!many.ok && many.error.code === 'too_many');
});

test('an embedded value may be a string that holds JSON again', () => {
  for (const value of [{ a: 1 }, [1], JSON.stringify([2])]) {
    const result = parseEmbedded(JSON.stringify(JSON.stringify(value)), LIMITS);
    assert.ok(result.ok && result.value[0]?.kind === 'string' && result.value[0].value === JSON.stringify(value));
  }
});
