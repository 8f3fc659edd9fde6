/**
 * What stands in each way past inspection, as changes to the source that take it away (test/attacks/identity/guards.ts
 * says how they are used). Where two guards stand behind one another both are taken away, and the words say so.
 */
import type { Guard, Patch } from '../identity/guards.ts';

const without = (file: string, find: string, replace = ''): Patch => ({ file, find, replace });
const JSONRPC = 'src/mcp/jsonrpc.ts';
const JSON_FILE = 'src/mcp/json.ts';
const HEADERS = 'src/mcp/headers.ts';
const HEADER_VALUE = 'src/mcp/header-value.ts';
const SSE = 'src/mcp/sse.ts';
const RECEIVE = 'src/gateway/steps/receive.ts';
const UNDERSTAND = 'src/gateway/steps/understand.ts';
const RESPOND = 'src/gateway/steps/respond.ts';
const MASK_ANSWER = 'src/gateway/steps/mask-answer.ts';
const HTTP_ANSWER = 'src/upstream/http-answer.ts';
const HTTP_HEADERS = 'src/upstream/http-headers.ts';
const DECODED = 'src/upstream/decoded-body.ts';
const KEEP = 'src/gateway/steps/keep-to-caller.ts';
const BIND = 'src/gateway/steps/bind-answer.ts';
const BINDINGS = 'src/bindings/bindings.ts';
const FOLLOW = 'src/gateway/steps/follow-binding.ts';
const CONVERSATION = 'src/upstream/conversation.ts';
const MESSAGE_DECISION = 'src/policy/message-decision.ts';

const MESSAGE_GUARDS: readonly Guard[] = [
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

const HEADER_GUARDS: readonly Guard[] = [
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

const CODING_GUARDS: readonly Guard[] = [
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

const SSE_GUARDS: readonly Guard[] = [
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
        'encodeSseEvent({ data: masked.send, event })',
        'Buffer.concat([Buffer.from(`id: ${heard.sse?.id}\\n`), encodeSseEvent({ data: masked.send, event })])',
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
      without(RESPOND, 'gateway.masker.maskText(name, call.secrets)', "name.replaceAll('up-stream', 'upstream')"),
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

/** The answer goes down as it came. */
const unmasked: Patch = without(
  MASK_ANSWER,
  '  return ok({ ...understood, masked: masked.value });',
  '  return ok({ ...understood, masked: { ...masked.value, send: message.doc.bytes } as never });',
);

const ANSWER_GUARDS: readonly Guard[] = [
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
        '        call.reply.end();\n        gateway.admission.leave(call.id);\n',
        '        gateway.admission.leave(call.id);\n',
      ),
    ],
  },
];

const everybodysTasks: Patch = without(
  BINDINGS,
  '      const own = rows.find((row) => ids.owner.equals(row.owner));\n',
  '      const own = rows[0];\n',
);

const BINDING_GUARDS: readonly Guard[] = [
  {
    guard: 'a task is its caller’s alone',
    attacks: [
      'task-get',
      'task-result',
      'task-cancel',
      'task-get-modern',
      'task-update',
      'task-listen',
      'task-after-restart',
      'task-list',
      'task-news',
      'task-question',
    ],
    patches: [everybodysTasks],
  },
  {
    guard: 'a task nobody was given is nobody’s',
    attacks: ['task-unknown'],
    patches: [
      without(
        FOLLOW,
        "    if (looked.value.whose !== 'own') return err(unknownTask(call, message, looked.value.whose));\n    makers.push(looked.value.made);\n",
        "    makers.push(looked.value.whose === 'own' ? looked.value.made : { call: '', method: 'tools/call', name: 'get_note' });\n    void unknownTask;\n",
      ),
    ],
  },
  {
    guard: 'the id of a living task is not given out again',
    attacks: ['task-taken-over'],
    patches: [
      without(
        'src/store/binding-table.ts',
        "      return 'taken';\n",
        "      database.prepare('DELETE FROM bindings WHERE digest = ?').run(digest);\n",
      ),
    ],
  },
  {
    guard: 'a task is bound to the call that made it',
    attacks: ['task-result-secret', 'task-list'],
    patches: [
      without(
        BIND,
        '  return made === undefined ? ok(understood) : bind(understood, made, gateway);',
        '  void bind;\n  void made;\n  return ok(understood);',
      ),
    ],
  },
  {
    guard: 'news and questions are kept back from all but their caller',
    attacks: ['task-news', 'task-question', 'news-of-unreadable'],
    patches: [
      without(
        KEEP,
        '    return ok(reason === undefined ? understood : { ...understood, keptBack: reason });',
        '    void reason;\n    return ok(understood);',
      ),
    ],
  },
  {
    guard: 'what is kept back is not released',
    attacks: ['task-news'],
    patches: [without(RESPOND, "answer.role === 'late' || answer.keptBack !== undefined", "answer.role === 'late'")],
  },
  {
    guard: 'a task is permitted as its call is',
    attacks: ['task-past-policy'],
    patches: [
      without(
        'src/policy/policy.ts',
        '  const { method, name } = input.follows ?? input;\n',
        "  const { method, name } = input.follows === undefined ? input : { method: 'tools/call', name: 'get_note' };\n",
      ),
    ],
  },
  {
    guard: 'a state is its caller’s, for its call, at its connection',
    attacks: ['state-of-another', 'state-for-another-tool', 'state-at-another-connection'],
    patches: [everybodysTasks],
  },
  {
    guard: 'a call made again is authorised again',
    attacks: ['state-past-policy'],
    patches: [
      without(
        'src/gateway/steps/await-approval.ts',
        "      return err({ code: 'denied', reason: decision.reason, decision });\n",
        '      return ok({ ...call, approval: undefined });\n',
      ),
      without(
        'src/gateway/steps/authorize.ts',
        "  if (decision.effect === 'deny') {\n",
        "  const isRetry = call.message.kind === 'request' && call.follows !== undefined;\n  if (decision.effect === 'deny' && !isRetry) {\n",
      ),
    ],
  },
];

const CALLER_GUARDS: readonly Guard[] = [
  {
    guard: 'a session is its caller’s',
    attacks: ['session-post', 'session-delete'],
    patches: [
      without(
        'src/gateway/sessions.ts',
        'held === undefined || held.caller !== owner.caller || held.connection !== owner.connection',
        'held === undefined',
      ),
    ],
  },
  {
    guard: 'who subscribes must be allowed to read',
    attacks: ['subscribe-unreadable'],
    patches: [
      without(
        'src/policy/method-use.ts',
        '  if (READS_RESOURCE.has(method)) return resourceUse(name);\n',
        "  if (READS_RESOURCE.has(method)) return { kind: 'implicit', method, name: '' };\n",
      ),
    ],
  },
  {
    guard: 'so must who listens, for each resource',
    attacks: ['listen-unreadable'],
    patches: [
      without(
        MESSAGE_DECISION,
        '  for (const uri of message.subscribedUris) {\n',
        '  for (const uri of message.subscribedUris.slice(0, 1)) {\n',
      ),
    ],
  },
];

const someoneIsMeant: readonly Patch[] = [
  without(
    CONVERSATION,
    'this.#open.size !== 1 || this.#abandoned.size > 0 || this.#parts.speaker.caller === undefined',
    'this.#open.size !== 1',
  ),
];

const SHARED_GUARDS: readonly Guard[] = [
  {
    guard: 'on a shared process nobody is taken for whom a question is for',
    attacks: ['shared-question'],
    patches: someoneIsMeant,
  },
  {
    guard: 'nor for whom news are for',
    attacks: ['shared-news'],
    patches: someoneIsMeant,
  },
  {
    guard: 'only who was asked may answer',
    attacks: ['shared-answer-unasked'],
    patches: [
      without(
        CONVERSATION,
        '    if (idText === undefined || asked === undefined || !isSameSender(asked, request))\n',
        '    if (idText === undefined)\n',
      ),
    ],
  },
  {
    guard: 'only who made a call may cancel it',
    attacks: ['shared-cancel'],
    patches: [without(CONVERSATION, 'call.idKey === idKey && isSameSender(call, request)', 'call.idKey === idKey')],
  },
  {
    guard: 'news of a subscription go to who made it',
    attacks: ['shared-subscription-id'],
    patches: [
      without(
        CONVERSATION,
        '    if (call !== undefined) call.messages.push(restored(doc, wireId, call), false);\n',
        '    if (call !== undefined) for (const other of this.#open.values()) other.messages.push(restored(doc, wireId, other), false);\n',
      ),
    ],
  },
];

const PAGE_GUARDS: readonly Guard[] = [
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

export const GUARDS: readonly Guard[] = [
  ...MESSAGE_GUARDS,
  ...HEADER_GUARDS,
  ...CODING_GUARDS,
  ...SSE_GUARDS,
  ...ANSWER_GUARDS,
  ...BINDING_GUARDS,
  ...CALLER_GUARDS,
  ...SHARED_GUARDS,
  ...PAGE_GUARDS,
];
