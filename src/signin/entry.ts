/** The page on which somebody signs in for the gateway's own pages, without a client. */
import type { InteractionParts } from '#signin/interaction-parts.ts';
import { foreignBy, formToken, isToken } from '#signin/own-form.ts';
import { notice, pageAnswer } from '#signin/pages/answer.ts';
import { SIGN_IN, signInButtons } from '#signin/pages/consent.ts';
import { html } from '#signin/pages/html.ts';
import { isTrouble, troubleWords } from '#signin/pages/trouble.ts';
import { redirect } from '#signin/route.ts';
import type { SignInAnswer, SignInRoute, Visit } from '#signin/route.ts';
import { setOut } from '#signin/set-out.ts';
import { sourceKey } from '#gateway/source.ts';

const PATH = '/signin';
const HOME = '/me';
/** Only to pages of ours, whatever an address says. */
const GOALS = /^\/(?:me|device|approvals)(?:\/[\w-]+)*(?:\?[\w=&%.-]*)?$/;

/** @param isFresh the person proves again who they are, whatever the issuer remembers. */
export const signInPath = (to: string, isFresh = false): string =>
  `${PATH}?${new URLSearchParams({ to, ...(isFresh ? { fresh: '1' } : {}) }).toString()}`;

export function entryRoutes(parts: InteractionParts): readonly SignInRoute[] {
  return [
    { method: 'GET', path: PATH, serve: (visit) => show(visit, parts) },
    { method: 'POST', path: PATH, serve: (visit) => begin(visit, parts) },
  ];
}

const goalOf = ({ query }: Visit): string => {
  const to = query.get('to') ?? HOME;
  return GOALS.test(to) ? to : HOME;
};
const isFresh = ({ query }: Visit): boolean => query.get('fresh') === '1';

function show(visit: Visit, parts: InteractionParts): SignInAnswer {
  const to = goalOf(visit);
  const trouble = visit.query.get('trouble');
  const label = parts.providers.get(visit.query.get('at') ?? '')?.label ?? 'The identity provider';
  return pageAnswer({
    title: 'Sign in',
    body: html`${isTrouble(trouble) ? html`<p class="note" role="alert">${troubleWords(trouble, label)}</p>` : undefined}
      <p>
        ${isFresh(visit) ? 'For what you want to do, prove once more who you are.' : 'Sign in to see what is yours here.'}
      </p>
      <form method="post" action="${signInPath(to, isFresh(visit))}">
        <input type="hidden" name="csrf" value="${formToken(parts.formKey, 'signin', to)}" />
        ${signInButtons({ providers: [...parts.providers.values()] })}
      </form>`,
  });
}

async function begin(visit: Visit, parts: InteractionParts): Promise<SignInAnswer> {
  const to = goalOf(visit);
  const form = await visit.form();
  const foreign = foreignBy(visit.headers, parts.publicUrl);
  const isOwn = form.ok && isToken(form.value.get('csrf') ?? '', formToken(parts.formKey, 'signin', to));
  const act = form.ok ? (form.value.get('act') ?? '') : '';
  if (foreign !== undefined || !isOwn || !act.startsWith(SIGN_IN)) {
    const reason = foreign === undefined ? 'form_token' : `form_${foreign}`;
    parts.refusals.note({ source: sourceKey(visit.source), code: 'forbidden_origin', reason, connection: '' });
    return notice(403, 'Not from this page', 'Load the page again and press the button there.');
  }
  const namespace = act.slice(SIGN_IN.length);
  const proof = isFresh(visit) ? 'fresh' : 'any';
  const sent = await setOut(namespace, { proof, goal: { kind: 'page', path: to } }, parts);
  if (sent.ok) return sent.value;
  const query = new URLSearchParams({ trouble: sent.error, at: namespace });
  return redirect(`${signInPath(to, isFresh(visit))}&${query.toString()}`);
}
