/**
 * Gatebook as an authorization server (OAuth 2.1, RFC 8414, 8707, 9207, 9126, 8628) by oidc-provider, which is loaded with the
 * first request. Here the library meets our settings, our rows and our pages; what it must not do it is not given.
 */
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type * as OidcProvider from 'oidc-provider';
import type { Client, Context, InteractionModel, Model, OidcContext, Provider } from 'oidc-provider';
import { addressOf } from '#api/limit-source.ts';
import { faultFrames } from '#gateway/fault-frames.ts';
import { sourceKey } from '#gateway/source.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { err, ok } from '#result.ts';
import { createAdapter } from '#signin/adapter.ts';
import type { Accounts, AskedAuthorization, AuthorizationServer } from '#signin/asked.ts';
import { interactionPolicy } from '#signin/interaction-policy.ts';
import { libraryErrors } from '#signin/library-errors.ts';
import type { LibraryErrors } from '#signin/library-errors.ts';
import type { SignInParts } from '#signin/parts.ts';
import { API_SCOPE, CONNECTION_SCOPE, providerSettings } from '#signin/provider-settings.ts';
import { quietly } from '#signin/quiet-library.ts';
import { connectionOf } from '#signin/resource.ts';
import type { Visit } from '#signin/route.ts';
import { stayHere } from '#signin/stay-here.ts';
import type { SigningKey } from '#signin/signing-key.ts';

export type AuthorizationServerParts = SignInParts & {
  readonly signingKey: SigningKey;
  /** Whether tokens for the API may be given to this client. */
  readonly mayUseApi: (clientId: string) => boolean;
};

type Library = Pick<typeof OidcProvider, 'Provider' | 'errors' | 'interactionPolicy'>;

const METADATA = /^\/\.well-known\//;

export async function openAuthorizationServer(parts: AuthorizationServerParts): Promise<AuthorizationServer> {
  const library = await quietly(() => import('oidc-provider'));
  const provider = await quietly(() => openProvider(library, parts, parts.accounts));
  report(provider, parts);
  const served = provider.callback();
  const { clients, publicUrl } = parts;
  const asked = async (visit: Visit): Promise<InteractionModel | undefined> => {
    try {
      const interaction = await provider.interactionDetails(visit.incoming, visit.outgoing);
      const uid = visit.params['uid'];
      return uid === undefined || uid === interaction.uid ? interaction : undefined;
    } catch (error) {
      if (error instanceof library.errors.SessionNotFound) return undefined;
      throw error;
    }
  };
  return {
    async endpoints(request, response) {
      const source = addressOf(request, parts);
      if (pathOf(request) === '/oauth/register') return clients.register(request, response);
      asSeenFromHere(request, source, publicUrl);
      return clients.from(source, () => served(request, response));
    },
    async asked(visit) {
      const interaction = await asked(visit);
      if (interaction === undefined) return undefined;
      const clientId = textOf(interaction, 'client_id') ?? '';
      const client = await clients.from(visit.source, () => provider.Client.find(clientId));
      return client === undefined ? undefined : askedOf(interaction, client, publicUrl);
    },
    async grant(visit, agreed) {
      const interaction = await asked(visit);
      if (interaction === undefined) return err('over');
      return ok(await finish(provider, visit, interaction, { ...agreed, clock: parts.clock }));
    },
    async refuse(visit, error, description) {
      if ((await asked(visit)) === undefined) return undefined;
      const { incoming, outgoing } = visit;
      return provider.interactionResult(incoming, outgoing, { error, error_description: description });
    },
  };
}

function openProvider(library: Library, parts: AuthorizationServerParts, accounts: Accounts): Provider {
  const errors = libraryErrors(library.errors);
  const { clients, oauth, publicUrl } = parts;
  const { rows, keys } = oauth;
  const context = (): OidcContext | undefined => library.Provider.ctx;
  const provider = new library.Provider(
    publicUrl,
    providerSettings({
      ...parts,
      errors,
      adapter: (model) => createAdapter(model, { ...parts, rows, keys, errors, context }),
      policy: interactionPolicy(library.interactionPolicy),
      account: (asking, id, token) => accountFor(asking, id, token, accounts, errors),
    }),
  );
  // What stands in front of us was judged already: `asSeenFromHere` says what the library may believe.
  provider.proxy = true;
  provider.use(amendMetadata(publicUrl));
  provider.use(stayHere(clients));
  provider.Client.prototype.compareClientSecret = function compareClientSecret(shown) {
    return this.clientSecret !== undefined && clients.isSecretOf(this.clientSecret, shown);
  };
  return provider;
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

/** The library makes addresses of what a request says of its host: that is never the sender's to say. */
function asSeenFromHere(request: IncomingMessage, source: string, publicUrl: string): void {
  const { host, protocol } = new URL(publicUrl);
  request.headers.host = host;
  request.headers['x-forwarded-proto'] = protocol.slice(0, -1);
  request.headers['x-forwarded-for'] = source;
  delete request.headers['x-forwarded-host'];
  // A code in a link would be somebody else's as easily as one's own (RFC 8628 section 5.4): it is typed.
  if (request.method === 'GET' && pathOf(request) === '/device') request.url = '/device';
}

/** What the library does not say of itself, and what it says it can and we do not let it. */
const amendMetadata =
  (publicUrl: string) =>
  async (context: Context, next: () => Promise<void>): Promise<void> => {
    await next();
    if (!METADATA.test(context.path) || typeof context.body !== 'object' || context.body === null) return;
    context.body = {
      ...context.body,
      response_modes_supported: ['query'],
      registration_endpoint: `${publicUrl}/oauth/register`,
      client_id_metadata_document_supported: true,
      scopes_supported: [CONNECTION_SCOPE, API_SCOPE, 'openid', 'offline_access'],
    };
  };

/** Whoever shows again what was used up gets nothing, and has no issuer asked. */
const isUsedUp = (token: Model | undefined): boolean => token?.consumed !== undefined;

async function accountFor(
  context: OidcContext,
  id: string,
  token: Model | undefined,
  accounts: Accounts,
  errors: LibraryErrors,
): Promise<SignIn | undefined> {
  const clientId = context.oidc.client?.clientId;
  // Whatever comes of it opens something: the issuer says yes to the person first.
  const found = isUsedUp(token) ? accounts.find(id, clientId) : await accounts.findChecked(id, clientId);
  if (found === 'unavailable') throw errors.unavailable();
  if (found !== 'none') return found;
  // At the token endpoint the library says `invalid_grant`; in the browser the person has to sign in again.
  if (context.oidc.route === 'token') return undefined;
  throw errors.loginRequired('this sign-in is over');
}

/** Failures, for the log and for the book of strangers' refusals. */
function report(provider: Provider, { log, monotonic, quotas, refusals }: AuthorizationServerParts): void {
  const refused = (name: string) => (context: unknown, fault: unknown) => {
    const source = sourceKey(sourceIn(context));
    const reason = fault instanceof Error && CODE.test(fault.message) ? fault.message : 'unknown';
    refusals.note({ source, code: name, reason, connection: '' });
    if (GUESSES.has(reason)) quotas.sources.refused(source, monotonic());
  };
  for (const name of ['authorization', 'grant', 'pushed_authorization_request', 'device_authorization', 'revocation'])
    provider.on(`${name}.error`, refused(`oauth_${name}`));
  for (const name of ['server_error', 'error'])
    provider.on(name, (...details) => {
      const fault = details.find((detail) => detail instanceof Error);
      log.error({ frames: faultFrames(fault) }, 'the authorization server failed');
    });
}

/** A stable code, as RFC 6749 has them. */
const CODE = /^[a-z_]{1,64}$/;
/** What somebody may try until it fits. */
const GUESSES: ReadonlySet<string> = new Set(['invalid_client', 'invalid_grant']);

const sourceIn = (context: unknown): string => {
  const ip = typeof context === 'object' && context !== null ? Reflect.get(context, 'ip') : undefined;
  return typeof ip === 'string' ? ip : 'unknown';
};

const textOf = ({ params }: Pick<InteractionModel, 'params'>, name: string): string | undefined => {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
};

function askedOf(interaction: InteractionModel, client: Client, publicUrl: string): AskedAuthorization | undefined {
  const resource = textOf(interaction, 'resource') ?? oneOf(interaction.params['resource']);
  if (resource === undefined) return undefined;
  const prompts = new Set(textOf(interaction, 'prompt')?.split(' '));
  const maxAge = textOf(interaction, 'max_age');
  return {
    uid: interaction.uid,
    client: {
      id: client.clientId,
      name: client.clientName ?? client.clientId,
      uri: client.clientUri,
      logoUri: client.logoUri,
      metadataDigest: hash('sha256', JSON.stringify(client.metadata()), 'base64url'),
    },
    redirectUri: interaction.deviceCode === undefined ? textOf(interaction, 'redirect_uri') : undefined,
    resource,
    connection: connectionOf(resource, publicUrl),
    scopes: (textOf(interaction, 'scope') ?? '').split(' ').filter((scope) => scope !== ''),
    asksLogin: prompts.has('login') || prompts.has('select_account'),
    asksConsent: prompts.has('consent'),
    maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
    loginHint: textOf(interaction, 'login_hint'),
    isDevice: interaction.deviceCode !== undefined,
  };
}

const oneOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.length === 1 ? value[0] : undefined;

const OIDC_SCOPES: ReadonlySet<string> = new Set(['openid', 'offline_access']);

/** The grant is made and the interaction told of it; gives where the browser goes on. */
async function finish(
  provider: Provider,
  { incoming, outgoing }: Visit,
  interaction: InteractionModel,
  agreed: { readonly signIn: SignIn; readonly authAtMs: number; readonly clock: () => number },
): Promise<string> {
  const { signIn, authAtMs, clock } = agreed;
  const expiresIn = Math.max(1, Math.floor((signIn.expiresAtMs - clock()) / 1_000));
  const clientId = textOf(interaction, 'client_id');
  const grant = new provider.Grant({ accountId: signIn.id, clientId, expiresIn });
  const scopes = (textOf(interaction, 'scope') ?? '').split(' ');
  grant.addOIDCScope(scopes.filter((scope) => OIDC_SCOPES.has(scope)).join(' '));
  const resource = oneOf(interaction.params['resource']);
  if (resource !== undefined)
    grant.addResourceScope(resource, scopes.filter((scope) => !OIDC_SCOPES.has(scope)).join(' '));
  const grantId = await grant.save();
  return provider.interactionResult(incoming, outgoing, {
    login: { accountId: signIn.id, ts: Math.floor(authAtMs / 1_000), remember: false },
    consent: { grantId },
    select_account: {},
  });
}
