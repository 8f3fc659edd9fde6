import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Detector } from '#masking/engine/detector.ts';
import { createMasker, type MaskedMessage } from '#masking/masker.ts';
import type { MaskerSettings } from '#masking/masking-settings.ts';
import { parseJson, type JsonDocument } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';
import { err } from '#result.ts';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
const CREDENTIAL = 'ghp_"s3cr3t/credential';
const SETTINGS: MaskerSettings = { key: Buffer.alloc(32, 1), store: { operator: 'token', fields: [] } };
const INLINE: MaskerSettings = {
  ...SETTINGS,
  inline: { detectors: ['SECRET'], operator: 'token', connections: ['github'] },
};

function document(text: string | Buffer): JsonDocument {
  const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  assert.ok(doc.ok, String(text));
  return doc.value;
}

function mask(
  message: unknown,
  settings = SETTINGS,
  secrets = [TOKEN, CREDENTIAL],
  connection = 'github',
): MaskedMessage {
  const masker = createMasker(settings);
  const doc = document(typeof message === 'string' ? message : JSON.stringify(message));
  const result = masker.maskMessage(doc, {
    direction: 'response',
    connection,
    method: 'tools/call',
    secrets: masker.secretsOf(secrets),
  });
  assert.ok(result.ok, result.ok ? '' : result.error.reason);
  return result.value;
}

/** The stored copy as a value, every token spelled `[SECRET]`. */
const stored = (message: unknown, settings = SETTINGS): unknown =>
  JSON.parse(plain(mask(message, settings).stored.toString()));
const sent = (message: unknown, settings = SETTINGS): unknown =>
  JSON.parse(plain(mask(message, settings).send.toString()));
const plain = (text: string): string => text.replaceAll(/\[SECRET:k1:[a-z2-7]{13}\]/g, '[SECRET]');

test('a message without anything to hide is sent and stored as the very bytes it came in', () => {
  const doc = document(' {"result":{"n":1.00,"big":12345678901234567890,"s":"\\u00e9\\/"}} ');
  const masker = createMasker(INLINE);
  const result = masker.maskMessage(doc, {
    direction: 'response',
    connection: 'github',
    method: 'tools/call',
    secrets: masker.secretsOf([TOKEN]),
  });
  assert.ok(result.ok);
  assert.equal(result.value.send, doc.bytes);
  assert.equal(result.value.stored, doc.bytes);
  assert.deepEqual([result.value.findings, result.value.isBlocked, result.value.flags], [[], false, []]);
});

test('a value under the name of a secret is replaced as a whole, whatever its type', () => {
  assert.deepEqual(
    stored({
      params: {
        arguments: {
          password: 'hunter2',
          api_key: 42,
          secret: { a: 1 },
          Cookie: ['a', 'b'],
          token: [true],
          user: 'alice',
        },
      },
    }),
    {
      params: {
        arguments: {
          password: '[SECRET]',
          api_key: '[SECRET]',
          secret: '[SECRET]',
          Cookie: '[SECRET]',
          token: '[SECRET]',
          user: 'alice',
        },
      },
    },
  );
});

test('what names secrets, or says of which kind they are, stays under such a name; a pair in a list has its secret replaced', () => {
  const value = {
    auth: { type: 'none' },
    credentials: 'include',
    secrets: [{ name: 'GH_TOKEN', created_at: '2024-08-10T14:59:22Z' }],
    required: ['token', 'owner', 'password', 'email'],
  };
  assert.deepEqual(stored(value), value);
  assert.deepEqual(stored({ secrets: [{ name: 'a', value: 'hunter2' }] }), { secrets: '[SECRET]' });
  assert.deepEqual(stored({ headers: [['authorization', 'Bearer x1']], argv: ['login', '--password', 'hunter2'] }), {
    headers: [['authorization', '[SECRET]']],
    argv: ['login', '--password', '[SECRET]'],
  });
});

test('a schema of an object is one wherever it stands, and a value in it is still a value', () => {
  const properties = { token: { type: 'string', description: 'Personal access token' } };
  const schema = { openapi: '3.1.0', schemas: { Login: { type: 'object', properties } } };
  assert.deepEqual(stored(schema), schema);
  for (const hidden of [{ default: 'hunter2' }, { value: 'hunter2' }, { 'x-example': 'hunter2' }])
    assert.ok(!JSON.stringify(stored({ type: 'object', properties: { password: hidden } })).includes('hunter2'));
  assert.ok(!JSON.stringify(stored({ type: 'object', properties: { password: 'hunter2' } })).includes('hunter2'));
});

test('null, empty values and a yes or no under the name of a secret keep their shape', () => {
  const value = { password: null, token: '', secret: {}, credentials: [], has_password: true };
  assert.deepEqual(stored(value), value);
});

test('values under the name of a secret are sent as they are, unless inline masking asks for secrets on that connection', () => {
  const message = { result: { password: 'hunter2', id: 5 } };
  assert.deepEqual(sent(message), message);
  assert.deepEqual(sent(message, INLINE), { result: { password: '[SECRET]', id: 5 } });
  const other: MaskerSettings = {
    ...SETTINGS,
    inline: { detectors: ['CREDIT_CARD'], operator: 'token', connections: ['*'] },
  };
  assert.deepEqual(sent(message, other), message);
  assert.equal(mask(message, INLINE, [], 'notes').send.toString(), JSON.stringify(message));
  assert.deepEqual(stored(message, other), { result: { password: '[SECRET]', id: 5 } });
});

test('inline masking uses its own operator, and the stored copy is then never the looser one', () => {
  const settings: MaskerSettings = {
    ...SETTINGS,
    inline: { detectors: 'default', operator: 'redact', connections: ['*'] },
  };
  const { send, stored: kept } = mask({ password: 'hunter2' }, settings);
  assert.equal(send.toString(), '{"password":"[SECRET]"}');
  assert.equal(kept.toString(), '{"password":"[SECRET]"}');
});

test('the caller token and the credential are in neither copy, in any form', () => {
  for (const secret of [TOKEN, CREDENTIAL]) {
    const forms = [
      secret,
      `Bearer ${secret}`,
      encodeURIComponent(secret),
      JSON.stringify({ note: secret }),
      JSON.stringify({ a: JSON.stringify({ b: JSON.stringify([secret]) }) }),
      `log: ${JSON.stringify({ note: secret })}`,
      Buffer.from(`x:${secret}`).toString('base64'),
      Buffer.from(`xy:${secret}`).toString('base64url'),
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret).toString('hex').toUpperCase(),
    ];
    for (const form of forms) {
      const {
        send,
        stored: kept,
        findings,
      } = mask({ result: { content: [{ type: 'text', text: `a\n${form}` }, form] } });
      for (const copy of [send.toString(), kept.toString()]) {
        assert.ok(!copy.includes(JSON.stringify(form).slice(1, -1)), form);
        assert.ok(copy.includes('[SECRET:'), form);
      }
      assert.ok(findings.some(({ inline }) => inline !== undefined));
    }
  }
});

test('a secret spelled with JSON escapes in the message itself is found', () => {
  const escaped = TOKEN.replaceAll(/./g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const { send } = mask(`{"result":{"text":"${escaped}","${escaped}":1}}`);
  assert.match(plain(send.toString()), /^\{"result":\{"text":"\[SECRET\]","\[SECRET\]":1\}\}$/);
});

test('a secret spelled with JSON escapes in JSON inside a string is found', () => {
  const escaped = TOKEN.replaceAll(/./g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  assert.deepEqual(sent({ text: `{"a":"${escaped}"}` }), { text: '{"a":"[SECRET]"}' });
});

test('secrets in keys and numbers below the name of a secret are masked in what is sent', () => {
  const { send, stored: kept } = mask({ password: { [TOKEN]: 4111222233334444 } }, SETTINGS, [
    TOKEN,
    '4111222233334444',
  ]);
  assert.equal(plain(send.toString()), '{"password":{"[SECRET]":"[SECRET]"}}');
  assert.equal(plain(kept.toString()), '{"password":"[SECRET]"}');
});

test('a secret in a key is replaced, in the pointer too, and keys stay different', () => {
  const hex = Buffer.from(TOKEN).toString('hex');
  const {
    send,
    stored: kept,
    findings,
  } = mask({ result: { [TOKEN]: 1, [hex]: 2, [`${TOKEN}~2`]: { password: 'x' } } });
  assert.equal(send.toString().includes(TOKEN) || kept.toString().includes(TOKEN), false);
  assert.deepEqual(
    Object.keys(document(send).root.kind === 'object' ? (JSON.parse(plain(send.toString())).result as object) : {}),
    ['[SECRET]', '[SECRET]~2', '[SECRET]~2~2'],
  );
  assert.ok(findings.every((finding) => !finding.pointer.includes(TOKEN)));
});

test('a secret that is a number is found as a number', () => {
  assert.equal(
    plain(mask({ result: [4111222233334444, 4] }, SETTINGS, ['4111222233334444']).send.toString()),
    '{"result":["[SECRET]",4]}',
  );
});

test('the exact secret is masked in what is sent also below the name of a secret', () => {
  const message = { params: { arguments: { password: { inner: `x ${TOKEN}` } } } };
  assert.deepEqual(sent(message), { params: { arguments: { password: { inner: 'x [SECRET]' } } } });
  assert.deepEqual(stored(message), { params: { arguments: { password: '[SECRET]' } } });
});

test('JSON inside a string is masked within, three levels deep, also when several values follow each other', () => {
  const inner = { password: 'hunter2', ok: 1 };
  const once = JSON.stringify(inner);
  const twice = JSON.stringify({ body: once });
  const thrice = JSON.stringify([twice]);
  for (const text of [
    once,
    ` ${once}`,
    `${once}\n${once}`,
    `${once} and more`,
    twice,
    thrice,
    '{"a":1,"a":2,"password":"hunter2"}',
  ]) {
    const kept = mask({ result: { content: [{ type: 'text', text }] } });
    assert.doesNotMatch(kept.stored.toString(), /hunter2/, text);
    assert.match(kept.send.toString(), /hunter2/);
    assert.equal(kept.findings[0]?.pointer, '/result/content/0/text');
    assert.doesNotMatch(mask({ result: { content: [{ type: 'text', text }] } }, INLINE).send.toString(), /hunter2/);
  }
  assert.deepEqual(stored({ text: once }), { text: '{"password":"[SECRET]","ok":1}' });
});

test('JSON inside a string that cannot be looked into within bounds is stored as a placeholder', () => {
  const deep = `${'['.repeat(100)}{"password":"hunter2"}${']'.repeat(100)}`;
  const four = JSON.stringify([JSON.stringify([JSON.stringify([JSON.stringify({ password: 'hunter2' })])])]);
  for (const text of [deep, four]) {
    const kept = mask({ text });
    assert.doesNotMatch(kept.stored.toString(), /hunter2/);
    assert.deepEqual(kept.flags, ['budget']);
    assert.equal(kept.send.toString(), JSON.stringify({ text }));
  }
});

test('text that only begins like JSON is left alone', () => {
  for (const text of ['[INFO] started', '{name}', '[', '{"a":', '[1] [2', '[link](https://example.com)']) {
    assert.equal(mask({ text }, INLINE).stored.toString(), JSON.stringify({ text }));
  }
});

test('a tool may take a parameter called password, but a value in its schema is a value', () => {
  const inputSchema = {
    type: 'object',
    properties: {
      password: { type: 'string', description: 'the password', minLength: 8 },
      login: { type: 'object', properties: { api_key: { type: 'string' } } },
      token: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      secret: true,
    },
    required: ['password'],
    $defs: { token: { type: 'string' } },
  };
  const list = {
    jsonrpc: '2.0',
    id: 1,
    result: { tools: [{ name: 'login', inputSchema, outputSchema: inputSchema }] },
  };
  assert.deepEqual(stored(list, INLINE), list);
  const withValue = (properties: object) => ({
    result: { tools: [{ name: 'x', inputSchema: { type: 'object', properties } }] },
  });
  const leaky = [
    { password: { type: 'string', default: 'hunter2' } },
    { password: { examples: ['hunter2'] } },
    { password: { anyOf: [{ const: 'hunter2' }] } },
    { password: { items: { enum: ['hunter2'] } } },
    { password: { properties: { value: { default: 'hunter2' } } } },
    { password: 'hunter2' },
    { password: ['hunter2'] },
    { login: { default: { password: 'hunter2' } } },
    { login: { password: 'hunter2' } },
  ];
  for (const properties of leaky) {
    assert.doesNotMatch(mask(withValue(properties)).stored.toString(), /hunter2/, JSON.stringify(properties));
  }
  assert.doesNotMatch(
    mask({
      result: { structuredContent: { inputSchema: { properties: { password: { v: 'hunter2' } } } } },
    }).stored.toString(),
    /hunter2/,
  );
});

test('opaque ids are no secrets, and what is in them is not rewritten on its way', () => {
  const opaque = {
    params: { requestState: '{"password":"hunter2"}', cursor: 'c', _meta: { progressToken: 'p' } },
    result: { nextCursor: 'n', requestState: 'abc' },
  };
  assert.deepEqual(sent(opaque, INLINE), opaque);
  const kept = JSON.stringify(stored(opaque));
  assert.equal(kept.match(/"\[opaque:k1:[0-9a-v]{13}\]"/g)?.length, 5);
  assert.equal(JSON.stringify(stored(JSON.parse(kept) as object)), kept);
  assert.deepEqual(sent({ params: { requestState: TOKEN } }), { params: { requestState: '[SECRET]' } });
});

test('findings name rule, place and count, never the value', () => {
  const { findings } = mask({ result: { 'a/b': [{ password: 'hunter2' }], t: `${TOKEN} ${TOKEN}` } });
  const exact = {
    rule: 'exact-secret',
    type: 'SECRET',
    pointer: '/result/t',
    count: 2,
    store: 'token',
    inline: 'token',
  };
  assert.deepEqual(findings, [
    { rule: 'field-name', type: 'SECRET', pointer: '/result/a~1b/0/password', count: 1, store: 'token' },
    exact,
  ]);
});

test('equal secrets get equal tokens, in whatever form they came', () => {
  const tokens = mask({ a: TOKEN, b: Buffer.from(TOKEN).toString('hex') })
    .stored.toString()
    .match(/\[SECRET:[^\]]*\]/g);
  assert.equal(tokens?.length, 2);
  assert.equal(tokens[0], tokens[1]);
});

test('a message with very many secrets is masked to the last one', () => {
  const rows = Array.from({ length: LIMITS.tokensPerMessage * 2 }, (_, i) => ({ password: `hunter${i}` }));
  const kept = mask({ rows });
  assert.doesNotMatch(kept.stored.toString(), /hunter/);
  assert.deepEqual([...kept.flags].sort(), ['budget', 'truncated']);
  assert.equal(
    kept.findings.reduce((sum, finding) => sum + finding.count, 0),
    rows.length,
  );
});

const key = fc.constantFrom(
  'password',
  'token',
  'user',
  'result',
  'params',
  'tools',
  'inputSchema',
  'properties',
  TOKEN,
  'requestState',
  '_meta',
);
const leaf = fc.oneof(
  fc.constantFrom(
    TOKEN,
    CREDENTIAL,
    `x ${TOKEN} y`,
    'hunter2',
    '[SECRET]',
    '',
    null,
    true,
    12,
    Buffer.from(CREDENTIAL).toString('base64'),
  ),
  fc.string({ unit: 'grapheme' }),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    fc.array(tie('tree'), { maxLength: 3 }),
    tie('tree').map((value) => JSON.stringify(value)),
  ),
}));
const settingsArbitrary = fc.constantFrom<MaskerSettings>(SETTINGS, INLINE, {
  ...SETTINGS,
  store: { operator: 'redact', fields: ['user'] },
});

test('a secret quoted once more than embedded JSON is followed is masked once, not again', () => {
  for (let quotes = 1, value = TOKEN; quotes <= 8; quotes += 1) {
    value = JSON.stringify(value);
    const once = mask({ result: value }).stored.toString();
    assert.equal(once.includes(TOKEN), false);
    assert.equal(mask(once).stored.toString(), once, `${quotes} times quoted`);
  }
});

test('masking what is masked changes nothing', () => {
  fc.assert(
    fc.property(tree, settingsArbitrary, (value, settings) => {
      const once = mask({ result: value }, settings).stored;
      const { stored: twice, send } = mask(once.toString(), settings);
      assert.equal(twice.toString(), once.toString());
      assert.equal(send.toString(), once.toString());
    }),
    { numRuns: 400 },
  );
});

test('neither copy holds a secret, and the stored copy holds nothing the sent one hides', () => {
  fc.assert(
    fc.property(tree, settingsArbitrary, (value, settings) => {
      const { send, stored: kept } = mask({ params: value }, settings);
      const needles = [
        TOKEN,
        JSON.stringify(CREDENTIAL).slice(1, -1),
        CREDENTIAL,
        Buffer.from(CREDENTIAL).toString('base64'),
      ];
      for (const needle of needles) {
        assert.equal(send.includes(needle), false);
        assert.equal(kept.includes(needle), false);
      }
      if (!send.includes('hunter2')) assert.equal(kept.includes('hunter2'), false);
      document(send);
      document(kept);
    }),
    { numRuns: 400 },
  );
});

test('a rule that throws lets nothing through and gives nothing away', () => {
  const failing: Detector = {
    types: ['SECRET'],
    needs: 0,
    find: ({ text }) => {
      throw new TypeError(`cannot handle ${text}`);
    },
  };
  const masker = createMasker({ ...SETTINGS, detectors: [failing] });
  const result = masker.maskMessage(document('{"a":"hunter2"}'), {
    direction: 'request',
    connection: 'x',
    method: '',
    secrets: masker.secretsOf([]),
  });
  assert.deepEqual(result, { ok: false, error: { code: 'masking_failed', reason: 'TypeError' } });
});

test('a further detector masks the stored copy, and the sent one where its type is inline', () => {
  const card: Detector = {
    types: ['CREDIT_CARD'],
    needs: 0,
    find: (scan) => {
      const at = scan.text.search(/\d{16}/);
      if (at >= 0) scan.propose({ start: at, end: at + 16, type: 'CREDIT_CARD', rule: 'card', base: 1 });
    },
  };
  const settings: MaskerSettings = { ...SETTINGS, store: { operator: 'redact', fields: [] }, detectors: [card] };
  const message = { text: 'card 4111111111111111.' };
  const kept = mask(message, settings);
  assert.equal(kept.stored.toString(), '{"text":"card [CREDIT_CARD]."}');
  assert.equal(kept.send.toString(), JSON.stringify(message));
  const inline: MaskerSettings = {
    ...settings,
    inline: { detectors: ['CREDIT_CARD'], operator: 'redact', connections: ['*'] },
  };
  assert.equal(mask(message, inline).send.toString(), '{"text":"card [CREDIT_CARD]."}');
});

test('a header is stored without secrets, with every string bounded and well-formed', () => {
  const masker = createMasker(SETTINGS);
  const secrets = masker.secretsOf([TOKEN, CREDENTIAL]);
  const header = { method: 'resources/read', name: `file:///x?t=${TOKEN}`, client: { name: CREDENTIAL }, bytes: 3 };
  assert.deepEqual(JSON.parse(plain(masker.maskHeader(header, secrets))), {
    method: 'resources/read',
    name: 'file:///x?t=[SECRET]',
    client: { name: '[SECRET]' },
    bytes: 3,
  });
  const untouched = { method: 'ping', name: '' };
  assert.equal(masker.maskHeader(untouched, undefined), JSON.stringify(untouched));
  const straddling = JSON.parse(masker.maskHeader({ name: 'x'.repeat(LIMITS.nameChars - 4) + TOKEN }, secrets)) as {
    name: string;
  };
  assert.equal(straddling.name.includes(TOKEN.slice(0, 4)), false);
  assert.ok(straddling.name.length <= LIMITS.nameChars + 1);
  assert.ok((JSON.parse(masker.maskHeader({ name: 'a\ud800' }, undefined)) as { name: string }).name.isWellFormed());
});

test('a line of text is freed of secrets', () => {
  const masker = createMasker(SETTINGS);
  const secrets = masker.secretsOf([TOKEN]);
  assert.equal(
    plain(masker.maskText(`Authorization: Bearer ${TOKEN}; ok`, secrets)),
    'Authorization: Bearer [SECRET]; ok',
  );
  assert.equal(masker.maskText('nothing', secrets), 'nothing');
});

test('only a message over the bound is masked elsewhere; others have their outcome at once', async () => {
  const asked: [Buffer, string][] = [];
  const fault = err({ code: 'masking_failed', reason: 'too_slow' } as const);
  const masker = createMasker(SETTINGS, {
    hereBytes: 100,
    mask: (bytes, _context, owner) => {
      asked.push([bytes, owner]);
      return Promise.resolve(fault);
    },
  });
  const context = { direction: 'request', connection: 'x', method: '', secrets: masker.secretsOf([]) } as const;
  const messageOf = (bytes: number): JsonDocument => document(`{"a":"${'x'.repeat(bytes - 8)}"}`);
  const atBound = messageOf(100);
  assert.deepEqual(masker.maskAnySize(atBound, context, 'ada'), masker.maskMessage(atBound, context));
  const large = messageOf(101);
  const late = masker.maskAnySize(large, context, 'ada');
  assert.ok(late instanceof Promise);
  assert.deepEqual([await late, asked], [fault, [[large.bytes, 'ada']]]);
  assert.equal(createMasker(SETTINGS).maskAnySize(large, context, 'ada') instanceof Promise, false);
});

const DETECTING: MaskerSettings = {
  key: Buffer.alloc(32, 1),
  store: { operator: 'redact', fields: [], detectors: 'default' },
};
const TOOL_ANSWER = {
  jsonrpc: '2.0',
  id: 'ada@example.com',
  result: {
    content: [{ type: 'text', text: '{"name":"Ada Lovelace","ssn":"078-05-1120"}' }],
    structuredContent: { customer: { name: 'Ada Lovelace', phone: 4155550123 }, 'ada@example.com': true },
  },
};

test('what detectors find is masked in what is stored, in strings, numbers, keys and JSON in strings, and sent as it is', () => {
  const { stored: kept, send, findings } = mask(TOOL_ANSWER, DETECTING);
  assert.deepEqual(JSON.parse(kept.toString()), {
    jsonrpc: '2.0',
    id: '[EMAIL_ADDRESS]',
    result: {
      content: [{ type: 'text', text: '{"name":"[PERSON]","ssn":"[US_SSN]"}' }],
      structuredContent: { customer: { name: '[PERSON]', phone: '[PHONE_NUMBER]' }, '[EMAIL_ADDRESS]': true },
    },
  });
  assert.equal(send.toString(), JSON.stringify(TOOL_ANSWER));
  assert.deepEqual(
    findings.map(({ type, pointer, count }) => `${type} ${pointer} ${count}`),
    [
      'EMAIL_ADDRESS /id 1',
      'PERSON /result/content/0/text 1',
      'US_SSN /result/content/0/text 1',
      'PERSON /result/structuredContent/customer/name 1',
      'PHONE_NUMBER /result/structuredContent/customer/phone 1',
      'EMAIL_ADDRESS /result/structuredContent/[EMAIL_ADDRESS] 1',
    ],
  );
});

test('inline masks its types for the caller, and the stored copy is never looser, whatever its own list says', () => {
  const settings: MaskerSettings = {
    ...DETECTING,
    store: { operator: 'redact', fields: [], detectors: ['PERSON'] },
    inline: { detectors: ['US_SSN', 'EMAIL_ADDRESS'], operator: 'redact', connections: ['*'] },
  };
  const { stored: kept, send } = mask(TOOL_ANSWER, settings);
  const sentValue = JSON.parse(send.toString()) as typeof TOOL_ANSWER;
  assert.equal(sentValue.result.content[0]?.text, '{"name":"Ada Lovelace","ssn":"[US_SSN]"}');
  assert.deepEqual(Object.keys(sentValue.result.structuredContent), ['customer', '[EMAIL_ADDRESS]']);
  assert.equal(sentValue.id, 'ada@example.com', 'an answer is found by its id');
  assert.equal(
    kept.includes('078-05-1120') || kept.includes('Ada Lovelace') || kept.includes('ada@example.com'),
    false,
  );
});

test('masking what is masked changes nothing', () => {
  const settings: MaskerSettings = { ...DETECTING, store: { operator: 'token', fields: [], detectors: 'default' } };
  const once = mask(TOOL_ANSWER, settings).stored.toString();
  assert.equal(mask(once, settings).stored.toString(), once);
});

test('the same value has the same token wherever it stands', () => {
  const settings: MaskerSettings = { ...DETECTING, store: { operator: 'token', fields: [], detectors: 'default' } };
  const tokens = mask(TOOL_ANSWER, settings)
    .stored.toString()
    .match(/\[PERSON:k1:[a-z2-7]{13}\]/g);
  assert.equal(tokens?.length, 2);
  assert.equal(new Set(tokens).size, 1);
});

test('past the budget a message is refused for its caller, or the rest is masked as a whole; in the book it always is', () => {
  const mail = 'ada.lovelace@example.com';
  const rest = Array.from({ length: 20 }, (_, at) => `${mail} ${'word '.repeat(50)}${at}`);
  const message = { result: { content: [`${mail} first`, ...rest] } };
  const settings = (changes: Partial<MaskerSettings>): MaskerSettings => ({
    ...SETTINGS,
    store: { ...SETTINGS.store, detectors: 'default' },
    work: 2_000,
    ...changes,
  });
  const inline = { detectors: ['EMAIL_ADDRESS'], operator: 'redact', connections: ['github'] } as const;
  const outcomeOf = (changes: Partial<MaskerSettings>) => {
    const masker = createMasker(settings(changes));
    const context = { direction: 'response', connection: 'github', method: '', secrets: masker.secretsOf([]) } as const;
    return masker.maskMessage(document(JSON.stringify(message)), context);
  };
  const refused = { ok: false, error: { code: 'masking_failed', reason: 'over_budget' } };
  assert.deepEqual(outcomeOf({ inline }), refused);
  assert.deepEqual(outcomeOf({ inline, overBudget: 'block' }), refused);
  const masked = outcomeOf({ inline, overBudget: 'mask' });
  assert.ok(masked.ok);
  assert.deepEqual(masked.value.flags, ['budget']);
  assert.match(masked.value.send.toString(), /\["\[EMAIL_ADDRESS\] first",.*"\[SECRET\]"\]/);
  for (const copy of [masked.value.send, masked.value.stored]) assert.equal(copy.includes(mail), false);
  // nobody asked to have the caller's copy looked at
  const storedOnly = outcomeOf({});
  assert.ok(storedOnly.ok);
  assert.deepEqual([storedOnly.value.flags, storedOnly.value.stored.includes(mail)], [['budget'], false]);
  assert.deepEqual(JSON.parse(storedOnly.value.send.toString()), message);
  const enough = outcomeOf({ inline, work: 200_000 });
  assert.deepEqual([enough.ok, enough.ok && enough.value.flags], [true, []]);
});
