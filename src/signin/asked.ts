/**
 * What a client asks of a person, as the authorization server understood it, and what pages may answer: the seam between
 * the protocol (authorization-server.ts) and the pages of consent and sign-in. Plain data; no library's words.
 */
import type { LedgerRefusal } from '#ledger/record.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import type { Result } from '#result.ts';
import type { Visit } from '#signin/visiting.ts';

export type AskingClient = {
  readonly id: string;
  /** As it calls itself: unverified. */
  readonly name: string;
  readonly uri: string | undefined;
  readonly logoUri: string | undefined;
  /** Hash of everything it says of itself: a remembered consent is for exactly this. */
  readonly metadataDigest: string;
};

export type AskedAuthorization = {
  /** Names the interaction; also in the path of its page. */
  readonly uid: string;
  readonly client: AskingClient;
  /** Exactly one of the client's; undefined with the device flow, where nothing is redirected. */
  readonly redirectUri: string | undefined;
  /** What the token will be for: the URL of a connection, or of the API. */
  readonly resource: string;
  /** Name of the connection; undefined for the API. */
  readonly connection: string | undefined;
  readonly scopes: readonly string[];
  /** The person must prove themselves anew, whatever the browser remembers (`prompt=login`). */
  readonly asksLogin: boolean;
  /** Consent must be asked for anew (`prompt=consent`). */
  readonly asksConsent: boolean;
  /** How old the proof may be, in seconds (`max_age`). */
  readonly maxAgeSeconds: number | undefined;
  readonly loginHint: string | undefined;
  readonly isDevice: boolean;
};

/** RFC 6749 section 4.1.2.1 and OpenID Connect Core section 3.1.2.6. */
export type AskedRefusal =
  | 'access_denied'
  | 'login_required'
  | 'consent_required'
  | 'temporarily_unavailable'
  | 'server_error';

export type AuthorizationServer = {
  /** The protocol's endpoints: metadata, `/oauth/…`, and `/device`. */
  endpoints(request: Visit['incoming'], response: Visit['outgoing']): void | Promise<void>;
  /** What is asked of the person in this very browser; undefined when that is over or belongs to another browser. */
  asked(visit: Visit): Promise<AskedAuthorization | undefined>;
  /** The person agreed, on this sign-in. Gives where the browser goes on. `authAtMs`: when they last proved themselves. */
  grant(
    visit: Visit,
    agreed: { readonly signIn: SignIn; readonly authAtMs: number },
  ): Promise<Result<string, LedgerRefusal | 'over'>>;
  /** They did not, or could not. Gives where the browser goes on; undefined when the interaction is over. */
  refuse(visit: Visit, error: AskedRefusal, description: string): Promise<string | undefined>;
};

/** Asked of the issuer at each refresh. */
export type CheckAgain = 'holds' | 'refused' | 'unreachable';

/** `unavailable`: whether it holds cannot be told now. */
export type AccountAnswer = SignIn | 'none' | 'unavailable';

export type Accounts = {
  /** Undefined client: not asked for one. */
  find(id: string, clientId: string | undefined): AccountAnswer;
  /** The same after asking the issuer, unless it was asked a moment ago. */
  findChecked(id: string, clientId: string | undefined): Promise<AccountAnswer>;
};
