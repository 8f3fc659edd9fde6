/** The page of a request, opened by somebody else, in another site, or in its place. */
import assert from 'node:assert/strict';
import type { Reply } from '../../e2e/harness.ts';
import { seat } from '../signin/people.ts';
import type { Seated } from '../signin/people.ts';
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import type { Scene } from './scene.ts';

const LENA = { subject: '00ulena', groups: ['idp:approvers'] };
const EVE = { subject: '00ueve', groups: ['idp:approvers', 'idp:readers'] };
const STRANGER = { subject: '00ustranger', groups: ['idp:others'] };
const AGES_MS = 2 * 3_600_000;

let asked = '';
const prepare: Row['prepare'] = async (scene) => void (asked = await scene.asked({ who: 'eve' }));
const pending: Row['also'] = {
  says: 'it stays pending',
  holds: async (_reply, scene) => assert.equal(await scene.state(asked), 'pending'),
};

/** The form of the page, sent by somebody's browser. */
const press = (
  scene: Scene,
  { cookie, csrf }: Pick<Seated, 'cookie' | 'csrf'>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> =>
  scene.browse(`/approvals/${asked}`, {
    method: 'POST',
    headers: { cookie, origin: scene.gateway.origin, 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams({ csrf, decision: 'approve', scope: 'once' }),
  });
const look = (scene: Scene, { cookie }: Seated): Promise<Reply> =>
  scene.browse(`/approvals/${asked}`, { headers: { cookie } });

export const PAGE_ATTACKS: readonly Attack[] = inGroup('the page of a request', [
  {
    name: 'link-of-another',
    tried: 'the link, opened by somebody who is neither asked nor asks',
    wire: '404 page',
    sent: 0,
    book: [],
    prepare,
    launch: async (scene) => look(scene, await seat(scene, STRANGER)),
    also: {
      says: 'the page says nothing of the call',
      holds: ({ text }) => assert.doesNotMatch(text, /delete_note/),
    },
  },
  {
    name: 'own-request-page',
    tried: 'whoever asks, on the page, with their group of those who decide',
    wire: '200 page',
    sent: 0,
    book: ['control approval_read'],
    prepare,
    launch: async (scene) => press(scene, await seat(scene, EVE)),
    also: {
      says: 'the page says that nothing was decided, and it stays pending',
      async holds({ text }, scene) {
        assert.match(text, /Nothing was decided/);
        assert.equal(await scene.state(asked), 'pending');
      },
    },
  },
  {
    name: 'request-page-forged',
    tried: 'the form, sent by another site through the browser of an approver (CSRF)',
    wire: '403 ok',
    sent: 0,
    book: ['denied forbidden_origin cross_site_post'],
    prepare,
    launch: async (scene) =>
      press(scene, await seat(scene, LENA), { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
    also: pending,
  },
  {
    name: 'request-page-token',
    tried: 'the form with the token of another person’s page',
    wire: '403 page',
    sent: 0,
    book: ['denied forbidden_origin form_token'],
    prepare,
    async launch(scene) {
      const [{ cookie }, { csrf }] = [await seat(scene, LENA), await seat(scene, EVE)];
      return press(scene, { cookie, csrf });
    },
    also: pending,
  },
  {
    name: 'request-page-framed',
    tried: 'the page in a frame, so that a click meant for another decides (click-jacking)',
    wire: '200 page',
    sent: 0,
    book: ['control approval_read'],
    prepare,
    launch: async (scene) => look(scene, await seat(scene, LENA)),
    also: {
      says: 'no browser shows it in a frame',
      holds: ({ headers }) => {
        assert.equal(headers.get('x-frame-options'), 'DENY');
        assert.match(String(headers.get('content-security-policy')), /default-src 'none';.*frame-ancestors 'none'/);
      },
    },
  },
  {
    name: 'request-page-left-open',
    tried: 'the browser of an approver who signed in two hours ago',
    wire: '303 ok',
    sent: 0,
    book: [],
    prepare,
    launch: async (scene) => press(scene, await seat(scene, { ...LENA, provedMsAgo: AGES_MS })),
    also: {
      says: 'they have to sign in again, and it stays pending',
      async holds({ headers }, scene) {
        assert.match(String(headers.get('location')), /\/signin\?.*fresh=1/);
        assert.equal(await scene.state(asked), 'pending');
      },
    },
  },
]);
