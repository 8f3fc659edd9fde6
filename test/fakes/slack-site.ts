/**
 * A gateway on 127.0.0.1 whose people decide in Slack: its pages and interactions, a Slack in small, one request of Ada's that
 * the leads decide, and Lena, a lead who is signed in and known to Slack as `U0LENA`.
 */
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Approval } from '#approvals/approval.ts';
import { createApprovals } from '#approvals/approvals.ts';
import { Secret } from '#config/secrets.ts';
import { approvalActEntry } from '#gateway/approval-entries.ts';
import { recordId } from '#ledger/record.ts';
import type { Limits } from '#limits.ts';
import type { NoticePost } from '#notify/notifier.ts';
import type { SlackSettings } from '#notify/notifier-settings.ts';
import { createSlackApi } from '#notify/slack/slack-api.ts';
import { createSeal } from '#oauth/seal.ts';
import { err, ok } from '#result.ts';
import { createAccounts } from '#signin/account.ts';
import type { CheckAgain } from '#signin/asked.ts';
import { slackRoutes } from '#signin/slack/interactions.ts';
import { linkRoutes } from '#signin/slack/link-pages.ts';
import type { SlackParts } from '#signin/slack/slack-parts.ts';
import { anApprovalRequest, TERMS } from './approval.ts';
import { anEvent, fakeCallHistory } from './call-history.ts';
import { idOf } from './gateway.ts';
import { headerOf } from './ledger.ts';
import { startMeSite } from './me-site.ts';
import type { MeSite } from './me-site.ts';
import { fakeClaimStore } from './sign-in-state.ts';
import { SLACK_CHANNEL, SLACK_TEAM, startFakeSlack } from './slack.ts';
import type { FakeSlack, Heard, OpenModal } from './slack.ts';

export const ASKED_ID = `apr_${idOf(7)}`;
export const ISSUER = 'https://acme.okta.com';
const SIGNING_SECRET = 'signing-secret-of-the-app';

export type SlackSite = {
  readonly site: MeSite;
  readonly slack: FakeSlack;
  readonly parts: SlackParts;
  /** What the issuer says of whoever is asked about. */
  readonly issuer: { says: CheckAgain };
  /** As members are named in gatebook.yaml. */
  readonly people: Map<string, { readonly issuer: string; readonly subject: string }>;
  readonly approval: () => Approval;
  /** Somebody who signs in now, as that member of the workspace. */
  readonly person: (subject: string, groups: readonly string[], member?: string) => void;
  readonly press: (user: string, approval?: string) => Promise<Heard>;
  /** Presses, and gives the modal that opens. */
  readonly opened: (user: string) => Promise<OpenModal>;
  /** What was said to that member alone, so far. */
  readonly told: (user: string) => string;
  /** Reasons of refusals in the book. */
  readonly refusals: () => readonly string[];
};

const post: NoticePost = async ({ url, headers, body }, signal) => {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const after = response.headers.get('retry-after');
    const retryAfterMs = after === null ? undefined : Number(after) * 1_000;
    return ok({ status: response.status, retryAfterMs, body: await response.text() });
  } catch {
    return err('unreachable');
  }
};

export async function startSlackSite(t: TestContext, limits: Partial<Limits> = {}): Promise<SlackSite> {
  const site = await startMeSite(t);
  const { gateway } = site.parts;
  const clock = (): number => site.clock.nowMs;
  const slack = await startFakeSlack({ token: 'xoxb-1', signingSecret: SIGNING_SECRET, clock });
  t.after(() => slack.close());
  slack.interactionsUrl = `${site.origin}/slack/ops/interactions`;
  const { approvalStore, ledger } = gateway;
  const approvals = createApprovals({
    store: approvalStore,
    clock,
    limits: gateway.limits,
    samePeople: () => [],
    glassOf: () => undefined,
    async record(act, approval, by) {
      const entry = await ledger.append(approvalActEntry(site.parts.newId(), gateway.masker, act, approval, by));
      return entry.ok ? ok(recordId(entry.value)) : err(entry.error.reason);
    },
    onFault: (what) => {
      throw new Error(what);
    },
  });
  const asker = { issuer: ISSUER, subject: 'ada', kind: 'person', groups: [], client: 'okta:cli' } as const;
  const askedMs = clock();
  await approvalStore.create(
    anApprovalRequest({ id: ASKED_ID, requester: asker, askedMs, expiresMs: askedMs + TERMS.waitMs }),
  );
  const issuer: SlackSite['issuer'] = { says: 'holds' };
  const people: SlackSite['people'] = new Map();
  const settings: SlackSettings = {
    name: 'ops',
    kind: 'slack',
    token: new Secret('xoxb-1'),
    signingSecret: new Secret(SIGNING_SECRET),
    team: SLACK_TEAM,
    channel: SLACK_CHANNEL,
    people,
    api: new URL(slack.api),
  };
  const signIns: SlackParts['signIns'] = {
    ...site.parts.signIns,
    ...site.me.signIns,
    find: (id) => site.signIns.get(id),
    async update(id, change) {
      const before = site.signIns.get(id);
      if (before !== undefined) site.signIns.set(id, { ...before, ...change });
    },
  };
  const seal = (use: string) => createSeal(Buffer.alloc(32, 9), use, randomBytes);
  const parts: SlackParts = {
    ...site.parts,
    limits: { ...site.parts.limits, ...limits },
    approvals,
    signIns,
    webSessions: site.sessions,
    accounts: createAccounts({
      ...site.parts,
      signIns,
      checkAgain: async () => issuer.says,
      rows: { write: async () => 'done' },
      after: async () => undefined,
    }),
    history: fakeCallHistory({
      asked: async () =>
        ok({
          ...anEvent({ arguments: { id: 7, owner: '[EMAIL_ADDRESS:k1:abc]', note: 'x\u200by' } }),
          beside: { _meta: { 'example.com/force': true } },
        }),
    }),
    apps: new Map([['ops', { settings, api: createSlackApi({ ...settings, post }) }]]),
    links: site.slackLinks,
    claims: fakeClaimStore(),
    seals: { modal: seal('modal'), offer: seal('offer') },
    rolesOf: ({ groups }) => new Set(groups.includes('okta:audit') ? (['auditor'] as const) : []),
  };
  site.more.push(...slackRoutes(parts), ...linkRoutes(parts));
  let given = 0;
  const made: SlackSite = {
    site,
    slack,
    parts,
    issuer,
    people,
    approval: () => approvalStore.find(ASKED_ID) ?? fail(),
    person(subject, groups, member) {
      given += 1;
      site.signIn(`${subject}-${given}`, subject, { groups });
      if (member !== undefined) people.set(member, { issuer: ISSUER, subject });
    },
    press: (user, approval = ASKED_ID) => slack.press(user, { approval, channel: SLACK_CHANNEL, ts: '1.2' }),
    async opened(user) {
      const before = slack.modals.length;
      const { status } = await made.press(user);
      const modal = slack.modals.at(-1);
      if (status !== 200 || slack.modals.length !== before + 1 || modal === undefined) return fail();
      return modal;
    },
    told: (user) =>
      slack.ephemerals
        .filter((one) => one.user === user)
        .map(({ text }) => text)
        .join('\n'),
    refusals: () => ledger.unwaited.map((entry) => headerOf(entry).reason ?? ''),
  };
  made.person('lena', ['okta:leads'], 'U0LENA');
  return made;
}

function fail(): never {
  throw new Error('nothing is there');
}
