/**
 * A whole gateway at which calls are held, whoever asks (Rob, a program; Eve, a person), and those who decide (Lena, Max).
 * Its clock can be set, it can be started again, and what it keeps can be put back as it was.
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { startFakeSlack, SLACK_CHANNEL, SLACK_TEAM } from '../../fakes/slack.ts';
import type { FakeSlack } from '../../fakes/slack.ts';
import { startTestGateway, toolCall } from '../../e2e/harness.ts';
import type { Reply, TestGateway, TestRecord } from '../../e2e/harness.ts';

export type Who = 'rob' | 'eve' | 'eve-elsewhere' | 'ivan';
export type Decider = 'lena' | 'max' | 'eve' | 'eve-elsewhere' | 'stranger' | 'lena-without-group';

export type Asking = {
  readonly who?: Who;
  readonly tool?: string;
  readonly connection?: string;
  /** The exact text of `arguments`, in place of what they would be. */
  readonly text?: string;
  /** Beside name and arguments. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Scene = {
  readonly gateway: TestGateway;
  /** Where people are told, and decide. */
  readonly slack: FakeSlack;
  /** A number that no other attack uses, the same all through this one. */
  readonly id: number;
  /** Makes the call. */
  call(asking?: Asking): Promise<Reply>;
  /** Makes it and gives the id of what is asked. */
  asked(asking?: Asking): Promise<string>;
  /** The same, and Lena agrees. */
  agreed(asking?: Asking, scope?: string): Promise<string>;
  decide(id: string, body: object, who?: Decider): Promise<Reply>;
  state(id: string): Promise<string>;
  /** Fetches a page or posts a form, as a browser would. */
  browse(path: string, init: RequestInit): Promise<Reply>;
  /** Until the end of the attack. */
  setClock(aheadMs: number): void;
  reload(from: string, to: string): Promise<void>;
  restart(): Promise<void>;
  /** Keeps what is kept now, and puts it back where it was; while nobody has it open, or under a gateway that runs. */
  backUp(): void;
  putBack(how: 'stopped' | 'running'): Promise<void>;
  keepSecret(secret: string): void;
  begin(): Promise<void>;
  outcome(atLeast: number): Promise<{ readonly records: readonly TestRecord[]; readonly sent: number }>;
  /** Undoes what the attack left; the next one begins. */
  next(): Promise<void>;
  close(): Promise<void>;
};

/** They come when they come. */
const ALONGSIDE: ReadonlySet<string> = new Set(['approval_flood', 'approval_told']);
const TURNS_MAX = 300;
const POLICY = `levels: { use: { allow: ["tools/call:*"] } }
grants:
  - { clients: ["idp:robot"], connections: [notes, masked], level: use }
  - { groups: ["idp:readers"], connections: [notes, masked], level: use }
rules:
  - { name: hold-pairs, when: 'name.startsWith("delete_pair")', then: hold, needed: 2 }
  - { name: hold-whiles, when: 'name.startsWith("delete_while")', then: hold, scopes: [once, call, tool] }
  - { name: hold-deletes, when: 'name.startsWith("delete_not")', then: hold }
`;
const SLACK_FILES = { '/slack/token': 'xoxb-of-the-app', '/slack/signing': 'signing-secret-of-the-app' };
/** `U0WHO` is nobody that anybody knows. */
const approvalsOf = (api: string): string => `approvals:
  samePeople: [["idp:00ueve", "idp:00uelsewhere"]]
  notify:
    ops:
      type: slack
      token: file:/slack/token
      signingSecret: file:/slack/signing
      team: ${SLACK_TEAM}
      channel: ${SLACK_CHANNEL}
      people: { U0LENA: "idp:00ulena", U0EVE: "idp:00ueve" }
      api: "${api}"
`;

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};
export const codeOf = ({ json, headers }: Reply): string | undefined => {
  const { code, error, result } = json as {
    code?: string;
    error?: { code?: number; data?: { code?: string } };
    result?: { resultType?: string; _meta?: { 'gatebook/error'?: { code?: string } } };
  };
  const isPage = headers.get('content-type')?.startsWith('text/html') === true;
  const named = code ?? error?.data?.code ?? result?._meta?.['gatebook/error']?.code ?? error?.code?.toString();
  return named ?? result?.resultType ?? (isPage ? 'page' : undefined);
};
const approvalIn = ({ text }: Reply): string | undefined => /apr_[a-z2-7]{26}/.exec(text)?.[0];

const PEOPLE: Readonly<Record<Decider, { readonly uid: string; readonly groups: readonly string[] }>> = {
  lena: { uid: '00ulena', groups: ['approvers'] },
  max: { uid: '00umax', groups: ['approvers'] },
  eve: { uid: '00ueve', groups: ['approvers', 'readers'] },
  'eve-elsewhere': { uid: '00uelsewhere', groups: ['approvers'] },
  stranger: { uid: '00ustranger', groups: ['others'] },
  'lena-without-group': { uid: '00ulena', groups: ['others'] },
};
const CALLERS: Readonly<Record<Who, Readonly<Record<string, unknown>>>> = {
  rob: {},
  eve: { cid: 'cli', sub: 'eve', uid: '00ueve', groups: ['readers'] },
  'eve-elsewhere': { cid: 'other-cli', sub: 'eve', uid: '00ueve', groups: ['readers'] },
  ivan: { cid: 'cli', sub: 'ivan', uid: '00uivan', groups: ['readers'] },
};

export async function openScene(): Promise<Scene> {
  const afters: (() => unknown)[] = [];
  const t = { after: (run: () => unknown) => void afters.push(run) } as TestContext;
  const slack = await startFakeSlack({
    token: SLACK_FILES['/slack/token'],
    signingSecret: SLACK_FILES['/slack/signing'],
  });
  afters.push(() => slack.close());
  let gateway = await startTestGateway(t, {
    policy: `${POLICY}${approvalsOf(slack.api)}`,
    files: SLACK_FILES,
    signIn: {},
    limits: { approvalsPerCaller: 10_000, approvalHoldMs: 1, approvalTellMs: 1 },
  });
  const realNow = Date.now;
  const secrets: string[] = [];
  let [id, recordsBefore, seenBefore, backUps] = [1_000, 0, 0, 0];
  let mine = new Set<string>();
  let undo: (() => Promise<unknown>) | undefined;
  const stateFile = (): string => join(gateway.dataDir, 'state.db');

  const bodyOf = ({ tool = 'delete_note', text, params = {} }: Asking): string => {
    const { params: plain, ...rest } = toolCall(tool, { id });
    const whole = JSON.stringify({ ...rest, params: { ...plain, ...params } });
    return text === undefined ? whole : whole.replace(`{"id":${id}}`, text);
  };
  const scene: Scene = {
    get gateway() {
      return gateway;
    },
    slack,
    get id() {
      return id;
    },
    async call(asking = {}) {
      const token = await gateway.token(CALLERS[asking.who ?? 'rob']);
      const reply = await gateway.post(asking.connection ?? 'notes', bodyOf(asking), {
        authorization: `Bearer ${token}`,
        ...asking.headers,
      });
      const approval = approvalIn(reply);
      if (approval !== undefined) mine.add(approval);
      return reply;
    },
    async asked(asking) {
      const reply = await scene.call(asking);
      const approval = approvalIn(reply);
      if (approval === undefined) throw new Error(`nobody was asked: ${reply.text}`);
      return approval;
    },
    async agreed(asking, scope = 'once') {
      const approval = await scene.asked(asking);
      const { status, text } = await scene.decide(approval, { decision: 'approve', scope });
      if (status !== 200) throw new Error(`not agreed: ${text}`);
      return approval;
    },
    async decide(approval, body, who = 'lena') {
      const { uid, groups } = PEOPLE[who];
      const authorization = `Bearer ${await gateway.apiToken(groups, { uid, sub: uid })}`;
      return scene.browse(`/api/v1/approvals/${approval}/decision`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    },
    async state(approval) {
      const { json } = await gateway.api(`/api/v1/approvals/${approval}`, await gateway.apiToken(['auditors']));
      return String(json['state']);
    },
    async browse(path, init) {
      const response = await fetch(new URL(path, gateway.origin), { redirect: 'manual', ...init });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: parsed(text) };
    },
    setClock(aheadMs) {
      Date.now = () => realNow() + aheadMs;
    },
    async reload(from, to) {
      const { ok } = await gateway.reload((text) => text.replace(from, to));
      if (!ok) throw new Error('the configuration was not taken');
      undo = () => gateway.reload((text) => text.replace(to, from));
    },
    async restart() {
      gateway = await gateway.restart();
    },
    backUp() {
      const database = new DatabaseSync(stateFile());
      database.exec(`VACUUM INTO '${stateFile()}.${(backUps += 1)}'`);
      database.close();
    },
    async putBack(how) {
      if (how === 'stopped') await gateway.stop();
      for (const end of ['', '-wal', '-shm']) rmSync(`${stateFile()}${end}`, { force: true });
      copyFileSync(`${stateFile()}.${backUps}`, stateFile());
      if (how === 'stopped') await scene.restart();
      else undo = () => scene.restart();
    },
    keepSecret: (secret) => void secrets.push(secret),
    async begin() {
      recordsBefore = (await gateway.records()).length;
      seenBefore = gateway.server.seen.length;
    },
    async outcome(atLeast) {
      const since = async (): Promise<readonly TestRecord[]> =>
        (await gateway.records()).slice(recordsBefore).filter(({ leaf, header }) => {
          if (leaf.st === 'approval_requested' && header?.decision?.approval !== undefined)
            mine.add(header.decision.approval);
          if (leaf.kind !== 'control') return true;
          const approval = header?.decision?.approval ?? '';
          return leaf.st.startsWith('approval_') && !ALONGSIDE.has(leaf.st) && mine.has(approval);
        });
      let records = await since();
      // What time did is recorded when somebody looks; nobody waits for it, this excepted.
      for (let turn = 0; records.length < atLeast && turn < TURNS_MAX; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        records = await since();
      }
      const sent = gateway.server.seen.slice(seenBefore).filter(({ body }) => body.includes('delete_')).length;
      return { records, sent };
    },
    async next() {
      Date.now = realNow;
      await undo?.();
      undo = undefined;
      id += 10;
      mine = new Set();
    },
    async close() {
      Date.now = realNow;
      for (const run of afters.toReversed()) await run();
    },
  };
  return scene;
}
