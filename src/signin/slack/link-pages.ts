/**
 * `/me/slack/<offer>`: somebody who is signed in says that a Slack account is theirs. Whoever uses that account then decides
 * in their name, so it takes more than a press of a button on a page somebody sent them a link to: a fresh sign-in, a form of
 * this very page, an offer that was taken by nobody, and the id of the account, which the page does not tell.
 */
import { sourceKey } from '#gateway/source.ts';
import { signInPath } from '#signin/entry.ts';
import { recordAct } from '#signin/auth-record.ts';
import { foreignBy } from '#signin/own-form.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';
import { notice, pageAnswer } from '#signin/pages/answer.ts';
import { redirect } from '#signin/route.ts';
import type { SignInAnswer, SignInRoute, Visit } from '#signin/route.ts';
import { offerKey, openOffer } from '#signin/slack/link-offer.ts';
import type { LinkOffer } from '#signin/slack/link-offer.ts';
import type { SlackParts } from '#signin/slack/slack-parts.ts';
import type { Present } from '#signin/web-session.ts';

export const linkPath = (token: string): string => `/me/slack/${token}`;
const PATH = linkPath(':offer');

export const linkRoutes = (parts: SlackParts): readonly SignInRoute[] => [
  { method: 'GET', path: PATH, serve: (visit) => show(visit, parts) },
  { method: 'POST', path: PATH, serve: (visit) => link(visit, parts) },
];

type Offered = { readonly present: Present; readonly offer: LinkOffer; readonly token: string };

const OVER = (): SignInAnswer =>
  notice(410, 'This link is over', 'It was used, or it is too old. Press Review in Slack again, and take the new one.');
const LINKED = (): SignInAnswer =>
  notice(
    409,
    'Not linked',
    'This Slack account is linked already, or you have linked too many. Whoever it is linked to can remove it at /me.',
  );

/** Who sits there, proved lately, and what they are offered; or where they go instead. */
function look(visit: Visit, { apps, clock, links, seals, webSessions }: SlackParts): Offered | SignInAnswer {
  const token = visit.params['offer'] ?? '';
  const present = webSessions.find(visit.headers);
  if (present === undefined) return redirect(signInPath(linkPath(token)));
  const offer = openOffer(seals.offer, token, clock());
  if (offer === undefined) return OVER();
  const app = apps.get(offer.notifier);
  // Of a notifier that is configured no more, or for another workspace by now.
  if (app?.settings.team !== offer.team) return OVER();
  if (app.settings.people.has(offer.user) || links.find(offer) !== undefined) return LINKED();
  if (!webSessions.isFresh(present)) return redirect(signInPath(linkPath(token), true));
  return { present, offer, token };
}

function body({ present, offer, token }: Offered, note?: string): Html {
  const { signIn, csrf } = present;
  return html`${note === undefined ? undefined : html`<p class="note" role="alert">${note}</p>`}
    <p>
      Whoever uses the Slack account then decides in your name: as
      <strong>${signIn.login ?? signIn.subject}</strong> (<code>${signIn.subject}</code> of
      <code>${signIn.issuer}</code>).
    </p>
    <p>
      Go on only if you pressed <em>Review</em> in Slack yourself, a moment ago, in the workspace
      <code>${offer.team}</code>. If somebody sent you here, close this page.
    </p>
    <form method="post" action="${linkPath(token)}">
      <input type="hidden" name="csrf" value="${csrf}" />
      <p>
        <label for="member">Your member id (in Slack: your profile, the three dots, <em>Copy member ID</em>)</label
        ><br />
        <input id="member" name="member" autocomplete="off" spellcheck="false" maxlength="32" required />
      </p>
      <button>Link it to me</button>
    </form>`;
}

function show(visit: Visit, parts: SlackParts): SignInAnswer {
  const offered = look(visit, parts);
  return 'status' in offered ? offered : pageAnswer({ title: 'Link a Slack account', body: body(offered) });
}

const refused = ({ source }: Visit, reason: string, { refusals }: SlackParts): SignInAnswer => {
  refusals.note({ source: sourceKey(source), code: 'forbidden_origin', reason, connection: '' });
  return notice(403, 'Not from this page', 'Load the page again and press the button there.');
};

async function link(visit: Visit, parts: SlackParts): Promise<SignInAnswer> {
  const foreign = foreignBy(visit.headers, parts.publicUrl);
  if (foreign !== undefined) return refused(visit, `form_${foreign}`, parts);
  const offered = look(visit, parts);
  if ('status' in offered) return offered;
  const { present, offer, token } = offered;
  const form = await visit.form();
  if (!form.ok || !parts.webSessions.isToken(present, form.value.get('csrf') ?? ''))
    return refused(visit, 'form_token', parts);
  if ((form.value.get('member') ?? '').trim() !== offer.user) {
    parts.refusals.note({
      source: sourceKey(visit.source),
      code: 'slack_refused',
      reason: 'another_member',
      connection: '',
    });
    const words = 'That is not the id of the account that pressed Review. Was it yours?';
    return pageAnswer({ title: 'Link a Slack account', body: body(offered, words) }, { status: 400 });
  }
  const nowMs = parts.clock();
  // From here on nobody else takes it, also not the same person in another tab.
  if (!(await parts.claims.claim(offerKey(token), visit.id, { nowMs, untilMs: offer.untilMs }))) return OVER();
  const { notifier, team, user } = offer;
  const facts = { signIn: present.signIn, source: visit.source, detail: { notifier, team, user } };
  const recorded = await recordAct(parts, 'slack_linked', facts);
  if (!recorded.ok)
    return notice(503, 'Nothing was linked', 'That has to be recorded, and at the moment that is not possible.');
  if (await parts.links.link(offer, present.signIn)) return redirect('/me?said=linked');
  // The book must not be read as if it were theirs.
  await recordAct(parts, 'slack_unlinked', { ...facts, reason: 'not_linked' });
  return LINKED();
}
