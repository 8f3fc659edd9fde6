/** Shows an admin who is signed in where, and ends it. What ending does is src/signin/endings.ts. */
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { endSignIn as ending, listSignIns, SignIn as SignInView } from '#api/contract/sign-in.ts';
import type { ApiParts } from '#api/parts.ts';
import { callerKey } from '#identity/caller.ts';
import { clientName } from '#oauth/sign-in.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { err, ok } from '#result.ts';
import { endSignIn } from '#signin/endings.ts';
import { ownSignIns } from '#signin/me/me-view.ts';

type People = NonNullable<ApiParts['people']>;
type Parts = Pick<ApiParts, 'clock' | 'identity' | 'ledger' | 'log' | 'masker' | 'newId' | 'people'>;

const RETRY_MS = 5_000;
const NOBODY: ApiRefusal = { code: 'not_found', reason: 'no_sign_in', detail: 'nobody signs in at this gateway' };
const UNREADABLE: ApiRefusal = { code: 'state_unavailable', reason: 'unreadable', retryAfterMs: RETRY_MS };

const textOf = (atMs: number): string => new Date(atMs).toISOString();

function viewOf(signIn: SignIn, { sessions, grants }: People): SignInView {
  const { id, issuer, subject, login, groups, signedInAtMs, expiresAtMs, checkedAtMs } = signIn;
  return {
    id,
    issuer,
    subject,
    ...(login === undefined ? {} : { login }),
    groups: [...groups],
    signedInAt: textOf(signedInAtMs),
    expiresAt: textOf(expiresAtMs),
    checkedAt: textOf(checkedAtMs),
    browsers: sessions.of([signIn]).map(({ id: name, browser, network, beganAtMs, usedAtMs }) => ({
      id: name,
      browser,
      network,
      beganAt: textOf(beganAtMs),
      usedAt: textOf(usedAtMs),
    })),
    clients: grants.of(id).map(({ name, clientId, resources, givenAtMs }) => ({
      grant: name,
      client: clientName(clientId),
      resources: [...resources],
      givenAt: textOf(givenAtMs),
    })),
  };
}

export function serveSignIns({ query }: Pick<ApiInput<typeof listSignIns>, 'query'>, parts: Parts): ApiOutcome {
  const { people, identity, clock } = parts;
  if (people === undefined) return err(NOBODY);
  const { subject, issuer } = query;
  const issuers = identity.ready().map((one) => one.issuer);
  if (issuer !== undefined && !issuers.includes(issuer))
    return err({
      code: 'invalid_parameter',
      reason: 'no_such_issuer',
      parameter: 'issuer',
      detail: 'no configured issuer has this URL; it is compared exactly',
    });
  try {
    const all = (issuer === undefined ? issuers : [issuer]).flatMap((one) =>
      ownSignIns({ issuer: one, subject }, { signIns: people.signIns, clock }),
    );
    return ok({ json: all.map((signIn) => viewOf(signIn, people)) });
  } catch {
    return err(UNREADABLE);
  }
}

export async function serveSignInEnding(
  call: ApiCall,
  { params }: Pick<ApiInput<typeof ending>, 'params'>,
  parts: Parts,
): Promise<ApiOutcome> {
  const { people, clock } = parts;
  if (people === undefined) return err(NOBODY);
  let signIn: SignIn | undefined;
  try {
    signIn = people.signIns.find(params.id);
  } catch {
    return err({ ...UNREADABLE, executed: 'no' });
  }
  if (signIn === undefined || signIn.endedAtMs !== undefined || signIn.expiresAtMs <= clock())
    return err({ code: 'not_found', reason: 'sign_in', executed: 'no' });
  const { caller } = call.verified;
  const ended = await endSignIn(
    signIn,
    { caller, reason: 'by_admin', source: call.source },
    { ...parts, signIns: people.signIns, sessions: people.sessions, grants: people.grants },
  );
  if (ended.ok)
    return ok({
      json: { record: ended.value, endsYou: callerKey(signIn) === callerKey(caller) && isOver(call, parts) },
    });
  return ended.error.code === 'audit_unavailable'
    ? err({ ...ended.error, retryAfterMs: RETRY_MS, executed: 'no' })
    : err({
        ...ended.error,
        retryAfterMs: RETRY_MS,
        detail: 'it is in the book and perhaps not in force; ask again',
        executed: 'unknown',
      });
}

const isOver = (call: ApiCall, { identity }: Parts): boolean => !identity.recheck(call.verified).ok;
