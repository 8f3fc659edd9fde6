/**
 * The page of a client's request: who asks, for what, and where the browser is sent afterwards. Nothing goes to an issuer, and
 * nothing is kept of it, before the person said yes here. Whoever is signed in and agreed to exactly this before passes without
 * a question, where the place that gets the code is the client's alone.
 */
import { digestOf, consentedOf, isPlaceProven } from '#signin/agreement.ts';
import type { AskedAuthorization } from '#signin/asked.ts';
import { recordAct } from '#signin/auth-record.ts';
import type { Consented } from '#oauth/consent.ts';
import type { InteractionParts } from '#signin/interaction-parts.ts';
import { foreignBy, formToken, isToken } from '#signin/own-form.ts';
import { notice, onward, pageAnswer } from '#signin/pages/answer.ts';
import { consentBody, consentTitle, CONTINUE, OTHER, REFUSE, SIGN_IN } from '#signin/pages/consent.ts';
import { isTrouble, troubleWords } from '#signin/pages/trouble.ts';
import { redirect } from '#signin/route.ts';
import type { SignInAnswer, SignInRoute, Visit } from '#signin/route.ts';
import { setOut } from '#signin/set-out.ts';
import { waitingAnswer } from '#signin/waiting-client.ts';
import { sourceKey } from '#gateway/source.ts';
import type { Present } from '#signin/web-session.ts';

const PATH = '/signin/interaction/:uid';
export const interactionPath = (uid: string): string => `/signin/interaction/${uid}`;

/** One request of a browser about one request of a client. */
type Asking = {
  readonly visit: Visit;
  readonly asked: AskedAuthorization;
  readonly consented: Consented;
  /** Who sits there, proved as the client wants it; undefined when somebody has to go to an issuer first. */
  readonly present: Present | undefined;
  /** The client wants the person to prove anew who they are. */
  readonly needsFresh: boolean;
  /** They agreed a moment ago, on the way to the issuer. */
  readonly isAgreed: boolean;
};

export function interactionRoutes(parts: InteractionParts): readonly SignInRoute[] {
  return [
    { method: 'GET', path: PATH, serve: (visit) => guarded(visit, parts, show) },
    { method: 'POST', path: PATH, serve: (visit) => guarded(visit, parts, decide) },
  ];
}

const over = (): SignInAnswer =>
  notice(
    410,
    'This request is over',
    'It was finished, it took too long, or it was begun in another browser. Go back to your program and begin again.',
  );
const unavailable = (words: string): SignInAnswer => notice(503, 'Not at the moment', words);

/** Everything that must hold before anything is shown or done. */
async function guarded(
  visit: Visit,
  parts: InteractionParts,
  serve: (asking: Asking, parts: InteractionParts) => SignInAnswer | Promise<SignInAnswer>,
): Promise<SignInAnswer> {
  const asked = await (await parts.server()).asked(visit);
  // The cookie of the request names it; an address that somebody sent names nothing.
  if (asked === undefined || asked.uid !== visit.params['uid']) return over();
  const consented = consentedOf(asked);
  if (consented === undefined) return over();
  let present: Present | undefined;
  try {
    present = parts.sessions.find(visit.headers);
  } catch {
    return unavailable('It cannot be told now who is signed in. Try again in a minute.');
  }
  const waiting = await waitingAnswer(asked.client, present !== undefined, parts);
  if (waiting !== undefined) return waiting;
  return serve(judged({ visit, asked, consented, present }, parts), parts);
}

function judged(
  { visit, asked, consented, present }: Pick<Asking, 'visit' | 'asked' | 'consented' | 'present'>,
  { words, clock }: InteractionParts,
): Asking {
  const agreed =
    present === undefined
      ? undefined
      : words.hear(visit.query.get('agreed') ?? '', {
          uid: asked.uid,
          agreed: digestOf(consented),
          signIn: present.signIn.id,
        });
  const maxAgeMs = (asked.maxAgeSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
  const isYoung = present !== undefined && clock() - present.session.freshAtMs < maxAgeMs;
  const needsFresh = asked.asksLogin || (asked.maxAgeSeconds !== undefined && !isYoung);
  const isProved = !needsFresh || agreed?.isFresh === true;
  return {
    visit,
    asked,
    consented,
    needsFresh,
    present: isProved ? present : undefined,
    isAgreed: agreed !== undefined && isProved,
  };
}

function show(asking: Asking, parts: InteractionParts): SignInAnswer | Promise<SignInAnswer> {
  const { asked, present, consented, visit } = asking;
  const isRemembered =
    present !== undefined &&
    isPlaceProven(asked) &&
    !asked.asksConsent &&
    parts.consents.isGiven(present.signIn, consented);
  if (present === undefined) return consentPage(asking, parts);
  if (asking.isAgreed) return agree(asking, present, parts, redirect);
  return isRemembered ? grant(visit, present, parts, redirect) : consentPage(asking, parts);
}

const csrfOf = ({ asked, present }: Asking, { formKey }: InteractionParts): string =>
  formToken(formKey, 'interaction', JSON.stringify([asked.uid, present?.session.id ?? '']));

function consentPage(asking: Asking, parts: InteractionParts, isOther = false): SignInAnswer {
  const { asked, visit } = asking;
  const present = isOther ? undefined : asking.present;
  const [trouble, namespace] = [visit.query.get('trouble'), visit.query.get('at') ?? ''];
  const label = parts.providers.get(namespace)?.label ?? 'The identity provider';
  return pageAnswer({
    title: consentTitle(asked),
    body: consentBody({
      asked,
      isKnown: Object.hasOwn(parts.settings.clients.known, asked.client.id),
      providers: [...parts.providers.values()],
      person: present === undefined ? undefined : personOf(present, parts),
      csrf: csrfOf(asking, parts),
      action: `${interactionPath(asked.uid)}${isOther ? '?other=1' : ''}`,
      trouble: isTrouble(trouble) ? troubleWords(trouble, label) : undefined,
    }),
  });
}

const labelOf = ({ namespace }: Present['signIn'], { providers }: Pick<InteractionParts, 'providers'>): string =>
  providers.get(namespace)?.label ?? namespace;

const personOf = ({ signIn }: Present, { providers }: InteractionParts) => ({
  login: signIn.login ?? signIn.subject,
  label: labelOf(signIn, { providers }),
});

/** What the person pressed. */
async function decide(asking: Asking, parts: InteractionParts): Promise<SignInAnswer> {
  const { visit, present } = asking;
  const form = await visit.form();
  const foreign = foreignBy(visit.headers, parts.publicUrl);
  const isOwn = form.ok && isToken(form.value.get('csrf') ?? '', csrfOf(asking, parts));
  if (foreign !== undefined || !isOwn) {
    const reason = foreign === undefined ? 'form_token' : `form_${foreign}`;
    parts.refusals.note({ source: sourceKey(visit.source), code: 'forbidden_origin', reason, connection: '' });
    return notice(
      403,
      'Not from this page',
      'Go back to the page you came from, load it again, and press the button there.',
    );
  }
  const act = form.value.get('act') ?? '';
  if (act === REFUSE) return refuse(asking, parts);
  if (act === OTHER && present !== undefined) return consentPage(asking, parts, true);
  if (act === CONTINUE && present !== undefined) return agree(asking, present, parts, onward);
  if (act.startsWith(SIGN_IN)) return signIn(asking, act.slice(SIGN_IN.length), parts);
  return consentPage(asking, parts);
}

async function signIn(asking: Asking, namespace: string, parts: InteractionParts): Promise<SignInAnswer> {
  const { asked, needsFresh, consented, visit } = asking;
  const proof = needsFresh ? 'fresh' : visit.query.has('other') ? 'other' : 'any';
  const goal = { kind: 'authorization', uid: asked.uid, agreed: digestOf(consented) } as const;
  const sent = await setOut(namespace, { proof, goal }, parts);
  if (sent.ok) return sent.value;
  const query = new URLSearchParams({ trouble: sent.error, at: namespace });
  return redirect(`${interactionPath(asked.uid)}?${query.toString()}`);
}

/** `answer`: a redirect, or after a form a page that goes on. */
async function agree(
  asking: Asking,
  present: Present,
  parts: InteractionParts,
  answer: (to: string) => SignInAnswer,
): Promise<SignInAnswer> {
  const { asked, consented, visit } = asking;
  const recorded = await recordAct(parts, 'consent', {
    signIn: present.signIn,
    clientId: asked.client.id,
    clientName: asked.client.name,
    ...(asked.connection === undefined ? {} : { connection: asked.connection }),
    source: visit.source,
    detail: { place: consented.place },
  });
  if (!recorded.ok) return unavailable(troubleWords('not_recorded', ''));
  await parts.consents.give(present.signIn, consented);
  return grant(visit, present, parts, answer);
}

async function grant(
  visit: Visit,
  { signIn: of, session }: Present,
  parts: InteractionParts,
  answer: (to: string) => SignInAnswer,
): Promise<SignInAnswer> {
  // As at a refresh: else whoever only ever asks for new codes would be asked about no more.
  const checked = await parts.accounts.findChecked(of.id, undefined);
  if (checked === 'unavailable') return unavailable(troubleWords('issuer_unreachable', labelOf(of, parts)));
  if (checked === 'none') return redirect(interactionPath(visit.params['uid'] ?? ''));
  const granted = await (await parts.server()).grant(visit, { signIn: of, authAtMs: session.freshAtMs });
  if (granted.ok) return answer(granted.value);
  return granted.error === 'over' ? over() : unavailable(troubleWords('not_recorded', ''));
}

async function refuse({ asked, consented, present, visit }: Asking, parts: InteractionParts): Promise<SignInAnswer> {
  // Somebody who is not signed in is a stranger, whose no is not worth a record of its own.
  if (present === undefined)
    parts.refusals.note({
      source: sourceKey(visit.source),
      code: 'consent_refused',
      reason: 'by_person',
      connection: asked.connection ?? '',
    });
  else {
    const recorded = await recordAct(parts, 'consent_refused', {
      signIn: present.signIn,
      clientId: asked.client.id,
      clientName: asked.client.name,
      source: visit.source,
      detail: { place: consented.place },
    });
    if (!recorded.ok) return unavailable(troubleWords('not_recorded', ''));
  }
  const to = await (await parts.server()).refuse(visit, 'access_denied', 'The person said no.');
  return to === undefined ? over() : onward(to);
}
