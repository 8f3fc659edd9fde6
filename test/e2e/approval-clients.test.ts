/**
 * The clients of the official SDKs, unchanged and with their own time-outs, make calls that are held. `npm run compat -- --approvals` does the
 * same with more programs, and waits as long as people do.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { SETUPS, WORDS_OF_NO } from '../compat/approvals/course.ts';
import type { Era, Setup } from '../compat/approvals/course.ts';
import { sdkV1Caller } from '../compat/approvals/drivers/sdk-v1-caller.ts';
import { sdkV2Caller } from '../compat/approvals/drivers/sdk-v2-caller.ts';
import type { HeldCaller, Place, Screen } from '../compat/approvals/frame.ts';
import { readingOf } from '../compat/approvals/reading.ts';
import { startHttpServer } from '../compat/http-servers.ts';
import type { HttpServer } from '../compat/http-servers.ts';
import { startTestGateway } from './harness.ts';
import type { TestGateway } from './harness.ts';

type Program = {
  readonly name: string;
  readonly era: Era;
  readonly open: (place: Place, screen: Screen) => Promise<HeldCaller>;
};

const PROGRAMS: readonly Program[] = [
  {
    name: 'v1',
    era: 'legacy',
    open: ({ url, token, setup }, screen) => {
      const headers = { authorization: `Bearer ${token}` };
      // A class of the SDK that declares `sessionId?: string` does not fit its own interface under exactOptionalPropertyTypes.
      const transport: object = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
      return sdkV1Caller(transport as Parameters<typeof sdkV1Caller>[0], setup, screen);
    },
  },
  { name: 'v2', era: 'legacy', open: (place, screen) => sdkV2Caller('legacy', place, screen) },
  { name: 'v2', era: 'modern', open: (place, screen) => sdkV2Caller({ pin: '2026-07-28' }, place, screen) },
];
const SCREEN: Screen = { link: () => undefined, form: () => undefined, progress: () => undefined };
const POLICY = `levels: { everything: { allow: ["*"] } }
grants: [{ groups: ["idp:callers"], connections: [orders], level: everything }]
rules: [{ name: hold-cancelling, when: 'name == "cancel-order"', then: hold }]
`;

let server: HttpServer;
before(async () => {
  server = await startHttpServer('orders');
});
after(() => server.end());

const timesDone = (order: string): number =>
  server
    .written()
    .split('\n')
    .filter((line) => line === `cancelled ${order}`).length;

const start = (t: TestContext, limits: Readonly<Record<string, number>>): Promise<TestGateway> =>
  startTestGateway(t, {
    limits,
    policy: POLICY,
    signIn: {},
    connections: { yaml: `  orders: { upstream: { type: http, url: "${server.url}" } }\n`, names: [] },
  });

type Decide = (subject: string, decision: object) => Promise<void>;

/** One person at the API, who decides one after the other what the caller of a name asks for, once he has asked. */
async function startApprover(gateway: TestGateway): Promise<Decide> {
  const authorization = `Bearer ${await gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' })}`;
  const asked = new Map<string, PromiseWithResolvers<string>>();
  const idFor = (subject: string): PromiseWithResolvers<string> => {
    const known = asked.get(subject) ?? Promise.withResolvers<string>();
    asked.set(subject, known);
    return known;
  };
  gateway.composed.gateway.approvals.onChange(({ id, state, requester }) => {
    if (state === 'pending') idFor(requester.subject).resolve(id);
  });
  let before = Promise.resolve();
  const post = async (id: string, decision: object): Promise<void> => {
    const response = await fetch(`${gateway.origin}/api/v1/approvals/${id}/decision`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(decision),
    });
    assert.equal(response.status, 200, await response.text());
  };
  return async (subject, decision) => {
    const id = await idFor(subject).promise;
    before = before.then(() => post(id, decision));
    return before;
  };
}

type Case = { readonly name: string; readonly order: string; readonly era: Era; readonly caller: HeldCaller };

/** Every client in every setup, each with a caller and an order of its own, all at the same time. */
async function eachCase(gateway: TestGateway, name: string, check: (one: Case) => Promise<void>): Promise<void> {
  const run = async (program: Program, setup: Setup): Promise<void> => {
    const subject = `${name}-${program.name}-${program.era}-${setup}`;
    const token = await gateway.token({ uid: subject, sub: subject, cid: 'desk', groups: ['callers'] });
    const caller = await program.open({ url: gateway.url('orders'), token, setup }, SCREEN);
    await check({ name: subject, order: `order-${subject}`, era: program.era, caller });
    await caller.close();
  };
  await Promise.all(PROGRAMS.flatMap((program) => SETUPS.map((setup) => run(program, setup))));
}
const readBy = ({ caller, order }: Case): Promise<string> =>
  caller.call(order).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));

test('a client of either SDK that waits is given the answer when people agree, and their words when they do not', async (t) => {
  const gateway = await start(t, { approvalHoldMs: 45_000 });
  const decide = await startApprover(gateway);
  await Promise.all([
    eachCase(gateway, 'yes', async (one) => {
      const [text] = await Promise.all([readBy(one), decide(one.name, { decision: 'approve' })]);
      assert.equal(text, `cancelled ${one.order} (${one.era})`, one.name);
      assert.equal(timesDone(one.order), 1, one.name);
    }),
    eachCase(gateway, 'no', async (one) => {
      const no = { decision: 'deny', reason: WORDS_OF_NO };
      const [text] = await Promise.all([readBy(one), decide(one.name, no)]);
      assert.equal(readingOf(text, one.order), 'no', `${one.name}: ${text}`);
      assert.equal(timesDone(one.order), 0, one.name);
    }),
  ]);
});

test('a client of either SDK that cannot wait is given id and link, the same ones when it asks again at once, and by the same call the answer once people agreed', async (t) => {
  const gateway = await start(t, { approvalHoldMs: 0 });
  const decide = await startApprover(gateway);
  await eachCase(gateway, 'late', async (one) => {
    const text = await readBy(one);
    assert.equal(readingOf(text, one.order), 'refused', `${one.name}: ${text}`);
    const [id] = /apr_[a-z2-7]{26}/.exec(text) ?? [];
    assert.ok((await readBy(one)).includes(id ?? assert.fail(text)), `${one.name} is told of another request`);
    await decide(one.name, { decision: 'approve' });
    assert.equal(await readBy(one), `cancelled ${one.order} (${one.era})`, one.name);
    assert.equal(timesDone(one.order), 1, one.name);
  });
});
