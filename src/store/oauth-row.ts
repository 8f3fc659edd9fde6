/** From rows of `state.db` to what src/oauth makes of them. Throws on what no writer of ours wrote. */
import type { SQLOutputValue } from 'node:sqlite';
import type { OAuthModel, OAuthRow, SignInRow, TokenRow } from '#oauth/oauth-rows.ts';

type Row = Record<string, SQLOutputValue>;

const damaged = (): never => {
  throw new Error('a row of the authorization server is damaged');
};
export const blobOf = (row: Row, column: string): Uint8Array => {
  const value = row[column];
  return value instanceof Uint8Array ? value : damaged();
};
export const blobOrNone = (row: Row, column: string): Uint8Array | undefined =>
  row[column] === null ? undefined : blobOf(row, column);
const numberOf = (row: Row, column: string): number => {
  const value = row[column];
  return typeof value === 'number' ? value : damaged();
};
const numberOrNone = (row: Row, column: string): number | undefined =>
  row[column] === null ? undefined : numberOf(row, column);
const textOf = (row: Row, column: string): string => {
  const value = row[column];
  return typeof value === 'string' ? value : damaged();
};

const MODELS: ReadonlySet<string> = new Set<OAuthModel>([
  'AccessToken',
  'AuthorizationCode',
  'ClientCredentials',
  'DeviceCode',
  'Grant',
  'Interaction',
  'PushedAuthorizationRequest',
  'RefreshToken',
  'ReplayDetection',
  'Session',
]);
export const isOAuthModel = (name: string): name is OAuthModel => MODELS.has(name);

export function oauthRowOf(row: Row): OAuthRow {
  const model = textOf(row, 'model');
  return {
    digest: blobOf(row, 'digest'),
    model: isOAuthModel(model) ? model : damaged(),
    grant: blobOrNone(row, 'grant_digest'),
    signIn: row['sign_in'] === null ? undefined : textOf(row, 'sign_in'),
    alias: blobOrNone(row, 'alias'),
    after: blobOrNone(row, 'after'),
    source: blobOrNone(row, 'source'),
    sealed: blobOf(row, 'sealed'),
    madeMs: numberOf(row, 'made_ms'),
    expiresMs: numberOf(row, 'expires_ms'),
    consumedMs: numberOrNone(row, 'consumed_ms'),
  };
}

export const signInRowOf = (row: Row, prefix: '' | 's_' = ''): SignInRow => ({
  id: textOf(row, `${prefix}id`),
  person: blobOf(row, `${prefix}person`),
  sealed: blobOf(row, `${prefix}sealed`),
  signedInMs: numberOf(row, `${prefix}signed_in_ms`),
  expiresMs: numberOf(row, `${prefix}expires_ms`),
  checkedMs: numberOf(row, `${prefix}checked_ms`),
  endedMs: numberOrNone(row, `${prefix}ended_ms`),
  version: numberOf(row, `${prefix}version`),
});

/** Undefined when what it hangs on is not there any more. */
export function tokenRowOf(row: Row): TokenRow | undefined {
  if (row['grant_digest'] !== null && row['granted'] === null) return undefined;
  if (row['sign_in'] !== null && (row['s_id'] === null || row['s_ended_ms'] !== null)) return undefined;
  return {
    sealed: blobOf(row, 'sealed'),
    expiresMs: numberOf(row, 'expires_ms'),
    grant: blobOrNone(row, 'grant_digest'),
    signIn: row['sign_in'] === null ? undefined : signInRowOf(row, 's_'),
    unseen: blobOrNone(row, 'unseen'),
  };
}
