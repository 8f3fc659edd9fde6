import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { epochAt } from '#identity/epochs.ts';
import { digestToken } from '#identity/token-cache.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { createAccessTokens } from '#oauth/access-tokens.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthWrite, TokenRow } from '#oauth/oauth-rows.ts';
import { bytes, NOW, signInRow } from '#test/fakes/oauth-rows.ts';

const keys = createOAuthKeys(Buffer.alloc(32, 7), randomBytes);
const TOKEN = 'opaque';
const DIGEST = digestToken(TOKEN);
const PERSON = {
  issuer: 'https://idp',
  namespace: 'okta',
  subject: 'ada',
  login: null,
  groups: ['okta:a'],
  refresh: null,
};

/** A store in memory that counts how often it is asked. */
function open(limits: Limits = LIMITS) {
  const key = keys.tokenDigest(DIGEST);
  const payload = { aud: 'https://gw/mcp/notes', clientId: 'editor', iat: NOW / 1_000 };
  const signIn = (groups: readonly string[], version = 0) =>
    signInRow('one', { sealed: keys.seal('one', JSON.stringify({ ...PERSON, groups })), version });
  const state = {
    row: {
      sealed: keys.seal(key, JSON.stringify(payload)),
      expiresMs: NOW + 600_000,
      grant: bytes('grant'),
      signIn: signIn(['okta:a']),
      unseen: undefined,
    } as TokenRow | undefined,
    revision: 1,
    isReadable: true,
    trusted: true,
    account: true,
    asked: 0,
    writes: [] as OAuthWrite[],
  };
  const read = <T>(value: T): T => {
    if (!state.isReadable) throw new Error('no disk');
    return value;
  };
  const tokens = createAccessTokens({
    rows: {
      token: (digest) => {
        state.asked += 1;
        return read(Buffer.from(digest).equals(key) ? state.row : undefined);
      },
      revision: () => read(state.revision),
      write: async (write) => {
        state.writes.push(write);
        return 'done';
      },
    },
    keys,
    clock: () => NOW,
    limits,
    trusts: () => state.trusted,
    accountOf: (name) =>
      state.account && name === 'robot'
        ? {
            issuer: 'https://gw',
            namespace: 'gatebook',
            subject: name,
            kind: 'service_account',
            groups: [],
            client: 'gatebook:robot',
            scopes: [],
          }
        : undefined,
  });
  const find = (token = TOKEN) => tokens.find(token, digestToken(token));
  const holds = () =>
    tokens.stillHolds(
      asVerified({ caller: find()?.caller ?? assert.fail(), expiresAtMs: 0, issuedAtMs: 0, tokenDigest: DIGEST }),
    );
  return { state, find, holds, tokens, signIn, key };
}

it('a token is its person’s through its client, for its resource, and counts from the sign-in', () => {
  const { find } = open();
  assert.deepEqual(find(), {
    caller: {
      issuer: 'https://idp',
      namespace: 'okta',
      subject: 'ada',
      kind: 'person',
      groups: ['okta:a'],
      client: 'gatebook:editor',
      scopes: [],
    },
    resource: 'https://gw/mcp/notes',
    issuedAtMs: epochAt(NOW, LIMITS),
    expiresAtMs: NOW + 600_000,
  });
  assert.equal(find('guess'), undefined);
});

it('it is worth nothing a quarter of an hour after the issuer last said yes, and goes on when it says so again', () => {
  const { state, find, signIn } = open();
  const checked = (checkedMs: number, version: number) => ({ ...signIn(['okta:a'], version), checkedMs });
  state.row = state.row && { ...state.row, signIn: checked(NOW - 14 * 60_000, 0) };
  assert.equal(find()?.expiresAtMs, NOW + 60_000);
  state.row = state.row && { ...state.row, signIn: checked(NOW, 1) };
  state.revision = 2;
  assert.equal(find()?.expiresAtMs, NOW + 600_000);
});

it('it is looked up again when anything ended anywhere, and only then', () => {
  const { state, find, holds } = open();
  for (let uses = 0; uses < 5; uses += 1) find();
  assert.equal(holds(), true);
  assert.equal(state.asked, 1);
  state.revision = 2;
  const again = find();
  assert.equal(state.asked, 2);
  assert.equal(find(), again, 'the caller is one object as long as nothing of it changed');
  state.row = undefined;
  assert.notEqual(find(), undefined, 'a store that says nothing ended');
  state.revision = 3;
  assert.equal(find(), undefined);
});

it('an open stream’s token is over with the next look after it ended', () => {
  const { state, tokens, find } = open();
  const verified = asVerified({
    caller: find()?.caller ?? assert.fail(),
    expiresAtMs: 0,
    issuedAtMs: 0,
    tokenDigest: DIGEST,
  });
  assert.equal(tokens.stillHolds(verified), true);
  state.row = undefined;
  state.revision += 1;
  assert.equal(tokens.stillHolds(verified), false);
});

it('groups the issuer said anew are the caller’s at the next use', () => {
  const { state, find, signIn } = open();
  find();
  state.row = state.row === undefined ? undefined : { ...state.row, signIn: signIn(['okta:b'], 1) };
  state.revision += 1;
  assert.deepEqual(find()?.caller.groups, ['okta:b']);
});

it('nobody of an issuer that is configured no more, and no service account that is not, comes in', () => {
  const { state, find } = open();
  assert.notEqual(find(), undefined);
  state.trusted = false;
  assert.equal(find(), undefined);
  const machine = open();
  const payload = { aud: 'https://gw/mcp/notes', clientId: 'robot', iat: NOW / 1_000 };
  machine.state.row = {
    sealed: keys.seal(machine.key, JSON.stringify(payload)),
    expiresMs: NOW + 1,
    grant: undefined,
    signIn: undefined,
    unseen: undefined,
  };
  assert.equal(machine.find()?.caller.subject, 'robot');
  machine.state.account = false;
  assert.equal(machine.find(), undefined);
});

it('a store that cannot be read is no answer, also for a token that is remembered', () => {
  const { state, find, tokens } = open();
  const own = find();
  state.isReadable = false;
  assert.throws(() => find(), /no disk/);
  const verified = asVerified({
    caller: own?.caller ?? assert.fail(),
    expiresAtMs: 0,
    issuedAtMs: 0,
    tokenDigest: DIGEST,
  });
  assert.throws(() => tokens.stillHolds(verified), /no disk/);
});

it('its first use says that the refresh token beside it was received', () => {
  const { state, find } = open();
  state.row = state.row === undefined ? undefined : { ...state.row, unseen: bytes('refresh') };
  find();
  find();
  assert.deepEqual(state.writes, [{ act: 'see', digest: bytes('refresh'), nowMs: NOW }]);
});

it('a token that was put in another’s place is damaged, not good', () => {
  const { state, find } = open();
  state.row = state.row === undefined ? undefined : { ...state.row, sealed: keys.seal(bytes('other'), '{}') };
  assert.throws(() => find());
});

it('so many are remembered', () => {
  const { state, find } = open({ ...LIMITS, ownTokensCached: 0 });
  find();
  find();
  assert.equal(state.asked, 2);
});

it('who was judged by other groups than the person has now is judged anew', () => {
  const { state, find, tokens, signIn } = open();
  const caller = find()?.caller ?? assert.fail();
  const opened = asVerified({ caller, expiresAtMs: 0, issuedAtMs: 0, tokenDigest: DIGEST });
  const change = (groups: readonly string[], version: number): void => {
    state.row = { ...(state.row ?? assert.fail()), signIn: signIn(groups, version) };
    state.revision += 1;
  };
  change(['okta:a'], 1);
  assert.equal(tokens.stillHolds(opened), true, 'asked again, with the same groups');
  change([], 2);
  assert.equal(tokens.stillHolds(opened), false);
  assert.deepEqual(find()?.caller.groups, []);
});
