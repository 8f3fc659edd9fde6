/**
 * `/me` and signing out: a person sees what acts in their name, and ends any of it. Every form has the token of the session it
 * was made for; what it names is looked for among the person's own, so that nobody ends what is another's.
 */
import { sourceKey } from '#gateway/source.ts';
import { callerOf } from '#oauth/sign-in.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import type { Consent, Consents } from '#oauth/consent.ts';
import type { SlackLinks } from '#notify/slack/slack-links.ts';
import type { GivenGrants } from '#oauth/given-grants.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { recordAct } from '#signin/auth-record.ts';
import { endGrant, endSignIn, endWebSession } from '#signin/endings.ts';
import type { EndedBy, EndingParts, EndRefusal } from '#signin/endings.ts';
import { END_PATH, meBody, OUT_PATH } from '#signin/me/me-page.ts';
import { ownSignIns, viewMe } from '#signin/me/me-view.ts';
import type { MeSources } from '#signin/me/me-view.ts';
import { foreignBy } from '#signin/own-form.ts';
import { notice, pageAnswer } from '#signin/pages/answer.ts';
import { html } from '#signin/pages/html.ts';
import { STYLE, STYLE_HEADERS, STYLE_PATH } from '#signin/pages/style.ts';
import type { SignInParts } from '#signin/parts.ts';
import { redirect } from '#signin/route.ts';
import type { SignInAnswer, SignInRoute, Visit } from '#signin/route.ts';
import type { Present, WebSessions } from '#signin/web-session.ts';

export type MeParts = EndingParts &
  Omit<MeSources, 'sessions' | 'grants' | 'consents' | 'slackLinks'> &
  Pick<SignInParts, 'refusals'> & {
    readonly sessions: Pick<WebSessions, 'find' | 'of' | 'end' | 'endOf' | 'isToken' | 'clearCookie'>;
    readonly grants: GivenGrants;
    readonly consents: Pick<Consents, 'of' | 'forget'>;
    readonly slackLinks: Pick<SlackLinks, 'of' | 'unlink'>;
  };

const ME_PATH = '/me';
const SIGN_IN_PATH = '/signin?to=%2Fme';

export function meRoutes(parts: MeParts): readonly SignInRoute[] {
  return [
    { method: 'GET', path: STYLE_PATH, serve: () => ({ status: 200, headers: STYLE_HEADERS, body: STYLE }) },
    { method: 'GET', path: ME_PATH, serve: (visit) => show(visit, parts) },
    { method: 'POST', path: END_PATH, serve: (visit) => end(visit, parts) },
    { method: 'GET', path: OUT_PATH, serve: (visit) => askOut(visit, parts) },
    { method: 'POST', path: OUT_PATH, serve: (visit) => signOut(visit, parts) },
  ];
}

/** The words for what was done, by what the address says of it: an address can say anything. */
const SAID: Readonly<Record<string, string>> = {
  ended: 'It has ended.',
  gone: 'It had ended already.',
  linked: 'That Slack account is yours now: whoever uses it decides in your name.',
};

function show(visit: Visit, parts: MeParts): SignInAnswer {
  const present = parts.sessions.find(visit.headers);
  if (present === undefined) return redirect(SIGN_IN_PATH);
  const said = visit.query.get('said') ?? '';
  return pageAnswer({
    title: 'What acts in your name',
    body: meBody(viewMe(present, parts), present.csrf, Object.hasOwn(SAID, said) ? SAID[said] : undefined),
  });
}

/** Whoever sent this form, and what it says; or the page that says why it is not taken. */
async function posted(
  visit: Visit,
  parts: MeParts,
): Promise<{ readonly present: Present; readonly form: URLSearchParams } | SignInAnswer> {
  const foreign = foreignBy(visit.headers, parts.publicUrl);
  if (foreign !== undefined) return refused(visit, `form_${foreign}`, parts);
  const present = parts.sessions.find(visit.headers);
  if (present === undefined) return redirect(SIGN_IN_PATH);
  const form = await visit.form();
  if (!form.ok) return notice(400, 'Not from this page', 'Load the page again and press the button there.');
  if (!parts.sessions.isToken(present, form.value.get('csrf') ?? '')) return refused(visit, 'form_token', parts);
  return { present, form: form.value };
}

function refused({ source }: Visit, reason: string, { refusals }: MeParts): SignInAnswer {
  refusals.note({ source: sourceKey(source), code: 'forbidden_origin', reason, connection: '' });
  return notice(403, 'Not from this page', 'Load the page again and press the button there.');
}

const byPerson = (present: Present, { source }: Visit): EndedBy => ({
  caller: callerOf(present.signIn, undefined),
  reason: 'by_person',
  source,
});

/** Undefined: there is no such thing of this person's. */
type Ending = Result<unknown, EndRefusal> | undefined;

async function endOne(act: string, present: Present, by: EndedBy, parts: MeParts): Promise<Ending> {
  const [kind, first, second] = act.split(' ');
  const mine = ownSignIns(present.signIn, parts);
  switch (kind) {
    case 'all':
      await forget(present.signIn, () => true, parts);
      return endAll(mine, by, parts);
    case 'sign_in': {
      const signIn = mine.find(({ id }) => id === first);
      return signIn === undefined ? undefined : endSignIn(signIn, by, parts);
    }
    case 'session': {
      const signIn = mine.find((one) => parts.sessions.of([one]).some(({ id }) => id === first));
      return signIn === undefined || first === undefined ? undefined : endWebSession(signIn, first, by, parts);
    }
    case 'grant': {
      const signIn = mine.find(({ id }) => id === first);
      const grant = signIn === undefined ? undefined : parts.grants.of(signIn.id).find(({ name }) => name === second);
      if (signIn === undefined || grant === undefined) return undefined;
      // Else it would have all of it again, unasked, the next time it comes by.
      await forget(present.signIn, ({ clientId }) => clientId === grant.clientId, parts);
      return endGrant(signIn, grant, by, parts);
    }
    case 'slack':
      return unlinkSlack(first ?? '', present, by, parts);
    case 'consent':
      return (await forget(present.signIn, ({ id }) => id === first, parts)) ? ok(true) : undefined;
    default:
      return undefined;
  }
}

/** In the book first: from then on nobody can say that they did not know. */
async function unlinkSlack(id: string, { signIn }: Present, by: EndedBy, parts: MeParts): Promise<Ending> {
  const link = parts.slackLinks.of(signIn).find((one) => one.id === id);
  if (link === undefined) return undefined;
  const { notifier, team, user } = link;
  const { reason, source } = by;
  const recorded = await recordAct(parts, 'slack_unlinked', {
    signIn,
    reason,
    source,
    detail: { notifier, team, user },
  });
  if (!recorded.ok) return err({ code: 'audit_unavailable', reason: recorded.error.reason });
  await parts.slackLinks.unlink(signIn, id);
  return ok(true);
}

/** False when there is none. To forget gives nobody anything: it needs no record. */
async function forget(person: SignIn, isMeant: (consent: Consent) => boolean, { consents }: MeParts): Promise<boolean> {
  const meant = consents.of(person).filter(isMeant);
  for (const { id } of meant) await consents.forget(person, id);
  return meant.length > 0;
}

/** To the first that cannot be ended: then the person presses again. */
async function endAll(mine: readonly SignIn[], by: EndedBy, parts: MeParts): Promise<Ending> {
  for (const signIn of mine) {
    const ended = await endSignIn(signIn, by, parts);
    if (!ended.ok) return ended;
  }
  return ok(true);
}

async function end(visit: Visit, parts: MeParts): Promise<SignInAnswer> {
  const sent = await posted(visit, parts);
  if ('status' in sent) return sent;
  const { present, form } = sent;
  const ended = await endOne(form.get('act') ?? '', present, byPerson(present, visit), parts);
  if (ended === undefined) return redirect(`${ME_PATH}?said=gone`);
  if (!ended.ok) return notEnded(ended.error);
  // Perhaps it was this very session.
  return parts.sessions.find(visit.headers) === undefined ? out(parts) : redirect(`${ME_PATH}?said=ended`);
}

const notEnded = ({ code }: EndRefusal): SignInAnswer =>
  code === 'audit_unavailable'
    ? notice(
        503,
        'Nothing has ended',
        'What ends has to be recorded, and at the moment that is not possible. Try again in a minute.',
      )
    : notice(503, 'It may not have ended', 'It is recorded, and could not be put in force. Try again in a minute.');

const out = ({ sessions }: MeParts): SignInAnswer =>
  pageAnswer(
    {
      title: 'You are signed out',
      body: html`<p>
        This browser is signed out. Programs you signed in stay so, unless you ended them at
        <a href="${ME_PATH}">your page</a>.
      </p>`,
    },
    { cookies: [sessions.clearCookie()] },
  );

function askOut(visit: Visit, parts: MeParts): SignInAnswer {
  const present = parts.sessions.find(visit.headers);
  if (present === undefined) return out(parts);
  return pageAnswer({
    title: 'Sign out',
    body: html`<p>You are signed in as ${present.signIn.login ?? present.signIn.subject}.</p>
      <form method="post" action="${OUT_PATH}">
        <input type="hidden" name="csrf" value="${present.csrf}" />
        <button>Sign out of this browser</button>
      </form>`,
  });
}

async function signOut(visit: Visit, parts: MeParts): Promise<SignInAnswer> {
  const sent = await posted(visit, parts);
  if ('status' in sent) return sent.status === 303 ? out(parts) : sent;
  const { present } = sent;
  const ended = await endWebSession(present.signIn, present.session.id, byPerson(present, visit), parts);
  return ended.ok ? out(parts) : notEnded(ended.error);
}
