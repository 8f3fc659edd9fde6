/**
 * Ending what signing in began: a sign-in with everything that hangs on it, what one client was given, one browser. In the book
 * first, then in the rows; from there it counts in every process at the next check, in open streams too.
 */
import type { Caller } from '#identity/caller.ts';
import type { GivenGrants } from '#oauth/given-grants.ts';
import type { SignIn, SignInStore } from '#oauth/sign-in.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { recordAct } from '#signin/auth-record.ts';
import type { AuthAct } from '#signin/auth-record.ts';
import type { SignInParts } from '#signin/parts.ts';
import type { WebSessions } from '#signin/web-session.ts';

export type EndingParts = Pick<SignInParts, 'clock' | 'ledger' | 'log' | 'masker' | 'newId'> & {
  readonly signIns: Pick<SignInStore, 'end'>;
  readonly sessions: Pick<WebSessions, 'end' | 'endOf'>;
  readonly grants: Pick<GivenGrants, 'end'>;
};

/** Who ends it: the person themselves, or an admin. */
export type EndedBy = {
  readonly caller: Caller;
  readonly reason: 'by_person' | 'by_admin';
  readonly source: string;
};

/** `audit_unavailable`: nothing was ended. `state_unavailable`: it is in the book, and may not have ended. */
export type EndRefusal = { readonly code: 'audit_unavailable' | 'state_unavailable'; readonly reason: string };

async function recorded(
  act: AuthAct,
  { by, signIn, detail }: { readonly by: EndedBy; readonly signIn: SignIn; readonly detail: Record<string, string> },
  parts: EndingParts,
  end: () => Promise<unknown>,
): Promise<Result<string, EndRefusal>> {
  const { caller, reason, source } = by;
  const whose = reason === 'by_admin' ? { issuer: signIn.issuer, subject: signIn.subject } : {};
  const inBook = await recordAct(parts, act, {
    caller,
    reason,
    source,
    detail: { ...detail, ...whose, signIn: signIn.id },
  });
  if (!inBook.ok) return err({ code: 'audit_unavailable', reason: inBook.error.reason });
  try {
    await end();
    return ok(inBook.value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    parts.log.error({ act, record: inBook.value, error: why }, 'an ending is recorded but not in force');
    return err({ code: 'state_unavailable', reason: 'not_in_force' });
  }
}

/** Gives the record's id. */
export const endSignIn = (signIn: SignIn, by: EndedBy, parts: EndingParts): Promise<Result<string, EndRefusal>> =>
  recorded('sign_in_ended', { by, signIn, detail: {} }, parts, async () => {
    // Everything looks at the sign-in: when this is written, the rest counts no more.
    await parts.signIns.end(signIn.id, parts.clock());
    await parts.sessions.endOf([signIn.id]);
  });

export const endGrant = (
  signIn: SignIn,
  grant: { readonly name: string; readonly clientId: string },
  by: EndedBy,
  parts: EndingParts,
): Promise<Result<string, EndRefusal>> =>
  recorded('grant_ended', { by, signIn, detail: { grant: grant.name, clientId: grant.clientId } }, parts, () =>
    parts.grants.end(signIn.id, grant.name),
  );

export const endWebSession = (
  signIn: SignIn,
  session: string,
  by: EndedBy,
  parts: EndingParts,
): Promise<Result<string, EndRefusal>> =>
  recorded('web_session_ended', { by, signIn, detail: { session } }, parts, () => parts.sessions.end([session]));
