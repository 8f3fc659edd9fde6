/** The page `/me`. What it says is in me-view.ts; here it becomes HTML. */
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';
import type { SlackLink } from '#notify/slack/slack-links.ts';
import type { Me, MyBrowser, MyClient, MyConsent, MySignIn } from '#signin/me/me-view.ts';

export const END_PATH = '/me/end';
export const OUT_PATH = '/signin/out';

/** As nobody has to convert it: minutes, in UTC. */
export function timeOf(atMs: number): Html {
  const iso = new Date(atMs).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** @param what names it to the one who hears the page instead of seeing it */
function endForm(act: string, words: string, what: string, csrf: string): Html {
  return html`<form method="post" action="${END_PATH}">
    <input type="hidden" name="csrf" value="${csrf}" />
    <input type="hidden" name="act" value="${act}" />
    <button class="danger" aria-label="${words}: ${what}">${words}</button>
  </form>`;
}

const browserItem = (one: MyBrowser, csrf: string): Html =>
  html`<li>
    <strong>${one.browser}</strong>${one.isThis ? ' (this one)' : ''}
    <div class="quiet">from ${one.network}, since ${timeOf(one.beganAtMs)}, last used ${timeOf(one.usedAtMs)}</div>
    ${endForm(`session ${one.id}`, 'Sign out', one.browser, csrf)}
  </li>`;

function clientItem(one: MyClient, csrf: string): Html {
  const name = one.clientName ?? one.clientId;
  const place = one.place === undefined ? undefined : html`<div class="quiet">answers to ${one.place}</div>`;
  return html`<li>
    <strong>${name}</strong>
    <div class="quiet">calls itself so; its id is <code>${one.clientId}</code></div>
    ${place}
    <div>may use: ${one.reaches.length === 0 ? 'nothing' : one.reaches.join(', ')}, since ${timeOf(one.givenAtMs)}</div>
    ${endForm(`grant ${one.signIn} ${one.grant}`, 'Take away', name, csrf)}
  </li>`;
}

const consentItem = (one: MyConsent, csrf: string): Html =>
  html`<li>
    <strong>${one.clientName}</strong>
    <div class="quiet">calls itself so; its id is <code>${one.clientId}</code>, it answers to ${one.place}</div>
    <div>may use: ${one.reaches}, agreed to ${timeOf(one.givenAtMs)}</div>
    ${endForm(`consent ${one.id}`, 'Ask me again', one.clientName, csrf)}
  </li>`;

const slackItem = (one: SlackLink, csrf: string): Html =>
  html`<li>
    <code>${one.user}</code> of the workspace <code>${one.team}</code>
    <div class="quiet">decides in your name through ${one.notifier}, linked ${timeOf(one.linkedAtMs)}</div>
    ${endForm(`slack ${one.id}`, 'Remove', `Slack account ${one.user}`, csrf)}
  </li>`;

const slackSection = (links: readonly SlackLink[], csrf: string): Html | undefined =>
  links.length === 0
    ? undefined
    : html`<h2>Slack accounts that are yours</h2>
        ${listOf(
          links.map((one) => slackItem(one, csrf)),
          'None.',
        )}`;

const listOf = (items: readonly Html[], none: string): Html =>
  items.length === 0
    ? html`<p class="quiet">${none}</p>`
    : html`<ul class="cards">
        ${items}
      </ul>`;

function signInSection(one: MySignIn, csrf: string): Html {
  const since = new Date(one.signedInAtMs).toISOString().slice(0, 16).replace('T', ' ');
  return html`<section aria-label="Sign-in of ${since}">
    <h2>Signed in ${timeOf(one.signedInAtMs)}${one.isThis ? ', with this browser' : ''}</h2>
    <p class="quiet">It ends ${timeOf(one.expiresAtMs)}; then you sign in again.</p>
    <h3>Browsers</h3>
    ${listOf(
      one.browsers.map((browser) => browserItem(browser, csrf)),
      'None.',
    )}
    <h3>Programs</h3>
    ${listOf(
      one.clients.map((client) => clientItem(client, csrf)),
      'None.',
    )}
    ${endForm(`sign_in ${one.id}`, 'End this sign-in', since, csrf)}
  </section>`;
}

export function meBody(me: Me, csrf: string, said?: string): Html {
  const roles = me.roles.length === 0 ? 'none' : me.roles.join(', ');
  return html`${said === undefined ? undefined : html`<p class="note" role="status">${said}</p>`}
    <dl>
      <dt>Name</dt>
      <dd>${me.login ?? me.subject}</dd>
      <dt>Identity</dt>
      <dd><code>${me.subject}</code> at <code>${me.issuer}</code></dd>
      <dt>Groups</dt>
      <dd>${me.groups.length === 0 ? 'none' : me.groups.join(', ')}</dd>
      <dt>Roles</dt>
      <dd>${roles}</dd>
    </dl>
    <p><a href="/approvals">Calls that wait for an approval</a></p>
    <form method="post" action="${OUT_PATH}">
      <input type="hidden" name="csrf" value="${csrf}" />
      <button class="plain">Sign out of this browser</button>
    </form>
    ${me.signIns.map((one) => signInSection(one, csrf))}
    <h2>What you agreed to</h2>
    <p>These programs are not asked about again while you are signed in.</p>
    ${listOf(
      me.consents.map((one) => consentItem(one, csrf)),
      'None.',
    )}
    ${slackSection(me.slackLinks, csrf)}
    <h2>Everything at once</h2>
    <p>Signs you out everywhere and takes away what every program was given.</p>
    ${endForm('all', 'End everything', 'all browsers and programs', csrf)}`;
}
