import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMasker, type MaskerSettings } from '#masking/masker.ts';
import { createLineMask } from '#masking/mask-line.ts';
import { DEFAULT_ENTITIES } from '#masking/engine/entities.ts';
import { SecretSet } from '#masking/secret-set.ts';
import { parseJson } from '#mcp/json.ts';

const MAIL = 'ada@example.com';
const SSN = '078-05-1120';
const BASE: MaskerSettings = {
  key: Buffer.alloc(32, 1),
  store: { operator: 'redact', fields: [], detectors: 'default' },
};
const INLINE: MaskerSettings = {
  ...BASE,
  inline: { detectors: 'default', operator: 'redact', connections: ['*'] },
};

function mask(message: unknown, settings = INLINE) {
  const doc = parseJson(Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)), {
    depth: 64,
    nodes: 10_000,
  });
  assert.ok(doc.ok);
  const masked = createMasker(settings).maskMessage(doc.value, {
    direction: 'response',
    connection: 'c',
    method: 'tools/call',
    secrets: SecretSet.EMPTY,
  });
  assert.ok(masked.ok);
  return masked.value;
}

/** A text as it is stored; with the same rules inline it is sent so too, and masking it again changes nothing. */
function text(value: string): string {
  const once = mask({ result: { content: [{ type: 'text', text: value }] } });
  assert.deepEqual(once.send, once.stored);
  const again = mask(once.stored.toString());
  assert.equal(again.stored.toString(), once.stored.toString());
  const read = JSON.parse(once.stored.toString()) as { result: { content: [{ text: string }] } };
  return read.result.content[0].text;
}

const base64 = (value: string): string => Buffer.from(value).toString('base64');
const unbase64 = (value: string): string => Buffer.from(value, 'base64').toString();

test('JSON lines are masked by their keys, also behind a line that is none', () => {
  assert.equal(
    text(`started\n{"name":"Ada Lovelace","n":1}\noops\n{"password":"hunter22","ok": true}`),
    'started\n{"name":"[PERSON]","n":1}\noops\n{"password":"[SECRET]","ok": true}',
  );
});

test('cells of a table are masked by the name of their column, and stay in place', () => {
  assert.equal(
    text(
      `id,full_name,password,note\r\n1,Ada Lovelace,hunter22,"mail ""${MAIL}"", please"\r\n2,"Lovelace, Ada",,x\r\n`,
    ),
    `id,full_name,password,note\r\n1,[PERSON],[SECRET],"mail ""[EMAIL_ADDRESS]"", please"\r\n2,"[PERSON]",,x\r\n`,
  );
  assert.equal(text('name\temail\nAda Lovelace\tnone\n'), 'name\temail\n[PERSON]\tnone\n');
  assert.equal(
    text(`people:\n\nname;age\nAda Lovelace;36\n\nand ${MAIL}`),
    'people:\n\nname;age\n[PERSON];36\n\nand [EMAIL_ADDRESS]',
  );
});

test('Base64 of text is looked into, and written again as it was', () => {
  const masked = text(`config: ${base64(`{"email":"${MAIL}","count":7}`)} (encoded)`);
  const [, encoded = ''] = /^config: (\S+) \(encoded\)$/.exec(masked) ?? [];
  assert.equal(unbase64(encoded), '{"email":"[EMAIL_ADDRESS]","count":7}');
  assert.equal(unbase64(text(base64(base64(`write to ${MAIL} today`)))), base64('write to [EMAIL_ADDRESS] today'));
});

test('what is encoded deeper than anybody looks is replaced', () => {
  let value = `write to ${MAIL} today`;
  for (let level = 0; level < 6; level++) value = base64(value);
  let masked = text(value);
  for (let level = 0; level < 3; level++) masked = unbase64(masked);
  assert.equal(masked, '[SECRET]');
});

test('a data URL of text is looked into', () => {
  const masked = text(`see data:text/csv;base64,${base64(`email,n\n${MAIL},1\n`)}`);
  assert.equal(unbase64(masked.slice(masked.indexOf(',') + 1)), 'email,n\n[EMAIL_ADDRESS],1\n');
});

test('values of a query are masked by their names', () => {
  assert.equal(
    text('crm://find?full_name=Ada+Lovelace&page=2&password=hunter22'),
    'crm://find?full_name=[PERSON]&page=2&password=[SECRET]',
  );
  assert.equal(text('x://y?q=ada%40example.com'), 'x://y?q=[EMAIL_ADDRESS]');
});

test('the text of a resource blob is masked in its Base64', () => {
  const blob = base64(`name,email\nAda Lovelace,${MAIL}\n`);
  const masked = mask({ result: { contents: [{ uri: 'file:///a.csv', mimeType: 'text/csv', blob }] } });
  const [content] = (JSON.parse(masked.send.toString()) as { result: { contents: [{ blob: string }] } }).result
    .contents;
  assert.equal(unbase64(content.blob), 'name,email\n[PERSON],[EMAIL_ADDRESS]\n');
});

const PNG = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, ...Buffer.alloc(80, 200)]).toString('base64');
const IMAGE = { type: 'image', data: PNG, mimeType: 'image/png' };
const RESOURCE = { type: 'resource', resource: { uri: 'file:///a.pdf', mimeType: 'application/pdf', blob: PNG } };

test('media goes its way as it is, and only its digest and size are stored', () => {
  const message = {
    result: { content: [IMAGE, RESOURCE, { type: 'text', text: `![x](data:image/png;base64,${PNG})` }] },
  };
  const masked = mask(message);
  assert.equal(masked.send.toString(), JSON.stringify(message));
  assert.equal(masked.stored.includes(PNG), false);
  assert.equal(masked.stored.toString().match(/\[(?:image|other):k1:[0-9a-v]{13}:88\]/g)?.length, 3);
  assert.deepEqual(
    masked.findings.map(({ rule, pointer }) => `${rule} ${pointer}`),
    ['media /result/content/0/data', 'media /result/content/1/resource/blob', 'media /result/content/2/text'],
  );
});

test('media that policy keeps from the caller is replaced by content of the right shape', () => {
  const message = { result: { content: [{ ...IMAGE, _meta: { a: 1 } }, RESOURCE] } };
  const dropped = mask(message, { ...INLINE, media: { send: { image: 'drop', other: 'hash' } } });
  const { content } = (JSON.parse(dropped.send.toString()) as { result: { content: unknown[] } }).result;
  assert.deepEqual(content[0], { type: 'text', text: '[image removed]' });
  const { resource } = content[1] as { resource: { text: string; blob?: string } };
  assert.match(resource.text, /^\[other:k1:[0-9a-v]{13}:88\]$/);
  assert.equal(resource.blob, undefined);
  assert.equal(dropped.stored.includes(PNG), false);
});

test('text that says it is an image does not pass as one', () => {
  const data = base64(`write to ${MAIL} today`);
  const { send } = mask({ result: { content: [{ type: 'image', data, mimeType: 'image/png' }] } });
  const [content] = (JSON.parse(send.toString()) as { result: { content: [{ data: string }] } }).result.content;
  assert.equal(unbase64(content.data), 'write to [EMAIL_ADDRESS] today');
});

test('keys that hold values are masked and stay apart', () => {
  const { send } = mask({ result: { structuredContent: { [MAIL]: 3, 'bob@example.com': 4 } } });
  assert.deepEqual(JSON.parse(send.toString()), {
    result: { structuredContent: { '[EMAIL_ADDRESS]': 3, '[EMAIL_ADDRESS]~2': 4 } },
  });
});

test('a number is masked by its spelling', () => {
  const { send } = mask('{"result":{"structuredContent":{"card":4111111111111111,"ssn":78051120,"n":1.50}}}');
  assert.match(send.toString(), /"card":"\[CREDIT_CARD\]".*"n":1\.50/);
});

test('the same value has the same token in the text and in the structure', () => {
  const value = { customer: { name: 'Ada Lovelace', ssn: SSN } };
  const settings: MaskerSettings = { ...BASE, store: { ...BASE.store, operator: 'token' } };
  const { stored } = mask(
    { result: { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value } },
    settings,
  );
  const tokens = stored.toString().match(/\[(?:PERSON|US_SSN):k1:[a-z2-7]{13}\]/g) ?? [];
  assert.equal(tokens.length, 4);
  assert.equal(new Set(tokens).size, 2);
});

test('places that are shown are those of the text as it came, also in a table, in lines and in Base64', () => {
  const line = createLineMask({
    key: Buffer.alloc(32),
    store: { operator: 'redact', fields: [] },
    types: new Set(DEFAULT_ENTITIES),
    situation: { connection: '', direction: 'response', method: '' },
  });
  const spansOf = (value: string): (readonly [string, string])[] => {
    const masked = line(Buffer.from(JSON.stringify({ text: value })));
    assert.ok(masked.ok);
    return masked.value.spans.map(({ start, end, type }) => [type, value.slice(start, end)]);
  };
  assert.deepEqual(spansOf(`name,x\n"Ada Lovelace",1\n\n{"ssn":"${SSN}"}\nto ${MAIL}`), [
    ['PERSON', 'Ada Lovelace'],
    ['US_SSN', SSN],
    ['EMAIL_ADDRESS', MAIL],
  ]);
  const encoded = base64(`xyz ${MAIL}`);
  const [found] = spansOf(`a ${encoded} b`);
  assert.equal(found?.[0], 'EMAIL_ADDRESS');
  assert.ok(unbase64(found?.[1] ?? '').includes('example') || encoded.includes(found?.[1] ?? '-'));
});
