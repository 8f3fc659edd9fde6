/** Clients that nobody welcomed, and those that become others after somebody did. */
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { CLIENT } from './scene.ts';
import type { Scene, SignInReply } from './scene.ts';

const EVIL = 'https://evil.example/cb';
const ELSEWHERE = 'https://chat.example.evil.example/cb';

/** What a person sees whom the client sends here: nobody is asked anything, an admin has to decide first. */
const waits: Pick<Row, 'wire'> = { wire: '403 page' };

const comesWith = async (scene: Scene, clientId: string, redirectUri: string): Promise<SignInReply> =>
  scene.follow(await scene.authorize({ client_id: clientId, redirect_uri: redirectUri }));

const registeredRow = (name: string, tried: string, redirectUris: readonly string[]): Row => ({
  name,
  tried,
  ...waits,
  book: ['control client_registered'],
  async launch(scene) {
    const { json } = await scene.register({ redirect_uris: redirectUris });
    return comesWith(scene, String(json['client_id']), redirectUris[0] ?? '');
  },
});

/** An admin looked at it and said yes; then it is another. */
const changedRow = (
  name: string,
  tried: string,
  changes: Readonly<Record<string, unknown>>,
  redirectUri: string,
): Row => ({
  name,
  tried,
  ...waits,
  book: ['control client_registered'],
  async prepare(scene) {
    const url = scene.publish('evil.example', { redirect_uris: [EVIL] });
    await scene.authorize({ client_id: url, redirect_uri: EVIL });
    const { status, text } = await scene.decide(url, 'approve');
    if (status !== 200) throw new Error(`not approved: ${text}`);
  },
  launch(scene) {
    const url = scene.publish('evil.example', { redirect_uris: [EVIL], ...changes });
    return comesWith(scene, url, redirectUri);
  },
});

const ROWS: readonly Row[] = [
  registeredRow('stranger-suffix', 'a host that begins like a welcome one', [ELSEWHERE]),
  registeredRow('stranger-beside-welcome', 'a welcome host, and one’s own beside it', [
    'https://chat.example/cb',
    EVIL,
  ]),
  {
    name: 'stranger-document',
    tried: 'a document elsewhere that sends people to a welcome host',
    ...waits,
    book: ['control client_registered'],
    launch(scene) {
      const redirectUri = 'https://chat.example/cb';
      const url = scene.publish('evil.example', { redirect_uris: [redirectUri] });
      return comesWith(scene, url, redirectUri);
    },
  },
  changedRow(
    'approved-then-moved',
    'a document that sends people elsewhere once an admin has approved it',
    { redirect_uris: [EVIL, ELSEWHERE] },
    ELSEWHERE,
  ),
  changedRow(
    'approved-then-renamed',
    'a document with another name once an admin has approved it',
    { client_name: 'Payroll', redirect_uris: [EVIL] },
    EVIL,
  ),
  {
    name: 'denied-again',
    tried: 'a document that changes after an admin denied it',
    wire: '400 page',
    book: ['denied client_refused client_denied', 'denied oauth_authorization invalid_client'],
    async prepare(scene) {
      const url = scene.publish('evil.example');
      await scene.authorize({ client_id: url });
      await scene.decide(url, 'deny');
    },
    launch: (scene) =>
      scene.authorize({ client_id: scene.publish('evil.example', { ...CLIENT, client_name: 'Somebody else' }) }),
  },
];

export const STRANGER_ATTACKS: readonly Attack[] = inGroup('clients nobody welcomed', ROWS);
