/** What stands between a code or token and whoever should not have it, or not any more. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const ADAPTER = 'src/signin/adapter.ts';
const ACCESS_TOKENS = 'src/oauth/access-tokens.ts';
const IDENTITY = 'src/identity/identity.ts';
const KEYS = 'src/oauth/oauth-keys.ts';
const SETTINGS = 'src/signin/provider-settings.ts';
const TABLE = 'src/store/oauth-table.ts';
const EXCHANGE = 'src/store/refresh-exchange.ts';

/** What was agreed to, as the library finds it again. */
const agreedTo = (more: string) => without(ADAPTER, '      ...payload,\n', `      ...payload,\n      ${more},\n`);

const otherToo = (model: string): string =>
  `...(this.#model === '${model}' ? { resource: [payload['resource'], \`\${this.#parts.publicUrl}/mcp/masked\`] } : {})`;

export const TOKEN_GUARDS: readonly Guard[] = [
  {
    guard: 'a reuse ends the grant',
    attacks: ['code-reuse', 'refresh-reuse'],
    patches: [
      without(ADAPTER, "    await this.#write({ act: 'end_grant', grant });\n    if (!isAsked", '    if (!isAsked'),
    ],
  },
  {
    guard: 'the answer that was lost counts no more',
    attacks: ['refresh-lost-answer'],
    patches: [
      without(
        EXCHANGE,
        "database.prepare('DELETE FROM oauth_rows WHERE after = ?').run(blobOf(lost, 'digest'));\n",
        "blobOf(lost, 'digest');\n",
      ),
    ],
  },
  {
    guard: 'of two answers to one refresh token one goes on',
    attacks: ['refresh-twins'],
    patches: [without(EXCHANGE, 'if (parent !== undefined) useUp(', 'if (parent !== undefined && nowMs < 0) useUp(')],
  },
  {
    guard: 'a code gives a token for what was agreed to',
    attacks: ['code-resource-swap'],
    patches: [agreedTo(otherToo('AuthorizationCode'))],
  },
  {
    guard: 'a refresh gives a token for what was agreed to',
    attacks: ['refresh-resource-swap'],
    patches: [agreedTo(otherToo('RefreshToken'))],
  },
  {
    guard: 'a refresh gives no scope that was not agreed to',
    attacks: ['refresh-scope-escalation'],
    patches: [agreedTo("scope: 'mcp api'")],
  },
  {
    guard: 'only access tokens are access tokens',
    attacks: ['refresh-as-access'],
    patches: [
      without(KEYS, "model === 'AccessToken' ||", "model === 'AccessToken' || model === 'RefreshToken' ||"),
      without(
        TABLE,
        "t.model IN ('AccessToken', 'ClientCredentials')`",
        "t.model IN ('AccessToken', 'ClientCredentials', 'RefreshToken')`",
      ),
    ],
  },
  {
    guard: 'a token opens the one resource it is for',
    attacks: ['token-other-connection', 'token-at-the-api'],
    patches: [without(IDENTITY, "    if (!opens(resource, door)) return err('wrong_audience');\n")],
  },
  {
    guard: 'a token that is remembered is asked for again when anything ended',
    attacks: ['token-remembered'],
    patches: [without(ACCESS_TOKENS, 'known?.revision === revision &&', 'known !== undefined &&')],
  },
  {
    guard: 'PKCE is required',
    attacks: ['pkce-left-out'],
    patches: [without(SETTINGS, 'pkce: { required: () => true }', 'pkce: { required: () => false }')],
  },
  {
    guard: 'a resource is one of ours',
    attacks: ['resource-of-others'],
    patches: [
      without(SETTINGS, '      if (!isResource(resource, publicUrl))', '      if (!URL.canParse(resource))'),
      without(SETTINGS, 'if (isApi && !mayUseApi(client.clientId))', 'if (!isApi && !mayUseApi(client.clientId))'),
    ],
  },
];
