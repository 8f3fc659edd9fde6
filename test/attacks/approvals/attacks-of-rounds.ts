/** The state a client of 2026-07-28 comes back with while its call waits, which is the client's to change. */
import assert from 'node:assert/strict';
import type { Reply } from '../../e2e/harness.ts';
import { ASKED_ANEW, inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import type { Asking, Scene } from './scene.ts';

const VERSION = '2026-07-28';
const TOOL = 'delete_note';

const round = (state: string | undefined, asking: Asking = {}): Asking => ({
  who: 'eve',
  ...asking,
  headers: { 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call', 'mcp-name': TOOL },
  params: {
    ...(state === undefined ? {} : { requestState: state }),
    _meta: {
      'io.modelcontextprotocol/protocolVersion': VERSION,
      'io.modelcontextprotocol/clientInfo': { name: 'eve', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});
const stateIn = ({ json, text }: Reply): string => {
  const { requestState } = json['result'] as { requestState?: string };
  assert.ok(requestState, text);
  return requestState;
};

let given = '';
let asked = '';
/** Eve's call waits, and she has its state. */
const prepare = async (scene: Scene): Promise<void> => {
  const reply = await scene.call(round(undefined));
  given = stateIn(reply);
  asked =
    (await scene.gateway.records()).findLast(({ leaf }) => leaf.st === 'approval_requested')?.header?.decision
      ?.approval ?? '';
};
const agree = async (scene: Scene): Promise<void> =>
  assert.equal((await scene.decide(asked, { decision: 'approve' })).status, 200);
const changed = (text: string): string => `${text.slice(0, -6)}${text.at(-6) === 'A' ? 'B' : 'A'}${text.slice(-5)}`;

const refused = (reason: string): Pick<Row, 'wire' | 'sent' | 'book'> => ({
  wire: '200 invalid_state',
  sent: 0,
  book: [`denied invalid_state ${reason}`],
});

export const ROUND_ATTACKS: readonly Attack[] = inGroup('the state of a call that waits', [
  {
    name: 'state-forged',
    tried: 'the state with a letter changed, of a call that people agreed to',
    ...ASKED_ANEW,
    async prepare(scene) {
      await prepare(scene);
      await agree(scene);
    },
    launch: (scene) => scene.call(round(changed(given))),
  },
  {
    name: 'state-of-other-arguments',
    tried: 'the state of a call that people agreed to, with other arguments',
    ...refused('of_another_call'),
    async prepare(scene) {
      await prepare(scene);
      await agree(scene);
    },
    launch: (scene) => scene.call(round(given, { text: `{"id":${scene.id + 1}}` })),
  },
  {
    name: 'state-of-another',
    tried: 'the state of somebody else’s call that people agreed to',
    ...refused('of_another_caller'),
    async prepare(scene) {
      await prepare(scene);
      await agree(scene);
    },
    launch: (scene) => scene.call(round(given, { who: 'ivan' })),
  },
  {
    name: 'state-replayed',
    tried: 'the state again, after the call went up by it',
    wire: '200 approval_expired',
    sent: 0,
    book: ['denied approval_expired used'],
    async prepare(scene) {
      await prepare(scene);
      await agree(scene);
      assert.equal((await scene.call(round(given))).status, 200);
    },
    launch: (scene) => scene.call(round(given)),
  },
]);
