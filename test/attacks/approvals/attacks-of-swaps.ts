/** A yes for one call, used for another. */
import { ASKED_ANEW, inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import type { Asking, Scene } from './scene.ts';

type Of = Asking | ((scene: Scene) => Asking);
const made = (of: Of, scene: Scene): Asking => (typeof of === 'function' ? of(scene) : of);

/** Lena agrees to one call, and another is made. */
const swap = (name: string, tried: string, agreed: Of, instead: Of, scope?: string): Row => ({
  name,
  tried,
  ...ASKED_ANEW,
  prepare: async (scene) => void (await scene.agreed(made(agreed, scene), scope)),
  launch: (scene) => scene.call(made(instead, scene)),
});

export const SWAP_ATTACKS: readonly Attack[] = inGroup('a yes for another call', [
  swap('arguments-swapped', 'other arguments, after people agreed', {}, ({ id }) => ({ text: `{"id":${id + 1}}` })),
  swap(
    'number-beyond-2-53',
    '2^53 + 1 in the place of 2^53, which are the same number to a program that reads them as floats',
    { text: '{"id":9007199254740992}' },
    { text: '{"id":9007199254740993}' },
  ),
  swap(
    'number-spelled',
    'the same number spelled in another way, which some servers read as a text',
    ({ id }) => ({ text: `{"id":${id}}` }),
    ({ id }) => ({ text: `{"id":${id}.0}` }),
  ),
  swap('argument-added', 'one argument more', {}, ({ id }) => ({ text: `{"id":${id},"force":true}` })),
  {
    ...swap('key-twice', 'a key twice, of which people see the first and the server takes the last', {}, ({ id }) => ({
      text: `{"id":${id},"id":${id + 1}}`,
    })),
    wire: '400 duplicate_key',
    book: ['denied duplicate_key duplicate_key at 100'],
  },
  swap(
    'value-twin',
    'a text that looks the same, with one letter of another alphabet',
    { text: '{"of":"paul"}' },
    {
      text: '{"of":"p\u0430ul"}',
    },
  ),
  swap('name-twin', 'a tool whose name looks the same', {}, { tool: 'delete_not\u0435' }),
  swap('connection-swapped', 'the same call at another connection', {}, { connection: 'masked' }),
  swap(
    'meta-added',
    'a further member of `_meta`, which a server may act on',
    {},
    { params: { _meta: { force: true } } },
  ),
  swap(
    'other-tool',
    'another tool of the same rule, under a yes for any call of one tool',
    { tool: 'delete_while_a' },
    { tool: 'delete_while_b' },
    'tool',
  ),
  swap('other-caller', 'the same call by somebody else', { who: 'eve' }, { who: 'ivan' }),
  swap('other-client', 'the same caller through another client', { who: 'eve' }, { who: 'eve-elsewhere' }),
  swap(
    'states-added',
    'a state and answers that no server asked for, which the arguments say nothing of',
    {},
    { params: { requestState: 'forged', inputResponses: { sure: { action: 'accept' } } } },
  ),
]);
