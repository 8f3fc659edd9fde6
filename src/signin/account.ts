/**
 * Whose sign-in a grant hangs on, as the protocol's library asks for it: at consent, at every code and at every refresh. At
 * consent and at a refresh the issuer is asked first whether the person may still come in; not knowing is never a yes for long.
 */
import type { OAuthRows } from '#oauth/oauth-rows.ts';
import { signInFault } from '#oauth/sign-in.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { unreachable } from '#result.ts';
import { recordAct } from '#signin/auth-record.ts';
import type { AccountAnswer, Accounts } from '#signin/asked.ts';
import type { SignInParts } from '#signin/parts.ts';

export type AccountParts = Pick<
  SignInParts,
  'checkAgain' | 'clock' | 'epochs' | 'ledger' | 'limits' | 'log' | 'masker' | 'newId' | 'signIns'
> & {
  readonly rows: Pick<OAuthRows, 'write'>;
  /** Resolves after so many milliseconds. */
  readonly after: (ms: number) => Promise<void>;
};

export const openAccounts = (parts: Omit<AccountParts, 'rows' | 'after'> & Pick<SignInParts, 'oauth'>): Accounts =>
  createAccounts({
    ...parts,
    rows: parts.oauth.rows,
    after: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });

/** How often somebody looks whether another process has its answer. */
const LOOK_MS = 50;

export function createAccounts(parts: AccountParts): Accounts {
  const { checkAgain, clock, limits, log, signIns, rows, after } = parts;
  /** In this process only one asks for each sign-in: issuers exchange refresh tokens too, and would take two for a theft. */
  const asking = new Map<string, Promise<void>>();

  const find = (id: string, clientId: string | undefined): AccountAnswer => {
    let signIn: SignIn | undefined;
    try {
      signIn = signIns.find(id);
    } catch (error) {
      log.error({ error: error instanceof Error ? error.message : 'unreadable' }, 'sign-ins cannot be read');
      return 'unavailable';
    }
    if (signIn === undefined) return 'none';
    const fault = signInFault(signIn, clientId, { ...parts, nowMs: clock() });
    if (fault === undefined) return signIn;
    return fault === 'revocations_unknown' ? 'unavailable' : 'none';
  };
  const isFresh = ({ checkedAtMs }: SignIn): boolean => clock() - checkedAtMs < limits.issuerCheckFreshMs;

  const end = async (signIn: SignIn): Promise<void> => {
    const recorded = await recordAct(parts, 'sign_in_ended', { signIn, reason: 'issuer_refused' });
    if (!recorded.ok) throw new Error('the end of a sign-in could not be recorded');
    await signIns.end(signIn.id, clock());
  };

  const askIssuer = async (signIn: SignIn): Promise<void> => {
    const said = await checkAgain(signIn);
    switch (said) {
      case 'holds':
        return signIns.update(signIn.id, { checkedAtMs: clock() });
      case 'refused':
        return end(signIn);
      case 'unreachable':
        return undefined;
      default:
        return unreachable(said);
    }
  };

  const claim = async (id: string, nowMs: number, untilMs: number): Promise<boolean> =>
    (await rows.write({ act: 'claim_check', id, nowMs, untilMs })) === 'done';

  /** Whoever is first asks; the others have the answer when it is there, or ask themselves when there was none. */
  const ask = async (signIn: SignIn): Promise<void> => {
    const deadlineMs = clock() + limits.issuerCheckMs;
    while (clock() < deadlineMs) {
      const untilMs = clock() + limits.issuerCheckMs;
      if (await claim(signIn.id, clock(), untilMs)) {
        try {
          return await askIssuer(signIn);
        } finally {
          await claim(signIn.id, untilMs, clock());
        }
      }
      await after(LOOK_MS);
      const now = signIns.find(signIn.id);
      if (now === undefined || now.endedAtMs !== undefined || now.checkedAtMs > signIn.checkedAtMs) return;
    }
  };

  const askOnce = (signIn: SignIn): Promise<void> => {
    const already = asking.get(signIn.id);
    if (already !== undefined) return already;
    const asked = ask(signIn).finally(() => asking.delete(signIn.id));
    asking.set(signIn.id, asked);
    return asked;
  };

  return {
    find,
    async findChecked(id, clientId) {
      const before = find(id, clientId);
      if (typeof before === 'string' || isFresh(before)) return before;
      try {
        await askOnce(before);
      } catch (error) {
        log.error({ error: error instanceof Error ? error.message : 'failed' }, 'a sign-in could not be checked again');
        return 'unavailable';
      }
      const now = find(id, clientId);
      if (typeof now === 'string') return now;
      return clock() - now.checkedAtMs < limits.issuerCheckStaleMs ? now : 'unavailable';
    },
  };
}
