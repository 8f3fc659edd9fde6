import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { decisionModal } from '#signin/slack/decision-modal.ts';
import { anApproval, TERMS } from '#test/fakes/approval.ts';

type Block = {
  readonly type: string;
  readonly block_id?: string;
  readonly element?: {
    readonly options?: readonly { readonly value: string; readonly text: { readonly text: string } }[];
  };
  readonly elements?: readonly { readonly elements: readonly { readonly text: string }[] }[];
};
const modal = (
  asked: unknown,
  other: Parameters<typeof anApproval>[0] = {},
  { scopes = TERMS.scopes, beside }: { scopes?: typeof TERMS.scopes; beside?: object } = {},
) =>
  decisionModal({
    approval: anApproval(other),
    scopes,
    beside,
    lift: 'admin',
    asked,
    sealed: 'sealed',
    url: 'https://gatebook.example/approvals/apr_1',
    limits: LIMITS,
  }) as { readonly blocks: readonly Block[]; readonly private_metadata: string };
const argumentsIn = ({ blocks }: { readonly blocks: readonly Block[] }): string =>
  blocks
    .filter(({ type }) => type === 'rich_text')
    .flatMap(({ elements = [] }) => elements.flatMap((one) => one.elements.map(({ text }) => text)))
    .join('');
const choicesIn = ({ blocks }: { readonly blocks: readonly Block[] }): readonly string[] =>
  blocks.flatMap(({ element }) => element?.options?.map(({ value }) => value) ?? []);

test('all arguments are there, in pieces that Slack takes, with hidden characters spelled out', () => {
  const asked = { id: 7, text: '😀'.repeat(2_500), name: 'del\u202eete\u200b' };
  const shown = modal(asked);
  assert.equal(
    argumentsIn(shown),
    JSON.stringify(asked, undefined, 2).replace('\u202e', '\\u{202e}').replace('\u200b', '\\u{200b}'),
  );
  for (const { elements = [] } of shown.blocks.filter(({ type }) => type === 'rich_text'))
    for (const { elements: texts } of elements)
      for (const { text } of texts) assert.ok(text.length <= 3_000 && text.isWellFormed());
});

test('whoever decides chooses between what they may agree to and a no, and nothing is chosen before', () => {
  assert.deepEqual(choicesIn(modal({})), ['once', 'call', 'tool', 'deny']);
  assert.deepEqual(choicesIn(modal({}, {}, { scopes: ['once'] })), ['once', 'deny']);
  assert.equal(JSON.stringify(modal({})).includes('initial_option'), false);
  for (const { element } of modal({}).blocks)
    for (const { text } of element?.options ?? []) assert.ok(text.text.length <= 75, text.text);
});

test('what is too long to be read here cannot be agreed to here, and where it can be is said', () => {
  const shown = modal({ text: 'x'.repeat(LIMITS.slackArgumentChars) });
  assert.deepEqual(choicesIn(shown), ['deny']);
  assert.equal(argumentsIn(shown), '');
  assert.match(JSON.stringify(shown), /https:\/\/gatebook\.example\/approvals\/apr_1/);
});

test('what the server gets beside the arguments is there too, and counts towards what can be read here', () => {
  const beside = { _meta: { 'example.com/force': true } };
  const shown = modal({ id: 7 }, {}, { beside });
  assert.match(argumentsIn(shown), /"id": 7\n\}\{\n.*example\.com\/force/s);
  const long = modal({}, {}, { beside: { _meta: { text: 'x'.repeat(LIMITS.slackArgumentChars) } } });
  assert.deepEqual(choicesIn(long), ['deny']);
});

test('nobody is offered a yes before whoever asks said why, where the rule wants to know', () => {
  const terms = { ...TERMS, asks: { reason: true } };
  assert.deepEqual(choicesIn(modal({}, { terms })), ['deny']);
  assert.deepEqual(choicesIn(modal({}, { terms, statement: { reason: 'a dead entry', atMs: 1 } })).length, 4);
});

test('it says who asks, what they say of it, and who decided already; nothing of it is markup', () => {
  const reason = '<!channel> *bold*';
  const text = JSON.stringify(
    modal(
      {},
      {
        name: '<https://evil.example|click>',
        statement: { reason, ticket: 'OPS-17', atMs: 1 },
        votes: [
          {
            by: { issuer: 'https://okta.example', subject: 'lena' },
            effect: 'approve',
            scope: 'once',
            reason,
            atMs: 1,
          },
        ],
      },
    ),
  );
  for (const part of [
    'ada of https://okta.example (person, through okta:cli)',
    'OPS-17',
    'as with the level admin',
    'Approved (once) by lena',
  ])
    assert.ok(text.includes(part), part);
  const markup = text.match(/"type":"mrkdwn","text":"[^"]*"/g) ?? [];
  assert.equal(markup.length, 1, 'the link to our own page');
  assert.equal(/evil|channel/.test(markup.join('')), false);
});

test('a modal at its largest is one that Slack takes', () => {
  const vote = { by: { issuer: 'i'.repeat(2_000), subject: 's' }, effect: 'approve', scope: 'once', atMs: 1 } as const;
  const { blocks } = modal(
    { text: 'x'.repeat(LIMITS.slackArgumentChars - 100) },
    { votes: Array.from({ length: 20 }, () => ({ ...vote, reason: 'r'.repeat(1_000) })) },
  );
  assert.ok(blocks.length <= 100);
  assert.ok(JSON.stringify(blocks).length < 250_000);
});
