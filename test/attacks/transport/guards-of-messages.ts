/** What stands between a message and whoever would read it in two ways. */
import type { Guard } from '../identity/guards.ts';
import { unmasked, without } from './guard-patches.ts';

const JSONRPC = 'src/mcp/jsonrpc.ts';
const JSON_FILE = 'src/mcp/json.ts';
const HEADERS = 'src/mcp/headers.ts';
const HEADER_VALUE = 'src/mcp/header-value.ts';
const SSE = 'src/mcp/sse.ts';
const RECEIVE = 'src/gateway/steps/receive.ts';
const UNDERSTAND = 'src/gateway/steps/understand.ts';
const RESPOND = 'src/gateway/steps/respond.ts';
const HTTP_ANSWER = 'src/upstream/http-answer.ts';
const HTTP_HEADERS = 'src/upstream/http-headers.ts';
const DECODED = 'src/upstream/decoded-body.ts';

export const MESSAGE_GUARDS: readonly Guard[] = [
  {
    guard: 'one message a body: the first of several is not taken for all',
    attacks: ['batch-hides-a-call', 'batch-of-one', 'batch-as-answer'],
    patches: [
      without(
        JSONRPC,
        '  const { root } = doc;\n',
        "  const root = doc.root.kind === 'array' ? (doc.root.items[0] ?? doc.root) : doc.root;\n",
      ),
    ],
  },
  {
    guard: 'a batch is told as one',
    attacks: ['batch-empty'],
    patches: [
      without(
        JSONRPC,
        "  if (root.kind === 'array') return err({ code: 'batch', reason: 'a batch', idText: undefined });\n",
      ),
    ],
  },
  {
    guard: 'nothing follows the value',
    attacks: ['two-messages', 'sse-two-messages-in-one'],
    patches: [
      without(
        JSON_FILE,
        "    return this.#at === this.#text.length ? root : this.#refuse('something follows the JSON value');",
        '    return root;',
      ),
    ],
  },
  {
    guard: 'no key twice',
    attacks: ['duplicate-name', 'duplicate-name-escaped', 'duplicate-method', 'duplicate-in-answer'],
    patches: [
      without(
        JSON_FILE,
        '        if (!this.#isLenient && isRepeated(key, members, seen))\n',
        '        if (Number.isNaN(keyStart))\n',
      ),
    ],
  },
  {
    guard: 'no key that differs from a known one only in case',
    attacks: ['name-in-other-case'],
    patches: [
      without(
        JSONRPC,
        "  if (hasCaseTwin(params, PARAMS_KEYS)) return 'a key of params differs from a known one only in case';\n",
      ),
    ],
  },
];

export const HEADER_GUARDS: readonly Guard[] = [
  {
    guard: '`Mcp-Method` says what the body says',
    attacks: ['header-method-differs'],
    patches: [
      without(
        HEADERS,
        "  if (message.kind === 'response' || header.value !== message.method) return fault(METHOD, 'differs');\n",
      ),
    ],
  },
  {
    guard: '`Mcp-Method` is there',
    attacks: ['header-method-missing'],
    patches: [without(HEADERS, "isRequired ? fault(METHOD, 'missing') : header", 'header')],
  },
  {
    guard: '`Mcp-Name` says what the body says',
    attacks: [
      'header-name-differs',
      'header-name-lies-in-legacy',
      'header-name-encoded',
      'header-name-half-encoded',
      'header-name-prefix-in-capitals',
    ],
    patches: [without(HEADERS, "  return isTrue ? header : fault(NAME, 'differs');", '  return header;')],
  },
  {
    guard: '`Mcp-Name` is there',
    attacks: ['header-name-missing'],
    patches: [without(HEADERS, "isRequired && isMirrored ? fault(NAME, 'missing') : header", 'header')],
  },
  {
    guard: 'a mirrored header stands there once',
    attacks: ['header-name-twice'],
    patches: [
      without(
        HEADERS,
        "this.#repeated.has(name) ? fault(name, 'repeated') : ok(this.#values.get(name))",
        "ok(name === 'mcp-name' ? 'get_note' : this.#values.get(name))",
      ),
    ],
  },
  {
    guard: 'one revision in header and body',
    attacks: ['header-version-differs'],
    patches: [
      without(HEADERS, "    } else if (version.value !== claimed) return fault(VERSION, 'differs');\n", '    }\n'),
    ],
  },
  {
    guard: 'one spelling of a name in Base64, of valid UTF-8',
    attacks: [
      'header-name-bad-base64',
      'header-name-unpadded',
      'header-name-stray-bits',
      'header-name-base64url',
      'header-name-not-utf8',
    ],
    patches: [
      without(HEADER_VALUE, "  if (bytes.toString('base64') !== encoded || !isUtf8(bytes)) return undefined;\n"),
      without(HEADER_VALUE, "import { isUtf8 } from 'node:buffer';\n"),
    ],
  },
  {
    guard: 'parameters in headers are decoded, and say what the body says (both)',
    attacks: ['header-param-bad-base64'],
    patches: [
      without(
        HEADERS,
        '  const params = checkParams(message, mirrored);\n',
        '  void checkParams;\n  const params = ok(undefined);\n',
      ),
    ],
  },
];

export const CODING_GUARDS: readonly Guard[] = [
  {
    guard: 'no compressed request',
    attacks: ['request-compressed'],
    patches: [
      without(
        RECEIVE,
        "  if (encodings.some((encoding) => encoding.toLowerCase() !== 'identity'))\n    return { code: 'content_type', reason: 'content_encoding' };\n",
      ),
    ],
  },
  {
    guard: 'answers are decoded before they are read',
    attacks: ['answer-compressed', 'sse-compressed'],
    patches: [without(HTTP_ANSWER, '  const body = decoded.value;\n', '  const { body } = response;\n')],
  },
  {
    guard: 'no more is decoded than was sent for',
    attacks: ['answer-bomb'],
    patches: [
      without(DECODED, "      this.#fail('content_encoding_ratio');\n", '      void 0;\n'),
      without(HTTP_ANSWER, '    if (length > bytesMax) {\n', '    if (length > bytesMax * 16) {\n'),
    ],
  },
  {
    guard: 'one known coding',
    attacks: ['answer-coded-twice'],
    patches: [
      without(
        DECODED,
        '  const named = coding.trim().toLowerCase();\n',
        "  const named = coding.split(',')[0]?.trim().toLowerCase() ?? '';\n",
      ),
    ],
  },
  {
    guard: 'a coded body has its end',
    attacks: ['answer-cut'],
    patches: [
      without(
        DECODED,
        "    decoder.once('error', () => {\n      this.#fail('content_encoding');\n",
        "    decoder.once('error', () => {\n      this.#isEnded = true;\n",
      ),
    ],
  },
];

export const SSE_GUARDS: readonly Guard[] = [
  {
    guard: 'CR ends a line',
    attacks: ['sse-cr', 'sse-mixed-ends'],
    patches: [
      without(SSE, '    let nextCr = chunk.indexOf(CR);\n', '    let nextCr = -1;\n'),
      without(SSE, '      if (nextCr !== -1 && nextCr < at) nextCr = chunk.indexOf(CR, at);\n'),
    ],
  },
  {
    guard: 'the byte order mark at the start is none of the first field',
    attacks: ['sse-bom'],
    patches: [
      without(
        SSE,
        'const hasBom = this.#isStart && spelled.subarray(0, BOM.length).equals(BOM);',
        'const hasBom = false && BOM.length > 0;',
      ),
    ],
  },
  {
    guard: 'and only there, and only one',
    attacks: ['sse-two-boms'],
    patches: [
      without(
        SSE,
        'const line = hasBom ? spelled.subarray(BOM.length) : spelled;',
        "const line = hasBom ? Buffer.from(spelled.toString('utf8').replace(/^\\ufeff+/, '')) : spelled;",
      ),
    ],
  },
  {
    guard: 'nothing of an event but its message goes down, and no id with NUL is one (both)',
    attacks: ['sse-nul-id', 'sse-secret-id'],
    patches: [
      without(SSE, 'if (!value.includes(0)) this.#id', 'this.#id'),
      without(
        RESPOND,
        'encodeSseEvent({ data: masked.send, event, ...fields })',
        'Buffer.concat([Buffer.from(`id: ${heard.sse?.id}\\n`), encodeSseEvent({ data: masked.send, event, ...fields })])',
      ),
    ],
  },
  {
    guard: 'comments and unknown fields stay here',
    attacks: ['sse-secret-comment', 'sse-secret-field'],
    patches: [
      without(
        SSE,
        '    if (line.length === 0) return this.#dispatch();\n',
        "    if (line.length === 0) return this.#dispatch();\n    if (!/^(?:data|event):/.test(line.toString('latin1'))) this.#event = line.toString('utf8').replaceAll('upstream', 'up-stream');\n",
      ),
      without(HTTP_ANSWER, "event.value.event === undefined || event.value.event === 'message'", 'true'),
      without(
        RESPOND,
        'gateway.masker.maskSentText(name, call.connection.name, call.secrets)',
        "name.replaceAll('up-stream', 'upstream')",
      ),
    ],
  },
  {
    guard: 'events of other types carry no message',
    attacks: ['sse-foreign-event'],
    patches: [without(HTTP_ANSWER, "event.value.event === undefined || event.value.event === 'message'", 'true')],
  },
  {
    guard: 'an event ends with an empty line',
    attacks: ['sse-unfinished'],
    patches: [
      without(
        'src/upstream/http-events.ts',
        '      if (chunk.value === null) return;\n      const events = decoder.push(chunk.value);\n',
        "      const events = decoder.push(chunk.value ?? Buffer.from('\\n\\n'));\n",
      ),
      without(
        'src/upstream/http-events.ts',
        '      if (!events.ok) {\n        yield TOO_LARGE;\n        return;\n      }\n',
        '      if (!events.ok) {\n        yield TOO_LARGE;\n        return;\n      }\n      if (chunk.value === null) return;\n',
      ),
    ],
  },
];

export const ANSWER_GUARDS: readonly Guard[] = [
  {
    guard: 'answers are masked, of whatever kind and from wherever',
    attacks: ['secret-in-error', 'secret-in-error-status', 'sse-cut-anywhere', 'task-result-secret'],
    patches: [unmasked],
  },
  {
    guard: 'of the headers of an answer only dates and seconds go down',
    attacks: ['secret-in-headers'],
    patches: [
      without(
        HTTP_HEADERS,
        "if (typeof value === 'string' && DOWN_VALUE[name]?.test(value) === true)",
        "if (typeof value === 'string')",
      ),
    ],
  },
  {
    guard: 'an answer has the id of its request',
    attacks: ['answer-to-another-id', 'answer-to-id-of-another-type', 'answer-before-its-turn'],
    patches: [
      without(
        UNDERSTAND,
        "  if (message.idKey === asked.idKey) return 'final';\n",
        "  if (message.idKey !== undefined) return 'final';\n",
      ),
    ],
  },
  {
    guard: 'a request is answered once',
    attacks: ['answer-twice'],
    patches: [
      without(UNDERSTAND, "  if (heard.closed) return 'late';\n"),
      without(
        'src/gateway/relay.ts',
        '        call.reply.end();\n        gateway.admission.leave(place);\n',
        '        gateway.admission.leave(place);\n',
      ),
    ],
  },
];

export const PAGE_GUARDS: readonly Guard[] = [
  {
    guard: 'only allowed origins',
    attacks: ['origin-of-another-site', 'origin-null'],
    patches: [without(RECEIVE, 'origins.every((origin) => gateway.allowedOrigins.has(origin))', 'origins.length < 2')],
  },
  {
    guard: 'all of several origins',
    attacks: ['origin-twice'],
    patches: [
      without(RECEIVE, 'origins.every((origin) => gateway.allowedOrigins.has(origin))', 'origins.some(() => true)'),
    ],
  },
  {
    guard: 'only own names in `Host`',
    attacks: ['host-rebound', 'host-looks-local'],
    patches: [
      without(
        'src/gateway/host.ts',
        '  if (allowed === undefined) return true;\n',
        '  if (headers.has("host")) return true;\n',
      ),
    ],
  },
];
