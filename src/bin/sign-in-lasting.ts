/** What of signing in outlives a reload: also where nobody signs in any more, sessions and tokens are still looked up. */
import { join } from 'node:path';
import type { ApiReads } from '#bin/api-reads.ts';
import type { ClientsLasting } from '#bin/clients.ts';
import { accountCaller, liveAccount } from '#accounts/service-account.ts';
import type { ServiceAccounts } from '#accounts/service-account.ts';
import type { Gateway, Log } from '#gateway/gateway.ts';
import type { Epochs } from '#identity/epochs.ts';
import type { OwnTokens } from '#identity/own-tokens.ts';
import type { Limits } from '#limits.ts';
import type { NoticeView } from '#notify/notice.ts';
import { createAccessTokens } from '#oauth/access-tokens.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRows } from '#oauth/oauth-rows.ts';
import type { SignInStore } from '#oauth/sign-in.ts';
import type { WebSessionStore } from '#oauth/web-session.ts';
import { createSignIns } from '#oauth/sign-ins.ts';
import { createWebSessions } from '#signin/web-session.ts';
import type { WebSessions } from '#signin/web-session.ts';
import { createOAuthStore } from '#store/oauth-store.ts';
import { createSignInState } from '#store/sign-in-state.ts';
import type { SignInState } from '#store/sign-in-state.ts';
import { openWebSessions } from '#store/web-sessions.ts';

/** What of it outlives a reload. */
export type SignInLasting = ClientsLasting & {
  readonly maskingKey: Buffer;
  readonly epochs: Epochs;
  /** So many unpredictable bytes. */
  readonly random: (count: number) => Buffer;
  readonly oauth: { readonly rows: OAuthRows; readonly keys: OAuthKeys };
  readonly signIns: SignInStore;
  readonly accessTokens: OwnTokens;
  readonly webStore: WebSessionStore;
  readonly webSessions: WebSessions;
  /** Consents, and what one process at a time may do. */
  readonly signInState: SignInState;
  readonly apiReads: Pick<ApiReads, 'book' | 'searcher'>;
  readonly notices: { of(approval: string): readonly NoticeView[] };
};

export type SignInLastingParts = {
  readonly dataDirectory: string;
  readonly limits: Limits;
  readonly maskingKey: Buffer;
  readonly random: (count: number) => Buffer;
  readonly clock: () => number;
  readonly inForce: () => Pick<Gateway, 'identity' | 'publicUrl'>;
  readonly accounts: () => ServiceAccounts;
  readonly epochs: Epochs;
  readonly idleMinutes: number;
  readonly newId: () => string;
  readonly log: Log;
};

/** Opens nothing: the first use does. */
export function signInLasting(
  parts: SignInLastingParts,
): Pick<SignInLasting, 'oauth' | 'signIns' | 'accessTokens' | 'webStore' | 'webSessions' | 'signInState'> {
  const { dataDirectory, limits, maskingKey, random, clock, inForce, accounts } = parts;
  const path = join(dataDirectory, 'state.db');
  const rows = createOAuthStore({ path, limits });
  const keys = createOAuthKeys(maskingKey, random);
  const signIns = createSignIns(rows, keys, clock);
  const webStore = openWebSessions({ path, limits });
  return {
    oauth: { rows, keys },
    signIns,
    webStore,
    signInState: createSignInState({ path, limits }),
    webSessions: createWebSessions({
      ...parts,
      store: webStore,
      signIns,
      trusts: (issuer) => inForce().identity.trusts(issuer),
      secret: maskingKey,
      // A reload may change it.
      get publicUrl() {
        return inForce().publicUrl;
      },
    }),
    accessTokens: createAccessTokens({
      rows,
      keys,
      clock,
      limits,
      trusts: (issuer) => inForce().identity.trusts(issuer),
      accountOf: (name) =>
        liveAccount(accounts(), name, clock()) === undefined ? undefined : accountCaller(name, inForce().publicUrl),
    }),
  };
}
