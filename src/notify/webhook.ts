/**
 * A webhook, signed as Standard Webhooks says (https://www.standardwebhooks.com): HMAC-SHA-256 over id, time and the exact
 * body. The id is the same whenever the same is told again, so that whoever receives it can leave out what came twice.
 */
import { createHmac } from 'node:crypto';
import { answerFault } from '#notify/answer-fault.ts';
import type { ApprovalNews, NewsState, Notifier } from '#notify/notifier.ts';
import type { WebhookSettings } from '#notify/notifier-settings.ts';
import type { OpenPost } from '#notify/post.ts';
import { err, ok } from '#result.ts';

export type WebhookParts = OpenPost & {
  /** Unix milliseconds. */
  readonly clock: () => number;
};

const SECRET_PREFIX = 'whsec_';
const SECOND_MS = 1_000;

/** `v1,<Base64>`. @param secret `whsec_` and Base64 */
export function webhookSignature(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** `approval.asked`, then what came of it. */
const typeOf = (state: NewsState): string => `approval.${state === 'pending' ? 'asked' : state}`;

const timeText = (ms: number): string => new Date(ms).toISOString();

export function webhookBody(news: ApprovalNews, nowMs: number): string {
  const { id, state, connection, method, name, requester, rule, approvers, needed, yes, url, flood } = news;
  return JSON.stringify({
    type: typeOf(state),
    timestamp: timeText(nowMs),
    data: {
      id,
      state,
      connection,
      method,
      name,
      requester,
      rule,
      approvers,
      needed,
      yes,
      askedAt: timeText(news.askedAtMs),
      expiresAt: timeText(news.expiresAtMs),
      url: url ?? null,
      flood: flood ?? null,
      statement: news.statement ?? null,
      decidedBy: news.decidedBy ?? null,
      reason: news.reason ?? null,
    },
  });
}

export function createWebhook(settings: WebhookSettings, { post, clock, close }: WebhookParts): Notifier {
  return {
    name: settings.name,
    kind: 'webhook',
    async tell(news, _ref, signal) {
      const nowMs = clock();
      const id = `${news.id}_${news.revision}`;
      const timestamp = String(Math.floor(nowMs / SECOND_MS));
      const body = webhookBody(news, nowMs);
      const signatures = settings.secrets.map((secret) => webhookSignature(secret.reveal(), id, timestamp, body));
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signatures.join(' '),
      };
      const answered = await post({ url: new URL(settings.url.reveal()), headers, body }, signal);
      if (!answered.ok) return err({ reason: answered.error, isFinal: false });
      const fault = answerFault(answered.value);
      return fault === undefined ? ok({}) : err(fault);
    },
    close,
  };
}
