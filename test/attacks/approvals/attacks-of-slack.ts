/** What reaches the gateway as if Slack had sent it. */
import assert from 'node:assert/strict';
import type { Reply } from '../../e2e/harness.ts';
import { blockActions } from '../../fakes/slack-payloads.ts';
import { SLACK_CHANNEL, SLACK_TEAM } from '../../fakes/slack.ts';
import type { SignedRequest } from '../../fakes/slack.ts';
import { seat } from '../signin/people.ts';
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import type { Scene } from './scene.ts';

const LENA = { subject: '00ulena', groups: ['idp:approvers'] };
const EVE = { subject: '00ueve', groups: ['idp:approvers', 'idp:readers'] };
const MINUTE_MS = 60_000;

let asked = '';
let modalsBefore = 0;
const prepare = async (scene: Scene): Promise<void> => {
  asked = await scene.asked({ who: 'eve' });
  await seat(scene, LENA);
  await seat(scene, EVE);
  modalsBefore = scene.slack.modals.length;
};

/** A member presses the button under what is asked. */
const pressed = (
  scene: Scene,
  user: string,
  how: { readonly nowMs?: number; readonly secret?: string } = {},
  team = SLACK_TEAM,
): SignedRequest => {
  const by = { team, user };
  return scene.slack.signed(
    blockActions({ by, approval: asked, trigger: scene.slack.newTrigger(), channel: SLACK_CHANNEL }),
    how,
  );
};
const send = (scene: Scene, { headers, body }: SignedRequest): Promise<Reply> =>
  scene.browse('/slack/ops/interactions', { method: 'POST', headers, body: new Uint8Array(body) });

const refused = (reason: string, status = 401): Pick<Row, 'wire' | 'sent' | 'book'> => ({
  wire: `${status} ok`,
  sent: 0,
  book: [`denied slack_refused ${reason}`],
});
const opens = (count: number): NonNullable<Row['also']> => ({
  says: count === 0 ? 'no modal opens' : 'no second modal opens',
  async holds(_reply, scene) {
    assert.equal(scene.slack.modals.length - modalsBefore, count);
    assert.equal(await scene.state(asked), 'pending');
  },
});

let signed: SignedRequest;
export const SLACK_ATTACKS: readonly Attack[] = inGroup('what Slack sends', [
  {
    name: 'slack-replayed',
    tried: 'the very request that Slack signed, a second time',
    ...refused('signature_replayed'),
    async prepare(scene) {
      await prepare(scene);
      signed = pressed(scene, 'U0LENA');
      assert.equal((await send(scene, signed)).status, 200);
    },
    launch: (scene) => send(scene, signed),
    also: opens(1),
  },
  {
    name: 'slack-forged',
    tried: 'a request that somebody else signed',
    ...refused('signature_forged'),
    prepare,
    launch: (scene) => send(scene, pressed(scene, 'U0LENA', { secret: 'of somebody else' })),
    also: opens(0),
  },
  {
    name: 'slack-old',
    tried: 'a request of six minutes ago',
    ...refused('signature_old'),
    prepare,
    launch: (scene) => send(scene, pressed(scene, 'U0LENA', { nowMs: Date.now() - 6 * MINUTE_MS })),
    also: opens(0),
  },
  {
    name: 'slack-other-workspace',
    tried: 'a member of another workspace with the id of an approver',
    ...refused('another_workspace', 403),
    prepare,
    launch: (scene) => send(scene, pressed(scene, 'U0LENA', {}, 'T0EVIL')),
    also: opens(0),
  },
  {
    name: 'slack-own-request',
    tried: 'whoever asks, in Slack, with their group of those who decide',
    ...refused('own_request', 200),
    prepare,
    launch: (scene) => send(scene, pressed(scene, 'U0EVE')),
    also: opens(0),
  },
]);
