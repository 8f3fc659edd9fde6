/**
 * Microsoft Teams, by an incoming webhook of its Workflows: an Adaptive Card with a button that opens the page of the request.
 * What whoever asks chose stands in text runs, which know no Markdown, so that nothing of it becomes a link, a picture or a
 * mention. https://learn.microsoft.com/power-automate/teams/overview, https://adaptivecards.io/explorer/TextRun.html
 */
import { answerFault } from '#notify/answer-fault.ts';
import { linesOf, noPageText, titleOf } from '#notify/news-text.ts';
import type { ApprovalNews, Notifier } from '#notify/notifier.ts';
import type { TeamsSettings } from '#notify/notifier-settings.ts';
import type { OpenPost } from '#notify/post.ts';
import { err, ok } from '#result.ts';

const run = (text: string, weight: 'Default' | 'Bolder' = 'Default'): object => ({ type: 'TextRun', text, weight });
const line = (...inlines: readonly object[]): object => ({ type: 'RichTextBlock', inlines });

export function teamsCard(news: ApprovalNews): object {
  const { url, id, state } = news;
  const isAsked = state === 'pending';
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      line({ type: 'TextRun', text: titleOf(news), weight: 'Bolder', size: 'Large' }),
      ...linesOf(news).map(([label, text]) => line(run(`${label}: `, 'Bolder'), run(text))),
      ...(isAsked && url === undefined ? [line(run(noPageText(id)))] : []),
    ],
    actions: url === undefined ? [] : [{ type: 'Action.OpenUrl', title: isAsked ? 'Review' : 'Open', url }],
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

export function createTeams(settings: TeamsSettings, { post, close }: OpenPost): Notifier {
  return {
    name: settings.name,
    kind: 'teams',
    async tell(news, _ref, signal) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(teamsCard(news));
      const answered = await post({ url: new URL(settings.url.reveal()), headers, body }, signal);
      if (!answered.ok) return err({ reason: answered.error, isFinal: false });
      const fault = answerFault(answered.value);
      return fault === undefined ? ok({}) : err(fault);
    },
    close,
  };
}
