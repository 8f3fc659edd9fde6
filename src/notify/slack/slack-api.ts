/**
 * Slack's Web API, as far as Gatebook needs it: one method at a time, answered or refused in Slack's own words. Refuses to
 * know what is posted. https://docs.slack.dev/apis/web-api
 */
import type { NoticeFault, NoticePost } from '#notify/notifier.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type SlackMethod = 'chat.postMessage' | 'chat.update' | 'chat.postEphemeral' | 'views.open';

/** Of an answer with `ok: true`. */
export type SlackAnswer = Readonly<Record<string, unknown>>;

export type SlackApi = {
  call(method: SlackMethod, body: object, signal: AbortSignal): Promise<Result<SlackAnswer, NoticeFault>>;
};

export type SlackApiParts = {
  /** `https://slack.com/api/` */
  readonly api: URL;
  /** Read at each call: it is a secret that is never kept in clear. */
  readonly token: { reveal(): string };
  readonly post: NoticePost;
};

/** What passes by itself; everything else that Slack answers has to be mended by somebody. */
const PASSING: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'ratelimited',
  'rate_limited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);
const WORD = /^[a-z0-9_]{1,64}$/;
const SERVER_ERROR = 500;
const TOO_MANY = 429;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): SlackAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const wordOf = ({ error }: SlackAnswer): string =>
  typeof error === 'string' && WORD.test(error) ? error : 'answer_invalid';

export function createSlackApi({ api, token, post }: SlackApiParts): SlackApi {
  return {
    async call(method, body, signal) {
      const headers = {
        authorization: `Bearer ${token.reveal()}`,
        'content-type': 'application/json; charset=utf-8',
        accept: 'application/json',
      };
      const answered = await post({ url: new URL(method, api), headers, body: JSON.stringify(body) }, signal);
      if (!answered.ok) return err({ reason: answered.error, isFinal: false });
      const { status, retryAfterMs, body: text } = answered.value;
      const waits = retryAfterMs === undefined ? {} : { retryAfterMs };
      if (status === TOO_MANY) return err({ reason: 'ratelimited', isFinal: false, ...waits });
      if (status >= SERVER_ERROR) return err({ reason: `status_${status}`, isFinal: false, ...waits });
      // Slack says no with 200 too; another status is somebody else on the way, such as a proxy.
      if (status !== 200) return err({ reason: `status_${status}`, isFinal: true });
      const answer = parsed(text);
      if (answer === undefined) return err({ reason: 'answer_invalid', isFinal: false });
      if (answer['ok'] === true) return ok(answer);
      const reason = wordOf(answer);
      return err({ reason, isFinal: !PASSING.has(reason), ...waits });
    },
  };
}
