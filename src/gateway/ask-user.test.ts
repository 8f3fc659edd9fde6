import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Way } from '#approvals/waiting.ts';
import { askUser } from '#gateway/ask-user.ts';
import { sessionBinding } from '#gateway/session-binding.ts';
import { awaitApproval } from '#gateway/steps/await-approval.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { authorized, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import type { FakeReply } from '#test/fakes/gateway.ts';
import { LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const TELLS: Way = { kind: 'hold', ends: 'url_error', tells: true, asks: true };
const message = toolCall('delete_note', { id: 7 });

/** What was to be asked by now is asked. */
async function turn(t: TestContext): Promise<void> {
  t.mock.timers.tick(1);
  for (let turns = 0; turns < 5; turns += 1) await new Promise((next) => setImmediate(next));
}

async function asked(t: TestContext, why: { reason: boolean }) {
  t.mock.timers.reset();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const byRule = new Map([[TERMS.rule, { ...TERMS, asks: why }]]);
  const waiting = { otherwise: 'refuse', byClient: new Map() } as const;
  const gateway = fakeGateway({
    limits: { approvalTellMs: 0 },
    holds: { byRule, otherwise: undefined, owners: new Map(), samePeople: [], waiting },
  });
  const made = await authorized(gateway, { message });
  await awaitApproval(made, gateway);
  const [approval] = gateway.approvals.list(['pending']);
  assert.ok(approval);
  const call = { ...made, session: { ...made.session, wireId: 'session-1' } };
  const said = () => (call.reply as FakeReply).sent.map((one) => (one.form === 'event' ? one.text : '')).join('');
  return { gateway, call, approval, said };
}

test('its user is asked after that is in the book, and nothing is asked that is not', async (t) => {
  const { gateway, call, approval, said } = await asked(t, { reason: true });
  askUser(call, approval, TELLS, gateway);
  await turn(t);
  assert.match(said(), /"method":"elicitation\/create","params":\{"mode":"form"/);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control approval_requested', 'stream down']);
  const latched = await asked(t, { reason: true });
  latched.gateway.ledger.refusing = () => LATCHED;
  askUser(latched.call, latched.approval, TELLS, latched.gateway);
  await turn(t);
  assert.equal(latched.said(), '');
});

test('where nothing is to be said its user is shown the page, and a client that cannot be asked is left alone', async (t) => {
  const one = await asked(t, { reason: false });
  askUser(one.call, one.approval, TELLS, one.gateway);
  await turn(t);
  assert.match(one.said(), new RegExp(`"mode":"url","elicitationId":"${one.approval.id}"`));
  const quiet = await asked(t, { reason: false });
  askUser(quiet.call, quiet.approval, { ...TELLS, tells: false }, quiet.gateway);
  askUser(quiet.call, quiet.approval, { kind: 'rounds', tells: true, asks: true }, quiet.gateway);
  const { wireId: _, ...session } = quiet.call.session;
  askUser({ ...quiet.call, session: { ...session, wireId: undefined } }, quiet.approval, TELLS, quiet.gateway);
  await turn(t);
  assert.equal(quiet.said(), '');
});

test('once the call waits no more nobody is asked, and an answer is nobody’s', async (t) => {
  const one = await asked(t, { reason: true });
  askUser(one.call, one.approval, TELLS, one.gateway)?.();
  await turn(t);
  assert.equal(one.said(), '');
  const two = await asked(t, { reason: true });
  const end = askUser(two.call, two.approval, TELLS, two.gateway);
  await turn(t);
  const [, id] = /"id":"(gatebook-[^"]+)"/.exec(two.said()) ?? [];
  end?.();
  const binding = sessionBinding(two.call, 'session-1');
  assert.equal(two.gateway.ownQuestions.takerOf({ binding, idKey: JSON.stringify(id) }), undefined);
});
