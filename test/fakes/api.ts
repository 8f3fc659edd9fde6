/** The API of a fake gateway on 127.0.0.1, with callers by token: Ada the auditor, Grace the admin, Eve without a role. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createApi } from '#api/app.ts';
import type { Route } from '#api/call.ts';
import { createCursors } from '#api/cursors.ts';
import type { ApiParts } from '#api/parts.ts';
import { createAdmission } from '#gateway/admission.ts';
import type { Admission } from '#gateway/admission.ts';
import type { RevocationStore } from '#identity/revocation.ts';
import { openBookIndex } from '#events/book-index.ts';
import { runSearchJob, type SearchJob } from '#events/search-jobs.ts';
import type { Searcher } from '#events/searcher.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { createEpochs } from '#identity/epochs.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import { fakeApiKeyStore } from '#test/fakes/api-key-store.ts';
import { ADA, EVE, fakeGateway, GRACE } from '#test/fakes/gateway.ts';
import type { FakeGateway, GatewayOverrides } from '#test/fakes/gateway.ts';
import { listenGateway } from '#test/fakes/gateway-server.ts';
import type { ListeningGateway } from '#test/fakes/gateway-server.ts';
import { createFakeBrokenGlass } from '#test/fakes/broken-glass.ts';
import { createFakeRevocationStore } from '#test/fakes/revocation-store.ts';

export const AUDITOR_TOKEN = 'api-token-of-ada-0123456789';
export const ADMIN_TOKEN = 'api-token-of-grace-0123456789';
export const STRANGER_TOKEN = 'api-token-of-eve-0123456789';

export const POLICY_TOKEN = 'api-token-of-olga-0123456789';
/** Auditor and admin in one. */
export const BOTH_TOKEN = 'api-token-of-both-0123456789';
export const ON_CALL_TOKEN = 'api-token-of-nina-0123456789';

/** In the group that decides what a rule holds. */
export const LEAD_TOKEN = 'api-token-of-lena-0123456789';

export type FakeApi = ListeningGateway & { readonly gateway: FakeGateway; readonly admission: Admission };

type Options = GatewayOverrides &
  Partial<
    Pick<
      ApiParts,
      | 'book'
      | 'checkpoints'
      | 'clients'
      | 'searcher'
      | 'streams'
      | 'web'
      | 'people'
      | 'brokenGlass'
      | 'epochs'
      | 'keys'
      | 'noticesOf'
      | 'grants'
    >
  > & {
    readonly store?: RevocationStore;
  };

export function apiParts(gateway: FakeGateway, options: Options = {}): ApiParts {
  const callers = new Map([
    [AUDITOR_TOKEN, { ...ADA, groups: ['okta:audit'] }],
    [ADMIN_TOKEN, { ...GRACE, groups: ['okta:admins'] }],
    [STRANGER_TOKEN, EVE],
    [POLICY_TOKEN, { ...ADA, subject: 'olga', groups: ['okta:policy'] }],
    [BOTH_TOKEN, { ...ADA, subject: 'both', groups: ['okta:audit', 'okta:admins'] }],
    [LEAD_TOKEN, { ...ADA, subject: 'lena', groups: ['okta:leads'] }],
    [ON_CALL_TOKEN, { ...ADA, subject: 'nina', groups: ['okta:on-call'] }],
  ]);
  gateway.identity.verifyForApi = (token) => {
    const caller = callers.get(token);
    if (caller === undefined) return err('wrong_audience');
    const nowMs = gateway.clock();
    return ok(asVerified({ caller, expiresAtMs: nowMs + 60_000, issuedAtMs: nowMs, tokenDigest: token }));
  };
  const roles = {
    admin: ['okta:admins'],
    policyApprover: ['okta:policy'],
    approver: [],
    auditor: ['okta:audit'],
    breakGlass: ['okta:on-call'],
  };
  return {
    ...gateway,
    roles,
    noticesOf: options.noticesOf ?? (() => []),
    web: options.web,
    people: options.people,
    brokenGlass: options.brokenGlass ?? createFakeBrokenGlass(),
    epochs: options.epochs ?? createEpochs(LIMITS),
    clients: options.clients,
    apiIssuers: [ADA.issuer],
    checkpoints: options.checkpoints ?? { all: async () => [] },
    revocations: {
      ...gateway,
      store: options.store ?? createFakeRevocationStore(),
      watch: { apply: () => undefined },
      secrets: () => [],
    },
    grants: options.grants ?? { find: () => undefined, end: async () => undefined },
    keys: options.keys ?? {
      store: fakeApiKeyStore(),
      newKey: () => assert.fail('no key'),
      inForce: () => ({ accounts: {}, connections: [], levels: [], roles }),
    },
    apiAdmission: createAdmission({
      callsInFlight: gateway.limits.apiRequestsInFlight,
      callsInFlightPerCaller: gateway.limits.apiRequestsPerCaller,
      streamsPerCaller: gateway.limits.apiRequestsPerCaller,
      listeners: gateway.limits.approvalWatchers,
      listenersPerCaller: gateway.limits.approvalWatchersPerCaller,
    }),
    cursors: createCursors(Buffer.alloc(32, 7)),
    searcher: options.searcher ?? {
      ask: async () => err({ reason: 'failed', message: '' }),
      close: async () => undefined,
    },
    streams: options.streams ?? { open: () => err('streams'), close: async () => undefined },
    book: options.book ?? {
      leaves: () => assert.fail('no book'),
      source: () => Promise.reject(new Error('no book')),
      sizes: async () => ({}),
    },
    version: '1.2.3',
  };
}

export async function listenApi(t: TestContext, routes: readonly Route[], options: Options = {}): Promise<FakeApi> {
  const gateway = fakeGateway(options);
  const parts = apiParts(gateway, options);
  const api = createApi(parts, routes);
  return { gateway, admission: parts.apiAdmission, ...(await listenGateway(t, gateway, api)) };
}

/** Headers of a request by the bearer of a token. */
export const by = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

/** Answers from the index of a data directory in the test's own thread. */
export function directSearcher(t: TestContext, data: string, nowMs: () => number): Searcher {
  const index = openBookIndex(data);
  t.after(() => index.close());
  return {
    async ask(kind, input) {
      const job = { kind, input } as SearchJob;
      return ok(runSearchJob(index, job, { limits: LIMITS, nowMs: nowMs(), monotonic: () => 0 }));
    },
    close: async () => undefined,
  };
}
