/** The pages of requests for approval on 127.0.0.1, with one request of Ada's that the leads decide, and the people around it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { ApprovalRequest } from '#approvals/approval.ts';
import { ok } from '#result.ts';
import { approvalRoutes } from '#signin/approvals/approval-routes.ts';
import type { ApprovalPagesParts } from '#signin/approvals/approval-visit.ts';
import { createSignIn } from '#signin/app.ts';
import { anApprovalRequest, TERMS } from '#test/fakes/approval.ts';
import { anEvent, fakeCallHistory } from '#test/fakes/call-history.ts';
import { idOf } from '#test/fakes/gateway.ts';
import type { GatewayOverrides } from '#test/fakes/gateway.ts';
import { startMeSite } from '#test/fakes/me-site.ts';

export const ID = `apr_${idOf(7)}`;
const ISSUER = 'https://acme.okta.com';
const SAME = { 'sec-fetch-site': 'same-origin' };

export const ADA = { issuer: ISSUER, subject: 'ada', kind: 'person', groups: [], client: 'okta:cli' } as const;

export async function startApprovalSite(
  t: TestContext,
  other: Partial<ApprovalPagesParts> = {},
  request: Partial<ApprovalRequest> = {},
  overrides: GatewayOverrides = {},
) {
  const site = await startMeSite(t, overrides);
  const { gateway } = site.parts;
  const askedMs = gateway.clock();
  const times = { askedMs, expiresMs: askedMs + TERMS.waitMs };
  const ask = (more: Partial<ApprovalRequest> = {}) =>
    gateway.approvalStore.create(
      anApprovalRequest({ id: ID, requester: ADA, name: 'delete\u202enote', ...times, ...request, ...more }),
    );
  await ask();
  const parts: ApprovalPagesParts = {
    ...site.parts,
    clock: gateway.clock,
    approvals: gateway.approvals,
    sessions: site.sessions,
    rolesOf: (caller) => new Set(caller.groups.includes('okta:audit') ? (['auditor'] as const) : []),
    history: fakeCallHistory({
      asked: async () => ok(anEvent({ code: 'approval_requested', arguments: { id: 7, note: 'x\u200by' } })),
    }),
    showsTo: ['okta:privacy'],
    ...other,
  };
  const mounted = createSignIn({ ...site.parts }, async () => ({
    routes: approvalRoutes(parts),
    endpoints: (_, response) => void response.writeHead(404).end(),
  }));
  const server = createServer((request_, response) => mounted.listener(request_, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sitting = async (subject: string, groups: readonly string[]) => {
    const { browser, present } = await site.browser(site.signIn(`${subject}-1`, subject, { groups }));
    const page = (path = `/approvals/${ID}`) => browser.open(`${origin}${path}`, { stopAt: `${site.origin}/signin` });
    const press = (fields: Record<string, string>, headers: Record<string, string> = {}, act = '') =>
      browser.send(
        `${origin}/approvals/${ID}${act}`,
        { method: 'POST', headers: { origin: site.origin, ...SAME, ...headers }, body: new URLSearchParams(fields) },
        { stopAt: `${origin}/signin` },
      );
    return { page, press, csrf: present.csrf };
  };
  return {
    site,
    gateway,
    origin,
    sitting,
    ask,
    found: (id = ID) => gateway.approvalStore.find(id),
    acts: () => gateway.ledger.entries.map(({ st }) => st),
  };
}
