/** A yes of somebody who may not give it. */
import assert from 'node:assert/strict';
import { inGroup } from './attack.ts';
import type { Attack, Expected, Row } from './attack.ts';
import type { Asking, Decider, Scene } from './scene.ts';

const refused = (status: number, code: string, reason: string): Expected => ({
  wire: `${status} ${code}`,
  sent: 0,
  book: [`denied ${code} ${reason}`],
});
/** The API tells whoever may not see it, and whoever asks for more than there is, without a record. */
const untold = (wire: string): Expected => ({ wire, sent: 0, book: [] });

let asked = '';
const ask =
  (asking: Asking = {}) =>
  async (scene: Scene): Promise<void> => {
    asked = await scene.asked(asking);
  };
const yes =
  (who: Decider, more: object = {}) =>
  (scene: Scene) =>
    scene.decide(asked, { decision: 'approve', ...more }, who);

const still = (state: string): NonNullable<Row['also']> => ({
  says: `it stays ${state}`,
  holds: async (_reply, scene) => assert.equal(await scene.state(asked), state),
});

export const DECIDER_ATTACKS: readonly Attack[] = inGroup('a yes of somebody who may not give it', [
  {
    name: 'own-request',
    tried: 'whoever asks says yes, as a member of the group that decides',
    ...refused(403, 'forbidden', 'own_request'),
    prepare: ask({ who: 'eve' }),
    launch: yes('eve'),
    also: still('pending'),
  },
  {
    name: 'own-request-elsewhere',
    tried: 'the same person through a second identity',
    ...refused(403, 'forbidden', 'own_request'),
    prepare: ask({ who: 'eve' }),
    launch: yes('eve-elsewhere'),
    also: still('pending'),
  },
  {
    name: 'no-approver',
    tried: 'somebody who is in no group that decides, by the id from a message',
    ...untold('404 not_found'),
    prepare: ask(),
    launch: yes('stranger'),
    also: {
      says: 'they hear what they would of an id that is none, and it stays pending',
      async holds({ text }, scene) {
        const none = await scene.decide(`apr_${'a'.repeat(26)}`, { decision: 'approve' }, 'stranger');
        const said = (answer: string): string => answer.replace(/"call":"[^"]*"/, '');
        assert.equal(said(text), said(none.text));
        assert.equal(await scene.state(asked), 'pending');
      },
    },
  },
  {
    name: 'group-removed',
    tried: 'somebody whose group was taken away a minute ago',
    ...untold('404 not_found'),
    prepare: ask(),
    launch: yes('lena-without-group'),
    also: still('pending'),
  },
  {
    name: 'vote-twice',
    tried: 'one person for both who have to agree',
    ...refused(409, 'approval_over', 'voted_already'),
    async prepare(scene) {
      await ask({ tool: 'delete_pair' })(scene);
      assert.equal((await yes('lena')(scene)).status, 200);
    },
    launch: yes('lena'),
    also: still('pending'),
  },
  {
    name: 'decision-replayed',
    tried: 'the same yes again, after it was used',
    ...refused(409, 'approval_over', 'not_pending'),
    async prepare(scene) {
      asked = await scene.agreed();
      assert.equal((await scene.call()).status, 200);
    },
    launch: yes('lena', { scope: 'once' }),
    also: still('used'),
  },
  {
    name: 'scope-widened',
    tried: 'a yes for more than the rule offers',
    ...untold('400 invalid_parameter'),
    prepare: ask(),
    launch: yes('lena', { scope: 'tool' }),
    also: still('pending'),
  },
]);
