/** What the pages of signing in work with. Plain wiring, made in src/bin. */
import type { ClaimStore } from '#oauth/claim.ts';
import type { Consents } from '#oauth/consent.ts';
import type { Seal } from '#oauth/seal.ts';
import type { SignInStore } from '#oauth/sign-in.ts';
import type { AgreementWords } from '#signin/agreement.ts';
import type { AuthorizationServer } from '#signin/asked.ts';
import type { SignInParts } from '#signin/parts.ts';
import type { Provider } from '#signin/providers/provider.ts';
import type { WayCookies } from '#signin/way-cookie.ts';
import type { WebSessions } from '#signin/web-session.ts';

export type InteractionParts = Pick<
  SignInParts,
  | 'accounts'
  | 'clients'
  | 'clock'
  | 'ledger'
  | 'limits'
  | 'log'
  | 'masker'
  | 'newId'
  | 'publicUrl'
  | 'random'
  | 'refusals'
  | 'settings'
> & {
  readonly server: () => Promise<Pick<AuthorizationServer, 'asked' | 'grant' | 'refuse'>>;
  readonly signIns: Pick<SignInStore, 'create'>;
  readonly sessions: Pick<WebSessions, 'find' | 'begin'>;
  readonly consents: Pick<Consents, 'isGiven' | 'give'>;
  readonly claims: ClaimStore;
  /** By namespace, in the order of the configuration. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly ways: WayCookies;
  readonly words: AgreementWords;
  /** Seals what the issuer gave, for the row of the sign-in. */
  readonly tokenSeal: Seal;
  /** For the tokens of forms. */
  readonly formKey: Uint8Array;
};
