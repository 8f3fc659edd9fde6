/** `parse`: strict JSON, one JSON-RPC message, headers that agree. Input: header lines, a blank line, the body; or a body. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { checkHeaders } from '#mcp/headers.ts';
import { member, parseJson, splice, stringMember, toValue } from '#mcp/json.ts';
import type { JsonDocument, JsonNode } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import type { ProtocolEra } from '#mcp/revisions/versions.ts';
import type { Result } from '#result.ts';
import { fuzzTarget } from '../target.ts';
import type { FuzzTarget, FuzzVerdict } from '../target.ts';

type Headers = readonly (readonly [string, string])[];
type Read = {
  readonly body: Buffer;
  readonly headers: Headers;
  readonly document: ReturnType<typeof parseJson>;
  readonly message: ReturnType<typeof readMessage> | undefined;
  readonly era: Result<ProtocolEra, unknown> | undefined;
};

function splitInput(input: Buffer): { readonly headers: Headers; readonly body: Buffer } {
  const blank = input.indexOf('\n\n');
  if (blank === -1) return { headers: [], body: input };
  const headers = input
    .toString('latin1', 0, blank)
    .split('\n')
    .map((line): readonly [string, string] => {
      const colon = line.indexOf(':');
      return colon === -1 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)];
    });
  return { headers, body: input.subarray(blank + 2) };
}

/** What any other reader makes of the bytes; undefined for what none would take. */
function readPlainly(body: Buffer): { readonly value: unknown } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Equal but for integers that a double cannot hold, which keep their value here. */
function assertSame(node: JsonNode, plain: unknown, document: JsonDocument): void {
  const spelled = document.text.slice(node.start, node.end);
  switch (node.kind) {
    case 'object': {
      assert.ok(typeof plain === 'object' && plain !== null && !Array.isArray(plain), 'an object is none');
      // JSON.parse keeps the last of several: fewer keys than members means that one was repeated.
      assert.equal(Object.keys(plain).length, node.members.length, 'a key is repeated');
      for (const { key, keyStart, keyEnd, value } of node.members) {
        assert.equal(JSON.parse(document.text.slice(keyStart, keyEnd)), key, 'a key is not where it says');
        assertSame(value, Object.getOwnPropertyDescriptor(plain, key)?.value, document);
      }
      return;
    }
    case 'array':
      assert.ok(Array.isArray(plain) && plain.length === node.items.length, 'an array of another length');
      for (const [index, item] of node.items.entries()) assertSame(item, plain[index], document);
      return;
    case 'number': {
      const value = toValue(node);
      assert.ok(Object.is(Number(value), plain), `${spelled} became another number`);
      if (typeof value === 'bigint') assert.equal(value, BigInt(spelled));
      return;
    }
    default:
      assert.deepEqual(toValue(node), plain);
      assert.deepEqual(JSON.parse(spelled), plain, 'a value is not where it says');
  }
}

/** In any string, also one that JSON.parse drops because its key comes again. */
const hasLoneSurrogate = (body: Buffer): boolean =>
  [...body.toString('utf8').matchAll(/"(?:[^"\\]|\\.)*"/g)].some(([text]) => !String(JSON.parse(text)).isWellFormed());

function verifyDocument({ body, document }: Read): JsonDocument | undefined {
  const plainly = readPlainly(body);
  if (!document.ok) {
    const isStricter = document.error.code !== 'parse_error' || plainly === undefined || hasLoneSurrogate(body);
    assert.ok(isStricter, `valid JSON was refused: ${document.error.message}`);
    return undefined;
  }
  assert.ok(plainly !== undefined, 'something was accepted that is no JSON');
  assertSame(document.value.root, plainly.value, document.value);
  assert.equal(splice(document.value, []), document.value.bytes);
  const { root } = document.value;
  const [part] = root.kind === 'object' ? root.members.map(({ value }) => value) : [root];
  if (part !== undefined) {
    const text = document.value.text.slice(part.start, part.end);
    const spliced = splice(document.value, [{ start: part.start, end: part.end, text }]);
    assert.ok(spliced.equals(body), 'splicing a value by itself changed the bytes');
  }
  return document.value;
}

/** A reader without regard to case, which lets the last key win, must understand the same (Go encoding/json). */
function foldedMember(node: JsonNode | undefined, key: string): JsonNode | undefined {
  if (node?.kind !== 'object') return undefined;
  return node.members.findLast((candidate) => candidate.key.toLowerCase() === key.toLowerCase())?.value;
}

function verifyMessage(message: Message): void {
  const { root } = message.doc;
  for (const key of ['jsonrpc', 'id', 'method', 'params', 'result', 'error'])
    assert.equal(foldedMember(root, key), member(root, key), `${key} is read in two ways`);
  assert.equal(stringMember(root, 'jsonrpc'), '2.0');
  if (message.kind === 'response') {
    assert.equal(member(root, 'method'), undefined);
    assert.ok((member(root, 'result') === undefined) !== (member(root, 'error') === undefined));
    return;
  }
  assert.equal(stringMember(root, 'method'), message.method);
  assert.equal(member(root, 'id') !== undefined, message.kind === 'request');
  for (const key of ['name', 'uri', 'arguments', '_meta'])
    assert.equal(foldedMember(message.params, key), member(message.params, key), `${key} is read in two ways`);
  if (message.method === 'tools/call') assert.equal(stringMember(message.params, 'name'), message.name);
  if (message.method === 'resources/read') assert.equal(stringMember(message.params, 'uri'), message.name);
}

const decoded = (value: string): string => {
  const [, base64] = /^=\?base64\?(.*)\?=$/.exec(value) ?? [];
  return base64 === undefined ? value : Buffer.from(base64, 'base64').toString('utf8');
};

function verifyHeaders(message: Message, headers: Headers, era: ProtocolEra): void {
  const named = (wanted: string): readonly string[] =>
    headers.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value.replace(/^[ \t]+|[ \t]+$/g, '')] : []));
  const isNamed =
    message.kind === 'request' && ['tools/call', 'prompts/get', 'resources/read'].includes(message.method);
  for (const method of named('mcp-method'))
    assert.ok(message.kind !== 'response' && method === message.method, 'a header names another method');
  for (const name of named('mcp-name'))
    if (isNamed) assert.equal(decoded(name), message.name, 'a header names something else');
  assert.ok(named('mcp-method').length <= 1 && named('mcp-name').length <= 1, 'a header is repeated');
  if (era !== 'modern' || message.kind !== 'request') return;
  assert.equal(named('mcp-method').length, 1, 'a modern request without its method in a header');
  if (isNamed) assert.equal(named('mcp-name').length, 1, 'a modern request without its name in a header');
}

export type Parsing = Pick<typeof REAL, keyof typeof REAL>;
const REAL = { parseJson, readMessage, checkHeaders };

function verify(read: Read): FuzzVerdict {
  const document = verifyDocument(read);
  if (document === undefined || read.message?.ok !== true) return 'refused';
  verifyMessage(read.message.value);
  if (read.era?.ok !== true) return 'refused';
  verifyHeaders(read.message.value, read.headers, read.era.value);
  return 'accepted';
}

const META =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},"progressToken":7}';
const CORPUS = [
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_note","arguments":{"n":9007199254740993,"s":"\\u00e9\\ud83d\\ude00","d":-1.50e+2,"l":[true,false,null,{}]}}}',
  `mcp-protocol-version: 2026-07-28\nmcp-method: tools/call\nmcp-name: get_note\n\n{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"get_note","arguments":{},${META}}}`,
  `Mcp-Protocol-Version: 2026-07-28\nMcp-Method: resources/read\nMcp-Name: =?base64?bWVtbzovL8OpL2E=?=\n\n{"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"memo://\u00e9/a",${META}}}`,
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}',
  '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"x"}}',
  '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hello"}],"isError":false}}',
  '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}',
  '{"jsonrpc":"2.0","id":2,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"},"argument":{"name":"path","value":""}}}',
  '{"jsonrpc":"2.0","id":2,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["memo://a"]}}}',
  '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
  '{"__proto__":{"a":1},"constructor":1e400,"":[[[[[[]]]]]],"a\\u0000":-0}',
].map((text) => Buffer.from(text));
const WORDS = [
  '"jsonrpc":"2.0",',
  '"Method":"ping",',
  '"method":"tools/call",',
  '"id":1,',
  '"n\\u0061me":"x",',
  '"name":"x",',
  '"__proto__":1,',
  '{"a":',
  '[',
  ']',
  '{',
  '}',
  '"',
  ',',
  ':',
  '\\',
  '\\ud800',
  '\\u0000',
  '\ufeff',
  '\u017f',
  '1e999',
  '-0',
  '9007199254740993',
  '00',
  '\n\n',
  'mcp-name: x\n',
  'mcp-method: tools/call\n',
  '=?base64?YQ==?=',
  'null',
  ' ',
  '\t',
];

const json = fc.json({ maxDepth: 6 });
const key = fc.constantFrom(
  'jsonrpc',
  'id',
  'method',
  'params',
  'result',
  'error',
  'Method',
  'METHOD',
  'ID',
  '__proto__',
  'name',
  'uri',
);
const value = fc.oneof(
  json,
  fc.constantFrom(
    '"2.0"',
    '1',
    '"a"',
    '"tools/call"',
    '"ping"',
    '{}',
    '{"name":"x"}',
    '{"uri":"a:b","URI":"c"}',
    'null',
  ),
);
const objectText = fc
  .array(fc.tuple(key, value), { maxLength: 7 })
  .map((members) => `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`);
const call = fc
  .record({
    method: fc.constantFrom('tools/call', 'prompts/get', 'ping', 'x/y', 'notifications/x'),
    name: fc.string(),
    header: fc.option(fc.string()),
    args: json,
  })
  .map(({ method, name, header, args }) => {
    const body = `{"jsonrpc":"2.0","id":1,"method":"${method}","params":{"name":${JSON.stringify(name)},"arguments":${args}}}`;
    return header === null ? body : `mcp-method: ${method}\nmcp-name: ${header}\n\n${body}`;
  });

export const jsonTarget = (parsing: Parsing = REAL): FuzzTarget =>
  fuzzTarget<Read>({
    name: 'parse',
    corpus: CORPUS,
    words: WORDS,
    made: fc.oneof(json, objectText, call).map((text) => Buffer.from(text)),
    run(input) {
      const { headers, body } = splitInput(input);
      const document = parsing.parseJson(body, { depth: 64, nodes: 250_000 });
      const message = document.ok ? parsing.readMessage(document.value) : undefined;
      const era = message?.ok === true ? parsing.checkHeaders(message.value, headers) : undefined;
      return { body, headers, document, message, era };
    },
    verify: (_input, read) => verify(read),
  });
