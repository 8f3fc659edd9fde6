/**
 * Tells a channel of Slack: one message for each request, rewritten as often as something changes. Where the message is, is
 * remembered by whoever asks for it to be told.
 */
import type { NoticeFault, Notifier } from '#notify/notifier.ts';
import { createSlackApi } from '#notify/slack/slack-api.ts';
import type { SlackAnswer, SlackApiParts } from '#notify/slack/slack-api.ts';
import { slackMessage } from '#notify/slack/slack-message.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type SlackChannel = SlackApiParts & {
  readonly name: string;
  /** Id. */
  readonly channel: string;
  /** Closes the sockets of `post`. */
  readonly close: () => Promise<void>;
};

/** Where the message is. */
type Place = { readonly channel: string; readonly ts: string };

const CHANNEL = /^[A-Z0-9]{2,32}$/;
const TS = /^\d{1,16}\.\d{1,8}$/;

const placeOf = (channel: unknown, ts: unknown): Place | undefined =>
  typeof channel === 'string' && typeof ts === 'string' && CHANNEL.test(channel) && TS.test(ts)
    ? { channel, ts }
    : undefined;

function placeIn(ref: string | undefined): Place | undefined {
  const [channel, ts] = (ref ?? '').split(' ');
  return placeOf(channel, ts);
}

/** Somebody took it away, or it is too old to be changed: it is said anew while there is something to decide. */
const GONE: ReadonlySet<string> = new Set(['message_not_found', 'edit_window_closed', 'cant_update_message']);

export function createSlackNotifier({ name, channel, close, ...parts }: SlackChannel): Notifier {
  const api = createSlackApi(parts);
  const posted = (answer: SlackAnswer): Result<{ readonly ref: string }, NoticeFault> => {
    const place = placeOf(answer['channel'], answer['ts']);
    // It was posted; to post it again would not tell where either.
    return place === undefined
      ? err({ reason: 'answer_invalid', isFinal: true })
      : ok({ ref: `${place.channel} ${place.ts}` });
  };
  return {
    name,
    kind: 'slack',
    async tell(news, ref, signal) {
      const message = { ...slackMessage(news), parse: 'none' };
      const same = ref === undefined ? {} : { ref };
      const place = placeIn(ref);
      if (place !== undefined) {
        const updated = await api.call('chat.update', { ...message, ...place }, signal);
        if (updated.ok) return ok(same);
        if (!GONE.has(updated.error.reason)) return updated;
      }
      // Nobody has to hear of what was over before they could be told.
      if (news.state !== 'pending') return ok(same);
      const unfurl = { unfurl_links: false, unfurl_media: false };
      const answer = await api.call('chat.postMessage', { ...message, ...unfurl, channel }, signal);
      return answer.ok ? posted(answer.value) : answer;
    },
    close,
  };
}
