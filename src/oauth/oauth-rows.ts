/**
 * What the authorization server keeps, as rows, and the port to where they are kept. The row is the truth: what was given
 * out counts as long as its row, its grant and its sign-in are there. No token stands in any row: rows are found by keyed
 * digests, what they say is sealed.
 */

/** oidc-provider's names of what it keeps. */
export type OAuthModel =
  | 'AccessToken'
  | 'AuthorizationCode'
  | 'ClientCredentials'
  | 'DeviceCode'
  | 'Grant'
  | 'Interaction'
  | 'PushedAuthorizationRequest'
  | 'RefreshToken'
  | 'ReplayDetection'
  | 'Session';

export type OAuthRow = {
  /** Keyed digest of what opens it. */
  readonly digest: Uint8Array;
  readonly model: OAuthModel;
  /** Keyed digest of the grant it hangs on; a grant's own. */
  readonly grant: Uint8Array | undefined;
  /** Id of the sign-in it hangs on. */
  readonly signIn: string | undefined;
  /** Another name it is found by: keyed digest of a user code or of a session's second id. */
  readonly alias: Uint8Array | undefined;
  /**
   * Of a refresh token: the one it was given for. Of an access token: the refresh token given with it, so that whoever uses
   * the one shows to have got the other.
   */
  readonly after: Uint8Array | undefined;
  /** Whose row it is before anybody signed in: keyed digest of a network address. */
  readonly source: Uint8Array | undefined;
  readonly sealed: Uint8Array;
  /** Unix milliseconds, all of them. */
  readonly madeMs: number;
  readonly expiresMs: number;
  readonly consumedMs: number | undefined;
};

export type SignInRow = {
  readonly id: string;
  /** Keyed digest of issuer and subject. */
  readonly person: Uint8Array;
  readonly sealed: Uint8Array;
  readonly signedInMs: number;
  readonly expiresMs: number;
  readonly checkedMs: number;
  readonly endedMs: number | undefined;
  /** Counts its changes. */
  readonly version: number;
};

export type OAuthWrite =
  /** New, or said anew. `gone`: its grant or its sign-in ended, or what it came `after` was replaced. */
  | { readonly act: 'put'; readonly row: OAuthRow; readonly nowMs: number }
  /** Once: `used` for everybody but the first, and then its grant has ended with it. */
  | { readonly act: 'consume'; readonly digest: Uint8Array; readonly nowMs: number }
  /** A refresh token for the one it is `after`. `used`: that was a reuse, and its grant has ended. */
  | {
      readonly act: 'rotate';
      readonly row: OAuthRow;
      readonly nowMs: number;
      /** Keyed digest of the address it is shown from. */
      readonly source: Uint8Array | undefined;
    }
  /** Whoever was given this refresh token has shown to have it. */
  | { readonly act: 'see'; readonly digest: Uint8Array; readonly nowMs: number }
  | { readonly act: 'remove'; readonly digest: Uint8Array }
  | { readonly act: 'end_grant'; readonly grant: Uint8Array }
  | { readonly act: 'begin_sign_in'; readonly row: SignInRow; readonly nowMs: number }
  /** Only what is still of `row.version`; it becomes one more. `used`: somebody else changed it. */
  | { readonly act: 'change_sign_in'; readonly row: SignInRow }
  | { readonly act: 'end_sign_in'; readonly id: string; readonly nowMs: number }
  /** One at a time asks the issuer about a sign-in. `used`: somebody else is asking until then. */
  | { readonly act: 'claim_check'; readonly id: string; readonly nowMs: number; readonly untilMs: number };

export type OAuthOutcome = 'done' | 'used' | 'gone';

/** Whether a token counts, and what it says. */
export type TokenRow = {
  readonly sealed: Uint8Array;
  readonly expiresMs: number;
  readonly grant: Uint8Array | undefined;
  readonly signIn: SignInRow | undefined;
  /** The refresh token that was given with it and that nobody has shown yet. */
  readonly unseen: Uint8Array | undefined;
};

/** Reading happens on the calling thread, by an index, and throws when the store cannot be read. */
export type OAuthRows = {
  find(digest: Uint8Array): OAuthRow | undefined;
  findByAlias(alias: Uint8Array): OAuthRow | undefined;
  /** Undefined: it ended, or its grant or sign-in did, or it never was. */
  token(digest: Uint8Array): TokenRow | undefined;
  /** Whether a consumed refresh token may be shown once more: what it was exchanged for has been seen by nobody. */
  isUnanswered(digest: Uint8Array): boolean;
  /** Of one sign-in, that have not expired. */
  grantsOf(signIn: string): readonly OAuthRow[];
  /** A grant by the first bytes of its digest. */
  grantNamed(prefix: Uint8Array): OAuthRow | undefined;
  signIn(id: string): SignInRow | undefined;
  signInsOf(person: Uint8Array): readonly SignInRow[];
  /** Rises when anything that counted may count no more, whoever ended it. Cheap. */
  revision(): number;
  write(write: OAuthWrite): Promise<OAuthOutcome>;
  close(): Promise<void>;
};
