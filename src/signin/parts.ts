/** What signing in may use of a running gateway. Plain wiring, made in src/bin. */
import type { Config } from '#config/schema.ts';
import type { ResolvedSignIn } from '#config/sign-in-secrets.ts';
import type { CallHistory } from '#events/call-history.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { EpochSource } from '#identity/epochs.ts';
import type { NoticeView } from '#notify/notice.ts';
import type { GivenGrants } from '#oauth/given-grants.ts';
import type { OAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRows } from '#oauth/oauth-rows.ts';
import type { SignIn, SignInStore } from '#oauth/sign-in.ts';
import type { Accounts, AuthorizationServer, CheckAgain } from '#signin/asked.ts';
import type { BrowserCheck } from '#signin/check-browser.ts';
import type { ClientSource } from '#signin/client-source.ts';
import type { WebSessions } from '#signin/web-session.ts';

export type SignInSettings = NonNullable<Config['signIn']>;

export type HoldingRule = { readonly when: string; readonly lift?: string | undefined };

export type SignInParts = Pick<
  Gateway,
  | 'allowedHosts'
  | 'approvals'
  | 'clock'
  | 'connections'
  | 'draining'
  | 'heldCalls'
  | 'identity'
  | 'ledger'
  | 'limits'
  | 'log'
  | 'masker'
  | 'monotonic'
  | 'newId'
  | 'policy'
  | 'proxies'
  | 'publicUrl'
  | 'quotas'
  | 'refusals'
  | 'stopping'
> & {
  readonly settings: SignInSettings;
  readonly roles: Config['roles'];
  /** All of them; those with `signIn` are where people can sign in. */
  readonly issuers: Config['issuers'];
  readonly secrets: ResolvedSignIn;
  readonly epochs: EpochSource;
  /** So many unpredictable bytes. */
  readonly random: (count: number) => Buffer;
  readonly oauth: { readonly rows: OAuthRows; readonly keys: OAuthKeys };
  readonly signIns: SignInStore;
  /** Browsers in which people are signed in. */
  readonly webSessions: WebSessions;
  readonly grants: GivenGrants;
  readonly clients: ClientSource;
  /** Who was told of an approval; empty when nobody is, or when that cannot be read. */
  readonly noticesOf: (approval: string) => readonly NoticeView[];
  /** What the book says around a call that waits for people. */
  readonly history: CallHistory;
  /** Of a rule in force: the calls it is for, and the level that a yes lifts them to where none of the caller's permits them. */
  readonly ruleOf: (name: string) => HoldingRule | undefined;
  /** Groups that may see what is masked in a call that waits. */
  readonly showsTo: readonly string[];
  /** Asks the issuer whether this person may still sign in, and keeps what it says of them. */
  readonly checkAgain: (signIn: SignIn) => Promise<CheckAgain>;
  readonly accounts: Accounts;
  /** Before a page looks for who sits there. */
  readonly checkBrowser: BrowserCheck;
  /** Loaded with the first request. */
  readonly server: () => Promise<AuthorizationServer>;
};
