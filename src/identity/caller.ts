/** The authenticated principal: plain data, made only by identity/, read by everyone. */

export type CallerKind = 'person' | 'service_account' | 'gateway';

/** The namespace of Gatebook's own service accounts; no issuer can be named so. */
export const GATEBOOK_NAMESPACE = 'gatebook';

/** What the key that a service account shows leaves of what grants give. */
export type KeyBounds = {
  /** Who made the key: what is asked with it, they ask. */
  readonly createdBy?: { readonly issuer: string; readonly subject: string };
  /** Names the key in records. */
  readonly id: string;
  /** `*` is all that the account has. */
  readonly connections: readonly string[];
  /** The level that is the most it may have; undefined: whatever the account has. */
  readonly level: string | undefined;
};

/**
 * Keyed by `issuer` + `subject`, never by e-mail. Group, client and scope names carry the namespace of the
 * issuer that asserted them (`okta:mcp-admins`), so the same name at two issuers never matches.
 */
export type Caller = {
  /** The issuer's URL, exactly the token's `iss`; `gatebook` for what the gateway itself originates. */
  readonly issuer: string;
  /** The issuer's key in gatebook.yaml, the namespace of groups and clients. */
  readonly namespace: string;
  /** Stable subject in that issuer (Okta `uid`, Entra `oid`, otherwise `sub`). */
  readonly subject: string;
  readonly kind: CallerKind;
  /** Namespaced: `okta:mcp-admins`. Empty when the token carries none, which is normal for service accounts. */
  readonly groups: readonly string[];
  /** Namespaced client id the token was issued to: `okta:0oa1ci2deployer`; undefined when the token does not say. */
  readonly client: string | undefined;
  /** Namespaced scopes: `okta:mcp.read`. */
  readonly scopes: readonly string[];
  /** Only where an API key was shown. */
  readonly key?: KeyBounds;
};

export const GATEWAY_CALLER: Caller = {
  issuer: 'gatebook',
  namespace: 'gatebook',
  subject: 'gateway',
  kind: 'gateway',
  groups: [],
  client: undefined,
  scopes: [],
};

/** What a caller of before was judged by counts as long as it is the same. */
export const hasSameGroups = ({ groups: now }: Pick<Caller, 'groups'>, { groups }: Pick<Caller, 'groups'>): boolean =>
  now === groups || (now.length === groups.length && now.every((group, at) => group === groups[at]));

/** One string per principal, for maps and for the subject key of the ledger. */
export const callerKey = (caller: Pick<Caller, 'issuer' | 'subject'>): string => `${caller.issuer}\n${caller.subject}`;
