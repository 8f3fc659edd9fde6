/** A yes that was used, is over, or never was. */
import assert from 'node:assert/strict';
import { ASKED_ANEW, inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import type { Scene } from './scene.ts';

const MINUTE_MS = 60_000;
const VALID_MS = 10 * MINUTE_MS;
const ASKED = ['control approval_requested', 'denied approval_required held_by_rule'];

async function used(scene: Scene): Promise<void> {
  await scene.agreed();
  assert.equal((await scene.call()).status, 200);
}
/** What was kept while it was agreed to and not used yet. */
async function usedSince(scene: Scene): Promise<void> {
  await scene.agreed();
  scene.backUp();
  assert.equal((await scene.call()).status, 200);
}
/** Or not, where nothing ends it. */
const expired = (scene: Scene, id: string): Promise<unknown> =>
  scene.gateway
    .recordWhere(({ leaf, header }) => leaf.st === 'approval_expired' && header?.decision?.approval === id)
    .catch(() => undefined);
const voided = (scene: Scene, id: string): Promise<unknown> =>
  scene.gateway
    .recordWhere(({ leaf, header }) => leaf.st === 'approval_void' && header?.decision?.approval === id)
    .catch(() => undefined);
async function decided(scene: Scene, id: string): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    const { status } = await scene.decide(id, { decision: 'approve' });
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('nobody could decide');
}
const RACERS = 12;

const AGAIN: readonly Row[] = [
  { name: 'replay', tried: 'the same call again', ...ASKED_ANEW, prepare: used, launch: (scene) => scene.call() },
  {
    name: 'race',
    tried: 'two clients, and ten more, that wait for one yes and hear of it at the same moment',
    wire: '200 ok',
    sent: 1,
    book: ['intent open'],
    bookOf: 'intent',
    prepare: (scene) => scene.reload('"approvalHoldMs":1,', '"approvalHoldMs":20000,'),
    async launch(scene) {
      const racing = Array.from({ length: RACERS }, () => scene.call({ tool: 'delete_not_by_many' }));
      const request = await scene.gateway.recordWhere(
        ({ leaf, header }) => leaf.st === 'approval_requested' && header?.name === 'delete_not_by_many',
      );
      // It is recorded before it is kept.
      await decided(scene, request.header?.decision?.approval ?? '');
      const replies = await Promise.all(racing);
      const answered = replies.filter(({ text }) => !text.includes('gatebook/error'));
      assert.equal(answered.length, 1, 'one of them has an answer');
      return answered[0] as (typeof answered)[0];
    },
  },
  {
    name: 'replay-restarted',
    tried: 'the same call again, of a gateway that was started anew',
    ...ASKED_ANEW,
    prepare: used,
    async launch(scene) {
      await scene.restart();
      return scene.call();
    },
  },
  {
    name: 'state-of-yesterday',
    tried: 'the same call again, of a gateway whose state was restored from before its use',
    wire: '200 approval_required',
    sent: 0,
    book: ['control approval_void', ...ASKED],
    prepare: usedSince,
    async launch(scene) {
      await scene.putBack('stopped');
      return scene.call();
    },
  },
  {
    name: 'state-swapped',
    tried: 'the same, put in its place under a gateway that runs',
    wire: '503 approvals_unavailable',
    sent: 0,
    book: ['denied approvals_unavailable store'],
    prepare: usedSince,
    async launch(scene) {
      await scene.putBack('running');
      return scene.call();
    },
  },
];

const OVER: readonly Row[] = [
  {
    name: 'expired-by-one-second',
    tried: 'a yes one second after its time',
    wire: '200 approval_required',
    sent: 0,
    book: ['control approval_expired', ...ASKED],
    isBookUnordered: true,
    prepare: async (scene) => void (await scene.agreed()),
    async launch(scene) {
      scene.setClock(VALID_MS + 1_000);
      return scene.call();
    },
  },
  {
    name: 'clock-set-back',
    tried: 'a yes that was over, after the clock was set back to before',
    ...ASKED_ANEW,
    async prepare(scene) {
      const id = await scene.agreed();
      scene.setClock(VALID_MS + 1_000);
      await expired(scene, id);
    },
    async launch(scene) {
      scene.setClock(0);
      return scene.call();
    },
  },
  {
    name: 'decided-too-late',
    tried: 'a yes to a request one second after its time',
    wire: '409 approval_over',
    sent: 0,
    // Whether the request is over by then in the book as well is chance.
    book: ['denied approval_over expired'],
    bookOf: 'denied approval_over',
    prepare: async (scene) => void (waiting = await scene.asked()),
    async launch(scene) {
      scene.setClock(60 * MINUTE_MS + 1_000);
      return scene.decide(waiting, { decision: 'approve' });
    },
    also: {
      says: 'nothing goes up by it later either',
      holds: async (_reply, scene) => assert.notEqual(await scene.state(waiting), 'approved'),
    },
  },
  {
    name: 'policy-changed',
    tried: 'a yes that was given under another policy',
    ...ASKED_ANEW,
    async prepare(scene) {
      const id = await scene.agreed();
      await scene.reload('use: { allow: ["tools/call:*"] }', 'use: { allow: ["tools/call:*", "prompts/*"] }');
      await voided(scene, id);
    },
    launch: (scene) => scene.call(),
  },
  {
    name: 'no-turned-to-yes',
    tried: 'a yes after a no',
    wire: '409 approval_over',
    sent: 0,
    book: ['denied approval_over not_pending'],
    async launch(scene) {
      return scene.decide(denied, { decision: 'approve' }, 'max');
    },
    async prepare(scene) {
      denied = await scene.asked();
      assert.equal((await scene.decide(denied, { decision: 'deny' })).status, 200);
    },
  },
];
let [denied, waiting] = ['', ''];

export const REPLAY_ATTACKS: readonly Attack[] = [
  ...inGroup('a yes once more', AGAIN),
  ...inGroup('a yes that is over', OVER),
];
