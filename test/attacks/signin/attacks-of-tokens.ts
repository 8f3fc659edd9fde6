/** Codes and tokens: of others, used ones, raced ones, ones for something else, and ones that ended. */
import assert from 'node:assert/strict';
import { agreedWith, bearer } from './beside.ts';
import type { Agreed } from './beside.ts';
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import type { Scene, SignInReply } from './scene.ts';

const GIVEN = 'control token_issued';
const REFRESHED = 'control token_refreshed';
const NO_GRANT = 'denied oauth_grant invalid_grant';

/** Loopback too, and another address. */
const ELSEWHERE = '127.0.0.2';

type Tokens = { readonly access: string; readonly refresh: string };
const tokensOf = ({ json }: SignInReply): Tokens => ({
  access: String(json['access_token']),
  refresh: String(json['refresh_token']),
});

/** `launch` begins where a person has agreed and the client has its tokens. */
const rowWith = (
  row: Pick<Row, 'name' | 'tried' | 'wire' | 'book'> & Partial<Pick<Row, 'also'>>,
  launch: (agreed: Agreed, tokens: Tokens, scene: Scene) => Promise<SignInReply>,
  prepare: (agreed: Agreed, tokens: Tokens) => Promise<unknown> = async () => undefined,
): Row => {
  let held: { readonly agreed: Agreed; readonly tokens: Tokens } | undefined;
  return {
    ...row,
    async prepare(scene) {
      const agreed = await agreedWith(scene);
      const tokens = tokensOf(await agreed.exchange(await agreed.code()));
      await prepare(agreed, tokens);
      held = { agreed, tokens };
    },
    async launch(scene) {
      assert.ok(held !== undefined);
      return launch(held.agreed, held.tokens, scene);
    },
  };
};

/** The access token of `tokens` opens nothing any more. */
const endsAll = async (agreed: Agreed, { access }: Tokens, reply: SignInReply): Promise<SignInReply> => {
  assert.equal((await agreed.call(bearer(access))).status, 401, 'the grant goes on');
  return reply;
};

const CODES: readonly Row[] = [
  rowWith(
    {
      name: 'code-reuse',
      tried: 'a code that was used; then the tokens of its first use',
      wire: '400 invalid_grant',
      book: [GIVEN, 'control code_reuse code_reuse', NO_GRANT, 'denied unauthenticated unknown_token'],
    },
    async (agreed) => {
      const got = await agreed.code();
      const first = tokensOf(await agreed.exchange(got));
      return endsAll(agreed, first, await agreed.exchange(got));
    },
  ),
  rowWith(
    {
      name: 'code-resource-swap',
      tried: 'a code for one connection, for a token of another',
      wire: '400 invalid_target',
      book: ['denied oauth_grant invalid_target'],
    },
    async (agreed, _tokens, { gateway }) => agreed.exchange(await agreed.code(), { resource: gateway.url('masked') }),
  ),
];

const REFRESHES: readonly Row[] = [
  rowWith(
    {
      name: 'refresh-reuse',
      tried: 'a refresh token that was exchanged, while the next one is in use; then all tokens of its grant',
      wire: '400 invalid_grant',
      book: ['control refresh_reuse refresh_reuse', NO_GRANT, 'denied unauthenticated unknown_token'],
    },
    async (agreed, tokens) => endsAll(agreed, tokens, await agreed.refresh(tokens.refresh)),
    async (agreed, { refresh }) => {
      const next = tokensOf(await agreed.refresh(refresh));
      assert.equal((await agreed.refresh(next.refresh)).status, 200);
    },
  ),
  rowWith(
    {
      name: 'refresh-resource-swap',
      tried: 'a refresh token of one connection, for a token of another',
      wire: '400 invalid_target',
      book: ['denied oauth_grant invalid_target'],
    },
    (agreed, { refresh }, { gateway }) => agreed.refresh(refresh, { resource: gateway.url('masked') }),
  ),
  rowWith(
    {
      name: 'refresh-scope-escalation',
      tried: 'a scope that nobody agreed to',
      wire: '400 invalid_scope',
      book: ['denied oauth_grant invalid_scope'],
    },
    (agreed, { refresh }) => agreed.refresh(refresh, { scope: 'mcp api' }),
  ),
  rowWith(
    {
      name: 'refresh-as-access',
      tried: 'a refresh token in place of an access token',
      wire: '401 unauthenticated',
      book: ['denied unauthenticated unknown_token'],
    },
    (agreed, { refresh }) => agreed.call(bearer(refresh)),
  ),
  rowWith(
    {
      name: 'refresh-lost-answer',
      tried: 'an answer that was lost is asked for again, from another address; then the token of the lost answer',
      wire: '401 unauthenticated',
      book: [REFRESHED, REFRESHED, 'denied unauthenticated unknown_token'],
    },
    async (agreed, { refresh }) => {
      const lost = tokensOf(await agreed.refresh(refresh));
      assert.equal((await agreed.refresh(refresh, {}, ELSEWHERE)).status, 200);
      return agreed.call(bearer(lost.access));
    },
  ),
  rowWith(
    {
      name: 'refresh-twins',
      tried:
        'a refresh token shown twice at the same moment from one address; then both of the tokens it was exchanged for',
      wire: '400 invalid_grant',
      book: [
        REFRESHED,
        REFRESHED,
        REFRESHED,
        'control refresh_reuse refresh_reuse',
        NO_GRANT,
        'denied unauthenticated unknown_token',
      ],
    },
    async (agreed, { refresh }) => {
      const [one, two] = (await Promise.all([agreed.refresh(refresh), agreed.refresh(refresh)])).map(tokensOf);
      assert.ok(one !== undefined && two !== undefined);
      const onward = tokensOf(await agreed.refresh(one.refresh));
      return endsAll(agreed, onward, await agreed.refresh(two.refresh));
    },
  ),
];

const ACCESS: readonly Row[] = [
  rowWith(
    {
      name: 'token-other-connection',
      tried: 'a token for one connection, at another',
      wire: '401 unauthenticated',
      book: ['denied unauthenticated wrong_audience'],
    },
    (agreed, { access }) => agreed.call(bearer(access), '/mcp/masked'),
  ),
  rowWith(
    {
      name: 'token-at-the-api',
      tried: 'a token for a connection, at the API',
      wire: '401 unauthenticated',
      book: ['denied unauthenticated wrong_audience'],
    },
    (_agreed, { access }, scene) => scene.send('/api/v1/events', { headers: bearer(access) }),
  ),
  rowWith(
    {
      name: 'token-remembered',
      tried: 'a token that was used a moment ago, after another process ended its sign-in',
      wire: '401 unauthenticated',
      book: ['denied unauthenticated unknown_token'],
    },
    async (agreed, { access }) => {
      const [signIn] = agreed.server.made.slice(-1);
      assert.ok(signIn !== undefined);
      await agreed.server.parts.signIns.end(signIn.id, Date.now());
      return agreed.call(bearer(access));
    },
    async (agreed, { access }) => assert.equal((await agreed.call(bearer(access))).status, 200),
  ),
];

const asked = (name: string, tried: string, more: Readonly<Record<string, string>>, error: string): Row => {
  let clientId = '';
  return {
    name,
    tried,
    wire: `303 ${error}`,
    book: [`denied oauth_authorization ${error}`],
    async prepare(scene) {
      clientId = String((await scene.register({})).json['client_id']);
    },
    launch: (scene) => scene.authorize({ client_id: clientId, ...more }),
    also: {
      says: 'no code goes anywhere',
      holds: ({ location = '' }) => assert.equal(new URL(location).searchParams.get('code'), null),
    },
  };
};

const REQUESTS: readonly Row[] = [
  asked(
    'pkce-left-out',
    'a code for anybody who has it: no PKCE',
    { code_challenge: '', code_challenge_method: '' },
    'invalid_request',
  ),
  asked('resource-of-others', 'a resource elsewhere', { resource: 'https://evil.example/mcp/notes' }, 'invalid_target'),
];

export const TOKEN_ATTACKS: readonly Attack[] = [
  ...inGroup('codes', [...CODES, ...REQUESTS]),
  ...inGroup('refresh tokens', REFRESHES),
  ...inGroup('access tokens', ACCESS),
];
