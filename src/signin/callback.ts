/**
 * Where an issuer sends people back to. Its answer counts once, in the browser that set out, at the address of the issuer it set
 * out to (mix-up, RFC 9700 section 4.4). Then the person has a sign-in, their browser a session with a new name, and they go
 * on to where they came from.
 */
import { hash } from 'node:crypto';
import type { SignIn } from '#oauth/sign-in.ts';
import { recordAct } from '#signin/auth-record.ts';
import { interactionPath } from '#signin/interaction.ts';
import type { InteractionParts } from '#signin/interaction-parts.ts';
import { notice } from '#signin/pages/answer.ts';
import type { Trouble } from '#signin/pages/trouble.ts';
import type { Provider, SignedInPerson } from '#signin/providers/provider.ts';
import { sealTokens } from '#signin/providers/upstream-tokens.ts';
import { redirect } from '#signin/route.ts';
import type { SignInAnswer, SignInRoute, Visit } from '#signin/route.ts';
import { sourceKey } from '#gateway/source.ts';
import type { Way } from '#signin/way-cookie.ts';

const HOUR_MS = 3_600_000;

export const callbackRoute = (parts: InteractionParts): SignInRoute => ({
  method: 'GET',
  path: '/signin/callback/:namespace',
  serve: (visit) => comeBack(visit, parts),
});

async function comeBack(visit: Visit, parts: InteractionParts): Promise<SignInAnswer> {
  const state = onlyOf(visit.query, 'state');
  const way = state === undefined ? undefined : parts.ways.read(visit.cookies, state);
  const provider = way === undefined ? undefined : parts.providers.get(way.namespace);
  if (way === undefined || provider === undefined || way.namespace !== visit.params['namespace']) {
    note(visit, way === undefined ? 'foreign_callback' : 'other_issuer', parts);
    return notice(
      400,
      'This sign-in was not begun here',
      'It was begun in another browser, it took too long, or it is over. Go back to your program and begin again.',
    );
  }
  const person = await provider.finish(visit.query, way, way);
  if (!person.ok) return backWith(person.error, visit, way, parts);
  // After the issuer, so that nobody without an account there makes rows of ours.
  if (!(await isFirst(way, parts))) return backWith('used', visit, way, parts);
  return welcome(person.value, { visit, way, provider }, parts);
}

/** A parameter that comes twice is read differently by different readers. */
function onlyOf(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  return more.length === 0 ? value : undefined;
}

const note = ({ source }: Visit, reason: string, { refusals }: InteractionParts): void =>
  refusals.note({ source: sourceKey(source), code: 'sign_in_refused', reason, connection: '' });

const isFirst = ({ state }: Way, { claims, clock, limits }: InteractionParts): Promise<boolean> =>
  claims.claim(hash('sha256', `way ${state}`, 'buffer'), 'callback', {
    nowMs: clock(),
    // Twice its time: a clock that goes back a little brings nothing back.
    untilMs: clock() + 2 * limits.signInWayMs,
  });

/** To the page they came from, which says what is wrong and lets them try again. */
function backWith(trouble: Trouble, visit: Visit, way: Way, parts: InteractionParts): SignInAnswer {
  note(visit, trouble, parts);
  const query = new URLSearchParams({ trouble, at: way.namespace });
  return redirect(`${placeOf(way)}${way.goal.kind === 'page' ? '&' : '?'}${query.toString()}`, {
    'set-cookie': [parts.ways.clear(way.state)],
  });
}

/** The page on which one can set out again. */
const placeOf = ({ goal }: Way): string =>
  goal.kind === 'authorization' ? interactionPath(goal.uid) : `/signin?to=${encodeURIComponent(goal.path)}`;

async function welcome(
  person: SignedInPerson,
  { visit, way, provider }: { readonly visit: Visit; readonly way: Way; readonly provider: Provider },
  parts: InteractionParts,
): Promise<SignInAnswer> {
  const signIn = signInOf(person, provider, parts);
  const recorded = await recordAct(parts, 'sign_in', {
    signIn,
    source: visit.source,
    detail: { issuer: provider.namespace, proof: way.proof, groups: signIn.groups.length },
  });
  if (!recorded.ok) return backWith('not_recorded', visit, way, parts);
  await parts.signIns.create(signIn);
  const { present, setCookie } = await parts.sessions.begin({
    signIn,
    headers: visit.headers,
    source: visit.source,
    // What the issuer does not say is never fresh.
    freshAtMs: person.provedAtMs ?? 0,
  });
  const cookies = { 'set-cookie': [setCookie, parts.ways.clear(way.state)] };
  const { goal } = way;
  if (goal.kind === 'page') return redirect(goal.path, cookies);
  const word = parts.words.say({
    uid: goal.uid,
    agreed: goal.agreed,
    signIn: present.signIn.id,
    isFresh: way.proof === 'fresh',
  });
  return redirect(`${interactionPath(goal.uid)}?agreed=${word}`, cookies);
}

function signInOf(
  { subject, login, groups, tokens }: SignedInPerson,
  provider: Provider,
  { newId, clock, settings, tokenSeal }: InteractionParts,
): SignIn {
  const id = newId();
  const nowMs = clock();
  return {
    id,
    issuer: provider.issuer,
    namespace: provider.namespace,
    subject,
    login,
    groups,
    signedInAtMs: nowMs,
    expiresAtMs: nowMs + settings.hours * HOUR_MS,
    checkedAtMs: nowMs,
    sealedRefresh: sealTokens(tokenSeal, tokens, id),
    endedAtMs: undefined,
  };
}
