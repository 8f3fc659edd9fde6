/** Sign-ins as plain data over their sealed rows: what they say of a person is read and written here alone. */
import type { OAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRows, SignInRow } from '#oauth/oauth-rows.ts';
import type { SignIn, SignInChange, SignInStore } from '#oauth/sign-in.ts';

type Sealed = {
  readonly issuer: string;
  readonly namespace: string;
  readonly subject: string;
  readonly login: string | null;
  readonly groups: readonly string[];
  /** Base64. */
  readonly refresh: string | null;
};

/** Tries again when somebody else changed it meanwhile. */
const ATTEMPTS = 5;

function rowOf(signIn: SignIn, version: number, keys: OAuthKeys): SignInRow {
  const { id, issuer, namespace, subject, groups, sealedRefresh } = signIn;
  const text: Sealed = {
    issuer,
    namespace,
    subject,
    login: signIn.login ?? null,
    groups,
    refresh: sealedRefresh === undefined ? null : Buffer.from(sealedRefresh).toString('base64'),
  };
  return {
    id,
    person: keys.personDigest(issuer, subject),
    sealed: keys.seal(id, JSON.stringify(text)),
    signedInMs: signIn.signedInAtMs,
    expiresMs: signIn.expiresAtMs,
    checkedMs: signIn.checkedAtMs,
    endedMs: signIn.endedAtMs,
    version,
  };
}

/** Throws when the row is not what was written. */
export function signInOf(row: SignInRow, keys: OAuthKeys): SignIn {
  const { issuer, namespace, subject, login, groups, refresh } = JSON.parse(keys.open(row.id, row.sealed)) as Sealed;
  return {
    id: row.id,
    issuer,
    namespace,
    subject,
    login: login ?? undefined,
    groups,
    signedInAtMs: row.signedInMs,
    expiresAtMs: row.expiresMs,
    checkedAtMs: row.checkedMs,
    sealedRefresh: refresh === null ? undefined : Buffer.from(refresh, 'base64'),
    endedAtMs: row.endedMs,
  };
}

export function createSignIns(rows: OAuthRows, keys: OAuthKeys, clock: () => number): SignInStore {
  return {
    async create(signIn) {
      await rows.write({ act: 'begin_sign_in', row: rowOf(signIn, 0, keys), nowMs: clock() });
    },
    find(id) {
      const row = rows.signIn(id);
      return row === undefined ? undefined : signInOf(row, keys);
    },
    async update(id, change: SignInChange) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const row = rows.signIn(id);
        // What has ended is not changed any more.
        if (row === undefined || row.endedMs !== undefined) return;
        const changed = rowOf({ ...signInOf(row, keys), ...change }, row.version, keys);
        if ((await rows.write({ act: 'change_sign_in', row: changed })) === 'done') return;
      }
      throw new Error('a sign-in is being changed all the time');
    },
    async end(id, atMs) {
      await rows.write({ act: 'end_sign_in', id, nowMs: atMs });
    },
    of: (issuer, subject) =>
      rows
        .signInsOf(keys.personDigest(issuer, subject))
        .filter(({ endedMs }) => endedMs === undefined)
        .map((row) => signInOf(row, keys)),
  };
}
