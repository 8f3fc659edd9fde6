/** The way of a person to their issuer and back: who can be sent along it, or made somebody else on it. */
import assert from 'node:assert/strict';
import { createFakeBrowser } from '../../fakes/browser.ts';
import type { FakeBrowser, Visit } from '../../fakes/browser.ts';
import { openSignInDesk } from '../../fakes/sign-in-desk.ts';
import type { SignInDesk } from '../../fakes/sign-in-desk.ts';
import { walkThrough } from '../../fakes/walk-through.ts';
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { CLIENT } from './scene.ts';
import type { Scene, SignInReply } from './scene.ts';

const BACK = 'http://127.0.0.1:5000/callback';

/** What was there before the attack. */
type Stage = { readonly desk: SignInDesk; readonly clientId: string; readonly person: FakeBrowser };
const sets = new WeakMap<Scene, Stage>();
const setOf = (scene: Scene): Stage => {
  const set = sets.get(scene);
  assert.ok(set !== undefined, 'nothing was prepared');
  return set;
};

async function prepare(scene: Scene): Promise<void> {
  const desk = await openSignInDesk(scene.gateway.issuer);
  scene.after(() => desk.close());
  const clientId = String((await scene.register(CLIENT)).json['client_id']);
  sets.set(scene, { desk, clientId, person: createFakeBrowser() });
}

/** A client's request, as a browser is sent there. */
function requestUrl(scene: Scene): string {
  const asked = new URLSearchParams({
    client_id: setOf(scene).clientId,
    response_type: 'code',
    redirect_uri: BACK,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    resource: scene.gateway.url('notes'),
    state: 'state-of-the-client',
  });
  return `${scene.gateway.origin}/oauth/authorize?${asked.toString()}`;
}

const signIn = (scene: Scene, browser = setOf(scene).person): Promise<Visit> =>
  walkThrough(browser, requestUrl(scene), { stopAt: BACK });

/** A visit that ends at the client is a redirect there. */
const replyOf = ({ status, headers, text, url }: Visit): SignInReply => ({
  status: status === 0 ? 303 : status,
  headers: Object.fromEntries(headers),
  text,
  json: {},
  location: status === 0 ? url : undefined,
});

/** At the issuer's door: the address it would send the browser back to. */
async function cameToCallback(scene: Scene, browser: FakeBrowser): Promise<string> {
  const page = await browser.open(requestUrl(scene));
  const stopAt = `${scene.gateway.origin}/signin/callback/`;
  return (await browser.submit(page, 'Sign in with idp', {}, { stopAt })).url;
}

const SIGNED_IN = ['control sign_in', 'control consent'];
const signInRefused = (reason: string): Pick<Row, 'wire' | 'book'> => ({
  wire: '200 page',
  book: [`denied sign_in_refused ${reason}`],
});
const nobody: NonNullable<Row['also']> = {
  says: 'the browser is nobody’s afterwards',
  holds: (_reply, scene) => assert.equal(setOf(scene).person.cookies(scene.gateway.origin)['gatebook'], undefined),
};

const press = async (scene: Scene, headers: Record<string, string>): Promise<SignInReply> => {
  const { person } = setOf(scene);
  const page = await person.open(requestUrl(scene));
  const body = new URLSearchParams({ act: 'sign_in:idp' });
  return replyOf(await person.send(page.url, { method: 'POST', headers, body }, { stopAt: BACK }));
};

const PAGES: readonly Row[] = [
  {
    name: 'way-consent-forged',
    tried: 'a page of another site that presses the button of the consent page in a person’s browser',
    wire: '403 ok',
    book: ['denied forbidden_origin cross_site_post'],
    prepare,
    launch: (scene) => press(scene, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
    also: nobody,
  },
  {
    name: 'way-consent-no-token',
    tried: 'a form that says it is of our page and has not its token',
    wire: '403 page',
    book: ['denied forbidden_origin form_token'],
    prepare,
    launch: (scene) => press(scene, { origin: scene.gateway.origin, 'sec-fetch-site': 'same-origin' }),
    also: nobody,
  },
  {
    name: 'way-consent-skip',
    tried: 'another program on a person’s machine that asks in the name of a client they agreed to before',
    wire: '200 page',
    book: [],
    async prepare(scene) {
      await prepare(scene);
      await signIn(scene);
    },
    launch: async (scene) => replyOf(await setOf(scene).person.open(requestUrl(scene), { stopAt: BACK })),
  },
];

const ANSWERS: readonly Row[] = [
  {
    name: 'way-login-csrf',
    tried: 'the end of an attacker’s sign-in, opened in a victim’s browser',
    wire: '400 page',
    book: ['denied sign_in_refused foreign_callback'],
    prepare,
    async launch(scene) {
      const callback = await cameToCallback(scene, createFakeBrowser());
      return replyOf(await setOf(scene).person.open(callback, { stopAt: BACK }));
    },
    also: nobody,
  },
  {
    name: 'way-mix-up',
    tried: 'a code that says it is of another issuer (RFC 9207)',
    ...signInRefused('response_invalid'),
    prepare,
    async launch(scene) {
      setOf(scene).desk.iss = 'https://evil.example';
      const callback = await cameToCallback(scene, setOf(scene).person);
      return replyOf(await setOf(scene).person.open(callback, { stopAt: BACK }));
    },
    also: nobody,
  },
  {
    name: 'way-no-nonce',
    tried: 'an ID token that was not made for this sign-in',
    ...signInRefused('response_invalid'),
    prepare,
    async launch(scene) {
      setOf(scene).desk.claims = { nonce: undefined };
      const callback = await cameToCallback(scene, setOf(scene).person);
      return replyOf(await setOf(scene).person.open(callback, { stopAt: BACK }));
    },
    also: nobody,
  },
  {
    name: 'way-state-replay',
    tried: 'a state that was used, with its cookie brought back and another code of the issuer',
    ...signInRefused('used'),
    prepare,
    async launch(scene) {
      const { person } = setOf(scene);
      const { origin } = scene.gateway;
      const callback = await cameToCallback(scene, person);
      const kept = Object.entries(person.cookies(origin)).filter(([name]) => name.startsWith('gatebook-way-'));
      await person.open(callback, { stopAt: `${origin}/signin/interaction/` });
      await scene.begin();
      for (const [name, value] of kept) person.setCookie(origin, name, value);
      return replyOf(await person.open(callback, { stopAt: BACK }));
    },
  },
];

const PEOPLE: readonly Row[] = [
  {
    name: 'way-fixation',
    tried: 'a session that was planted in a person’s browser before they signed in',
    wire: '200 page',
    book: [],
    async prepare(scene) {
      await prepare(scene);
      setOf(scene).person.setCookie(scene.gateway.origin, 'gatebook', 'A'.repeat(43));
      await signIn(scene);
    },
    async launch(scene) {
      const thief = createFakeBrowser();
      thief.setCookie(scene.gateway.origin, 'gatebook', 'A'.repeat(43));
      return replyOf(await thief.open(requestUrl(scene), { stopAt: BACK }));
    },
    also: {
      says: 'the page knows nobody',
      holds: ({ text }) => assert.match(text, /Sign in with idp/),
    },
  },
  {
    name: 'way-email',
    tried: 'somebody at the issuer who gave themselves the e-mail address of an admin',
    wire: '303 ok',
    book: SIGNED_IN,
    prepare,
    async launch(scene) {
      setOf(scene).desk.claims = { sub: '00u9mallory', email: 'olga@example.com', preferred_username: 'olga' };
      return replyOf(await signIn(scene));
    },
    also: {
      says: 'they are who the issuer’s own identifier says',
      async holds(_reply, { gateway }) {
        const record = (await gateway.records()).find(({ leaf }) => leaf.st === 'sign_in');
        assert.equal(record?.header?.caller?.subject, '00u9mallory');
      },
    },
  },
  {
    name: 'way-groups-cut',
    tried: 'somebody in so many groups that the one a rule denies by was cut off',
    ...signInRefused('groups_truncated'),
    prepare,
    async launch(scene) {
      setOf(scene).desk.claims = { groups: Array.from({ length: 100 }, (_, at) => `g${at}`) };
      return replyOf(await signIn(scene));
    },
    also: nobody,
  },
];

export const WAY_ATTACKS: readonly Attack[] = [
  ...inGroup('The page before the issuer', PAGES),
  ...inGroup('What an issuer sends back', ANSWERS),
  ...inGroup('Who somebody is', PEOPLE),
];
