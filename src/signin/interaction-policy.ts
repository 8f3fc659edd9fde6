/**
 * When oidc-provider asks the person: always. Whether our pages then have anything to ask is theirs to say, by the browser's
 * own session and what was agreed to before, so that there is one memory of both and not two.
 */
import type { interactionPolicy as Policy, OidcContext } from 'oidc-provider';

const agreed = ({ oidc }: OidcContext): boolean =>
  oidc.result?.login !== undefined && oidc.result.consent?.grantId !== undefined;

export function interactionPolicy({ base, Check, Prompt }: typeof Policy): readonly object[] {
  const policy = base();
  const login = policy.get('login');
  if (login === undefined) throw new Error('oidc-provider has no prompt "login" any more');
  login.checks.clear();
  login.checks.add(new Check('not_agreed', 'the person has to agree', 'login_required', (context) => !agreed(context)));
  // Asked for by some clients; our page answers it like `login`.
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0);
  return policy;
}
