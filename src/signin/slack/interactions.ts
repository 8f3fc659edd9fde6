/**
 * `POST /slack/<notifier>/interactions`: what Slack sends when somebody presses a button or sends a modal. Nothing is read out
 * of it before its signature holds, and nothing is done for a signature that came before. Whoever pressed is told why they do
 * not get what they pressed for, nobody else; every refusal is noted.
 */
import { createHash } from 'node:crypto';
import { sourceKey } from '#gateway/source.ts';
import { faultFrames } from '#gateway/fault-frames.ts';
import { escaped } from '#notify/slack/slack-message.ts';
import { signInPath } from '#signin/entry.ts';
import type { SignInAnswer, SignInRoute, Visit } from '#signin/route.ts';
import { decide } from '#signin/slack/decide.ts';
import { VERDICT } from '#signin/slack/decision-modal.ts';
import { readInteraction } from '#signin/slack/interaction.ts';
import type { Clicked, Interaction, Submitted } from '#signin/slack/interaction.ts';
import { sealOffer } from '#signin/slack/link-offer.ts';
import { linkPath } from '#signin/slack/link-pages.ts';
import { review } from '#signin/slack/review.ts';
import { verifySignature } from '#signin/slack/signature.ts';
import type { SlackApp, SlackParts } from '#signin/slack/slack-parts.ts';
import { refusalWords } from '#signin/slack/slack-refusal.ts';
import type { SlackRefusal } from '#signin/slack/slack-refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const FORM = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?$/i;

export const slackRoutes = (parts: SlackParts): readonly SignInRoute[] => [
  { method: 'POST', path: '/slack/:notifier/interactions', serve: (visit) => serve(visit, parts) },
];

const words = (status: number, body: string): SignInAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
});
/** Slack shows nothing of it. */
const TAKEN: SignInAnswer = { status: 200, headers: {}, body: '' };
const answer = (body: object): SignInAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});

type Unread =
  | 'content_type'
  | 'too_large'
  | 'cut_short'
  | 'unsigned'
  | 'signature_old'
  | 'signature_forged'
  | 'signature_replayed'
  | 'not_understood'
  | 'another_workspace';

const STATUS: Readonly<Record<Unread, number>> = {
  content_type: 415,
  too_large: 413,
  cut_short: 400,
  unsigned: 401,
  signature_old: 401,
  signature_forged: 401,
  signature_replayed: 401,
  not_understood: 400,
  another_workspace: 403,
};

const note = ({ source }: Visit, reason: string, { refusals }: SlackParts): void =>
  refusals.note({ source: sourceKey(source), code: 'slack_refused', reason, connection: '' });

/** True for one of all who show it, in whichever process; kept for as long as it would be taken. */
function claimSignature(visit: Visit, app: SlackApp, signature: Buffer, parts: SlackParts): Promise<boolean> {
  const key = createHash('sha256').update(`slack signature ${app.settings.name}\n`).update(signature).digest();
  const nowMs = parts.clock();
  return parts.claims.claim(key, visit.id, { nowMs, untilMs: nowMs + 2 * parts.limits.slackSignatureMs });
}

async function read(visit: Visit, app: SlackApp, parts: SlackParts): Promise<Result<Interaction, Unread>> {
  const types = visit.headers.get('content-type') ?? [];
  if (types.length !== 1 || !FORM.test(types[0] ?? '') || visit.headers.has('content-encoding'))
    return err('content_type');
  const body = await visit.bytes();
  if (!body.ok) return body;
  const times = { nowMs: parts.clock(), validMs: parts.limits.slackSignatureMs };
  const request = { headers: visit.headers, body: body.value };
  const signature = verifySignature(request, app.settings.signingSecret.reveal(), times);
  if (!signature.ok) return signature;
  if (!(await claimSignature(visit, app, signature.value, parts))) return err('signature_replayed');
  const interaction = readInteraction(body.value);
  if (!interaction.ok) return interaction;
  return interaction.value.by.team === app.settings.team ? ok(interaction.value) : err('another_workspace');
}

async function serve(visit: Visit, parts: SlackParts): Promise<SignInAnswer> {
  const app = parts.apps.get(visit.params['notifier'] ?? '');
  if (app === undefined) return words(404, 'There is nothing here.');
  const interaction = await read(visit, app, parts);
  if (!interaction.ok) {
    note(visit, interaction.error, parts);
    return words(STATUS[interaction.error], 'This request is not taken.');
  }
  const { value } = interaction;
  return value.kind === 'clicked' ? click(value, visit, app, parts) : submit(value, visit, app, parts);
}

/** What cannot be read grants nothing. */
async function orUnreadable(
  act: Promise<SlackRefusal | undefined>,
  { log }: SlackParts,
): Promise<SlackRefusal | undefined> {
  try {
    return await act;
  } catch (bug) {
    log.error({ frames: faultFrames(bug) }, 'what somebody pressed in Slack could not be done');
    return 'unreadable';
  }
}

async function click(clicked: Clicked, visit: Visit, app: SlackApp, parts: SlackParts): Promise<SignInAnswer> {
  const signal = AbortSignal.timeout(parts.limits.slackAnswerMs);
  const refusal = await orUnreadable(review(clicked, visit.source, app, parts, signal), parts);
  if (refusal === undefined) return TAKEN;
  note(visit, refusal, parts);
  // Not waited for: Slack wants its answer in time, whether they can be told or not.
  void tell(clicked, refusal, app, parts);
  return TAKEN;
}

/** A link that only they see, and that is worth nothing to others; undefined when words are enough. */
function wayOut({ by }: Clicked, refusal: SlackRefusal, { settings }: SlackApp, parts: SlackParts) {
  if (refusal === 'not_signed_in') return { href: `${parts.publicUrl}${signInPath('/me')}`, label: 'Sign in' };
  if (refusal !== 'unlinked') return undefined;
  const untilMs = parts.clock() + parts.limits.slackLinkOfferMs;
  const token = sealOffer(parts.seals.offer, { notifier: settings.name, ...by, untilMs });
  return { href: `${parts.publicUrl}${linkPath(token)}`, label: 'Link it to you' };
}

async function tell(clicked: Clicked, refusal: SlackRefusal, app: SlackApp, parts: SlackParts): Promise<void> {
  const way = wayOut(clicked, refusal, app, parts);
  const link = way === undefined ? '' : ` <${way.href.replaceAll('&', '&amp;')}|${way.label}>`;
  const text = `${escaped(refusalWords(refusal))}${link}`;
  const signal = AbortSignal.timeout(parts.limits.slackRequestMs);
  const said = await app.api.call(
    'chat.postEphemeral',
    { channel: clicked.channel, user: clicked.by.user, text },
    signal,
  );
  if (!said.ok)
    parts.log.warn(
      { notifier: app.settings.name, reason: said.error.reason },
      'Slack did not say why something is refused',
    );
}

async function submit(submitted: Submitted, visit: Visit, app: SlackApp, parts: SlackParts): Promise<SignInAnswer> {
  const signal = AbortSignal.timeout(parts.limits.slackAnswerMs);
  const refusal = await orUnreadable(decide(submitted, app, parts, signal), parts);
  if (refusal === undefined) return answer({ response_action: 'clear' });
  note(visit, refusal, parts);
  return answer({ response_action: 'errors', errors: { [VERDICT]: refusalWords(refusal) } });
}
