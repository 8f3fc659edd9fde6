import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '#config/secrets.ts';
import { LIMITS } from '#limits.ts';
import { createPost } from '#notify/post.ts';
import { createTeams, teamsCard } from '#notify/teams.ts';
import { approvalNews } from '#test/fakes/approval-news.ts';
import { startWebhookServer } from '#test/fakes/webhook-server.ts';

type Element = { readonly type: string; readonly text?: string; readonly inlines?: readonly Element[] };
type Card = {
  readonly type: string;
  readonly attachments: readonly {
    readonly contentType: string;
    readonly content: {
      readonly type: string;
      readonly body: readonly Element[];
      readonly actions: readonly unknown[];
    };
  }[];
};
const contentOf = (card: object) => {
  const [attachment] = (card as Card).attachments;
  assert.ok(attachment);
  return attachment.content;
};
const textOf = (card: object): string =>
  contentOf(card)
    .body.map(({ inlines }) => (inlines ?? []).map(({ text }) => text).join(''))
    .join('\n');

test('a card says who asks for what until when, and has one button, which opens the page', () => {
  const news = approvalNews({ statement: 'ticket 17' });
  const card = teamsCard(news);
  assert.equal(
    textOf(card),
    [
      'A call waits for an approval',
      'Call: tools/call delete_customer',
      'Connection: customers',
      'Asked by: ada (person)',
      'Because: ticket 17',
      'Held by the rule: hold-deletes',
      'Decided by: 1 of okta:leads',
      'Waits until: 2026-07-01 00:10 UTC',
      `Id: ${news.id}`,
    ].join('\n'),
  );
  assert.deepEqual(contentOf(card).actions, [{ type: 'Action.OpenUrl', title: 'Review', url: news.url }]);
});

test('when it is over the card says what came of it; without pages it says how to look', () => {
  const over = teamsCard(approvalNews({ state: 'denied', decidedBy: 'grace', reason: 'not on a Friday' }));
  assert.match(textOf(over), /^Denied\n[\s\S]*Decided by: grace\nReason: not on a Friday\n/);
  const bare = teamsCard(approvalNews({ url: undefined }));
  assert.deepEqual(contentOf(bare).actions, []);
  assert.match(textOf(bare), /gatebook approvals show apr_/);
});

test('what whoever asks chose stands in text runs alone, where Markdown means nothing', () => {
  const evil = '[Approve](https[:]//evil[.]test) <at>everyone</at> **x**';
  const { body, actions } = contentOf(
    teamsCard(
      approvalNews({ name: evil, method: evil, requester: { subject: evil, kind: 'person' }, statement: evil }),
    ),
  );
  assert.ok(body.every(({ type }) => type === 'RichTextBlock'));
  assert.ok(body.flatMap(({ inlines }) => inlines ?? []).every(({ type }) => type === 'TextRun'));
  assert.doesNotMatch(JSON.stringify(actions), /evil/);
});

test('a card is posted to the workflow, and what it answers decides whether it is tried again', async (t) => {
  const server = await startWebhookServer(t);
  const open = createPost({ ca: undefined, proxy: undefined, limits: LIMITS, clock: () => 0 });
  t.after(open.close);
  const teams = createTeams(
    { kind: 'teams', name: 'ops', url: new Secret(`${server.url}?sig=1`), ca: undefined },
    open,
  );
  const tell = () => teams.tell(approvalNews(), undefined, AbortSignal.timeout(60_000));
  assert.deepEqual(await tell(), { ok: true, value: {} });
  assert.equal(server.heard[0]?.path, '/hook?sig=1');
  assert.deepEqual(JSON.parse(server.heard[0]?.body ?? ''), teamsCard(approvalNews()));
  server.answer = (response) => response.writeHead(429, { 'retry-after': '9' }).end();
  assert.deepEqual(await tell(), { ok: false, error: { reason: 'status_429', isFinal: false, retryAfterMs: 9_000 } });
  server.answer = (response) => response.socket?.destroy();
  assert.deepEqual(await tell(), { ok: false, error: { reason: 'unreachable', isFinal: false } });
});
