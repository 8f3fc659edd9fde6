/** Blocking and dropping, on a whole gateway: what goes up, what comes down, what is kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMasker } from '#masking/masker.ts';
import type { MaskerSettings } from '#masking/masking-settings.ts';
import { ok } from '#result.ts';
import { fakeGateway, GRACE_TOKEN, toolCall } from '#test/fakes/gateway.ts';
import { listenGateway } from '#test/fakes/gateway-server.ts';
import { headerOf, shapeOf } from '#test/fakes/ledger.ts';
import { jsonAnswer, sseAnswer } from '#test/fakes/upstream.ts';

const MAIL = 'ada.lovelace@acme.com';
const SSN = '078-05-1120';
const EMAIL_ONLY = { entities: new Set(['EMAIL_ADDRESS']), copies: new Set(['inline', 'store'] as const) };

const gatewayWith = (more: Partial<MaskerSettings>) =>
  fakeGateway({
    masker: createMasker({
      key: Buffer.alloc(32, 7),
      store: { operator: 'token', fields: [], detectors: 'default' },
      ...more,
    }),
  });
const answerOf = (text: string, structuredContent: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }], structuredContent } });
const bodyOf = (args: object): string => JSON.stringify(toolCall('get_note', args));
const kept = (gateway: ReturnType<typeof gatewayWith>): string =>
  gateway.ledger.entries.map(({ header, payload }) => `${header} ${payload?.toString() ?? '-'}`).join('\n');

test('a request with a blocked value never goes up; its record has the findings, the policy and no arguments', async (t) => {
  const gateway = gatewayWith({ rules: [{ ...EMAIL_ONLY, operator: 'block' }] });
  const { ask } = await listenGateway(t, gateway);
  const answer = await ask({ body: bodyOf({ to: MAIL, note: 'n0te' }) });
  assert.equal(answer.status, 200);
  const { result } = JSON.parse(answer.text) as {
    result: { isError: boolean; content: readonly { text: string }[]; _meta: object };
  };
  assert.equal(result.isError, true);
  assert.match(result.content[0]?.text ?? '', /holds values that may not pass here.*denied; call /);
  assert.match(JSON.stringify(result._meta), /"code":"denied","executed":"no"/);
  assert.deepEqual(gateway.upstream.sent, []);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['denied denied']);
  const [entry] = gateway.ledger.entries;
  assert.ok(entry !== undefined);
  assert.equal(entry.payload, null);
  assert.equal(entry.mask.n, 1);
  assert.equal(typeof entry.pol, 'string');
  const { masking, reason, code } = headerOf(entry);
  assert.deepEqual([reason, code], ['masking_block', 'denied']);
  assert.deepEqual(masking, [
    {
      rule: 'email',
      type: 'EMAIL_ADDRESS',
      pointer: '/params/arguments/to',
      count: 1,
      store: 'block',
      inline: 'block',
    },
  ]);
  assert.ok(!kept(gateway).includes(MAIL) && !kept(gateway).includes('n0te'));
});

test('an answer with a blocked value is withheld, said to have run, and closes its intent with the findings', async (t) => {
  const gateway = gatewayWith({ rules: [{ ...EMAIL_ONLY, direction: 'response', operator: 'block' }] });
  const { ask } = await listenGateway(t, gateway);
  gateway.upstream.answering = () => ok(jsonAnswer(answerOf(`write to ${MAIL}`)));
  const answer = await ask({ body: bodyOf({ to: MAIL }) });
  assert.match(answer.text, /is withheld; the call may have run/);
  assert.match(answer.text, /"code":"denied","executed":"unknown"/);
  assert.ok(!answer.text.includes(MAIL));
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['intent open', 'result withheld of 0']);
  const result = gateway.ledger.entries[1];
  assert.ok(result !== undefined);
  assert.equal(result.payload, null);
  assert.equal(result.mask.n, 1);
  assert.equal(headerOf(result).masking?.[0]?.inline, 'block');
  assert.ok(gateway.upstream.sent[0]?.body.includes(MAIL), 'the rule is about answers');
  assert.ok(!kept(gateway).includes(MAIL));
});

test('a blocked message on the way to the answer ends the call in its place', async (t) => {
  const gateway = gatewayWith({ rules: [{ ...EMAIL_ONLY, operator: 'block' }] });
  const { ask } = await listenGateway(t, gateway);
  const note = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: { to: MAIL } } };
  gateway.upstream.answering = () => ok(sseAnswer([JSON.stringify(note), answerOf('fine')]));
  const { text } = await ask({ body: bodyOf({}) });
  assert.ok(!text.includes(MAIL) && !text.includes('fine'), text);
  assert.match(text, /"code":"denied","executed":"unknown"/);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['intent open', 'result withheld of 0']);
  assert.ok(!kept(gateway).includes(MAIL));
});

test('dropped values are gone from arguments and answers, and what is left is what was sent', async (t) => {
  const gateway = gatewayWith({ rules: [{ ...EMAIL_ONLY, operator: 'drop' }] });
  const { ask } = await listenGateway(t, gateway);
  gateway.upstream.answering = () =>
    ok(jsonAnswer(answerOf(`to ${MAIL}`, { mails: ['x', MAIL, 'y'], who: { mail: MAIL, id: 1.0 }, last: MAIL })));
  const { text } = await ask({ body: bodyOf({ to: MAIL, cc: [MAIL, MAIL], note: 'hello' }) });
  assert.match(gateway.upstream.sent[0]?.body.toString() ?? '', /"arguments":\{"cc":\[\],"note":"hello"\}/);
  assert.equal(text, answerOf('', { mails: ['x', 'y'], who: { id: 1.0 } }));
  assert.ok(!kept(gateway).includes(MAIL));
});

test('an exemption by audience shows the value to its callers alone, and keeps it from the book for all', async (t) => {
  const gateway = gatewayWith({
    inline: { detectors: ['US_SSN'], operator: 'redact', connections: ['*'] },
    rules: [
      { entities: new Set(['US_SSN']), groups: ['okta:readers'], copies: new Set(['inline']), operator: undefined },
      { groups: ['okta:nobody'], copies: new Set(['inline']), operator: 'block' },
    ],
  });
  const { ask } = await listenGateway(t, gateway);
  gateway.upstream.answering = () => ok(jsonAnswer(answerOf(`ssn ${SSN}`)));
  assert.equal((await ask({ body: bodyOf({}) })).text, answerOf(`ssn ${SSN}`));
  assert.ok(!kept(gateway).includes(SSN));
  assert.deepEqual(headerOf(gateway.ledger.entries[1]).masking, [
    { rule: 'ssn', type: 'US_SSN', pointer: '/result/content/0/text', count: 1, store: 'token' },
  ]);
});

test('without the group of an exemption the caller gets what everybody gets', async (t) => {
  const gateway = gatewayWith({
    inline: { detectors: ['US_SSN'], operator: 'redact', connections: ['*'] },
    rules: [{ groups: ['okta:support'], copies: new Set(['inline']), operator: undefined }],
  });
  const { ask } = await listenGateway(t, gateway);
  gateway.upstream.answering = () => ok(jsonAnswer(answerOf(`ssn ${SSN}`)));
  const { text } = await ask({ body: bodyOf({}), headers: { authorization: `Bearer ${GRACE_TOKEN}` } });
  assert.equal(text, answerOf('ssn [US_SSN]'));
});

test('an exemption of one tool and place keeps the value in both copies there, and nowhere else', async (t) => {
  const gateway = gatewayWith({
    inline: { detectors: 'default', operator: 'redact', connections: ['*'] },
    rules: [
      {
        ...EMAIL_ONLY,
        tools: ['get_note'],
        pointers: [['result', 'structuredContent', 'support']],
        operator: undefined,
      },
    ],
  });
  const { ask } = await listenGateway(t, gateway);
  gateway.upstream.answering = () => ok(jsonAnswer(answerOf('x', { support: MAIL, mail: MAIL })));
  const { text } = await ask({ body: bodyOf({}) });
  const expected = answerOf('x', { support: MAIL, mail: '[EMAIL_ADDRESS]' });
  assert.equal(text, expected);
  assert.equal(gateway.ledger.entries[1]?.payload?.toString(), expected);
});
