/** Signing in on a fake gateway. */
import { ConfigSchema } from '#config/schema.ts';
import { createEpochs } from '#identity/epochs.ts';
import type { Epochs } from '#identity/epochs.ts';
import { createClientKeys } from '#oauth/client-keys.ts';
import { createGivenGrants } from '#oauth/given-grants.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRows } from '#oauth/oauth-rows.ts';
import { createSignIns } from '#oauth/sign-ins.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { openAccounts } from '#signin/account.ts';
import type { SignInParts } from '#signin/parts.ts';
import { createClientSource } from '#signin/registration/clients.ts';
import type { DocumentFault, FetchedDocument } from '#signin/registration/pinned-fetch.ts';
import { createWebSessions } from '#signin/web-session.ts';
import { fakeCallHistory } from '#test/fakes/call-history.ts';
import { fakeClientStore } from '#test/fakes/clients.ts';
import { fakeGateway } from '#test/fakes/gateway.ts';
import type { FakeGateway, GatewayOverrides } from '#test/fakes/gateway.ts';
import { createFakeWebSessionStore } from '#test/fakes/web-session-store.ts';

export type FakeSignIn = SignInParts & {
  readonly gateway: FakeGateway;
  readonly epochs: Epochs;
  readonly clientStore: ReturnType<typeof fakeClientStore>;
  /** By URL; any other host does not answer. */
  readonly documents: Map<string, Result<FetchedDocument, DocumentFault>>;
  /** URLs that were fetched. */
  readonly fetched: readonly string[];
};

const nowhere = (): never => {
  throw new Error('nothing is kept here');
};
const NO_ROWS: OAuthRows = {
  find: nowhere,
  findByAlias: nowhere,
  token: nowhere,
  isUnanswered: nowhere,
  grantsOf: nowhere,
  grantNamed: nowhere,
  signIn: nowhere,
  signInsOf: nowhere,
  revision: nowhere,
  write: nowhere,
  close: async () => undefined,
};

/** `config`: parts of gatebook.yaml as they would be written. `rows`: a store, for what needs one. */
export function signInParts(
  overrides: GatewayOverrides = {},
  config: Record<string, unknown> = {},
  rows: OAuthRows = NO_ROWS,
): FakeSignIn {
  const gateway = fakeGateway(overrides);
  const parsed = ConfigSchema.parse({ version: 1, deployment: 'test', signIn: {}, ...config });
  if (parsed.signIn === undefined) throw new Error('signing in is off');
  let given = 0;
  const random = (count: number): Buffer => Buffer.alloc(count, (given += 1));
  const keys = createOAuthKeys(Buffer.alloc(32, 7), random);
  const clientStore = fakeClientStore();
  const documents: FakeSignIn['documents'] = new Map();
  const fetched: string[] = [];
  const own = {
    ...gateway,
    gateway,
    clientStore,
    documents,
    fetched,
    settings: parsed.signIn,
    issuers: parsed.issuers,
    secrets: { issuerSecrets: new Map(), issuerKeys: new Map(), clientSecrets: new Map() },
    epochs: createEpochs(gateway.limits),
    random,
    roles: parsed.roles,
    oauth: { rows, keys },
    signIns: createSignIns(rows, keys, gateway.clock),
    grants: createGivenGrants(rows, keys),
    checkAgain: async () => 'holds' as const,
    history: fakeCallHistory(),
    ruleOf: () => undefined,
    noticesOf: () => [],
    showsTo: parsed.approvals.show,
    server: () => Promise.reject(new Error('no authorization server here')),
  };
  const webSessions = createWebSessions({
    ...own,
    store: createFakeWebSessionStore(),
    trusts: () => true,
    secret: Buffer.alloc(32, 7),
    idleMinutes: own.settings.webIdleMinutes,
  });
  const accounts = openAccounts(own);
  const clients = createClientSource({
    ...own,
    clientKeys: createClientKeys(Buffer.alloc(32, 7)),
    async fetchDocument({ href }) {
      fetched.push(href);
      return documents.get(href) ?? err('unreachable');
    },
  });
  return { ...own, clients, webSessions, accounts, checkBrowser: async () => true };
}

/** Publishes a document there. */
export const publish = (
  { documents }: Pick<FakeSignIn, 'documents'>,
  url: string,
  document: object,
  cacheControl?: string,
): void => void documents.set(url, ok({ bytes: Buffer.from(JSON.stringify(document)), cacheControl }));
