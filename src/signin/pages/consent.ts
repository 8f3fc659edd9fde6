/**
 * The page on which a person lets a client in, before anything goes to an issuer. What was checked stands first (hosts); what
 * the client says of itself stands after it, and is said to be that.
 */
import { parseRedirectUri } from '#oauth/redirect-uri.ts';
import type { AskedAuthorization, AskingClient } from '#signin/asked.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';
import { unreachable } from '#result.ts';

export type ConsentPage = {
  readonly asked: AskedAuthorization;
  /** The operator wrote this client into the configuration. */
  readonly isKnown: boolean;
  /** Where people can sign in. */
  readonly providers: readonly { readonly namespace: string; readonly label: string }[];
  /** Who sits there; undefined when somebody has to sign in first. */
  readonly person: { readonly login: string; readonly label: string } | undefined;
  readonly csrf: string;
  /** Path the form is sent to. */
  readonly action: string;
  readonly trouble: string | undefined;
};

/** Names of the buttons, as they come back in the form. */
export const SIGN_IN = 'sign_in:';
export const CONTINUE = 'continue';
export const REFUSE = 'refuse';
export const OTHER = 'other';

export function consentTitle({ connection }: AskedAuthorization): string {
  return connection === undefined ? 'Let a program use the gateway itself?' : `Let a program use ${connection}?`;
}

export function consentBody(parts: ConsentPage): Html {
  const { asked, person } = parts;
  return html`${troubleNote(parts.trouble)}
    <p>
      A program asks to use <strong>${asked.connection ?? 'the gateway itself'}</strong> in your name. It will be able
      to do there what you may do, until its access ends or you take it away.
    </p>
    <dl>
      <dt>Program from</dt>
      <dd>${originOf(asked.client, parts.isKnown)}</dd>
      <dt>It calls itself</dt>
      <dd>“${asked.client.name}” <span class="quiet">(nobody checked this name)</span></dd>
      <dt>You are sent back to</dt>
      <dd>${placeOf(asked)}</dd>
      <dt>It asks for</dt>
      <dd><span class="exact">${asked.resource}</span></dd>
      ${
        person === undefined
          ? undefined
          : html`<dt>You are</dt>
              <dd>${person.login} <span class="quiet">(signed in with ${person.label})</span></dd>`
      }
    </dl>
    ${warningOf(asked)}
    <form method="post" action="${parts.action}">
      <input type="hidden" name="csrf" value="${parts.csrf}" />
      ${person === undefined ? signInButtons(parts) : continueButtons()}
      <button class="plain" name="act" value="${REFUSE}">Cancel</button>
    </form>`;
}

const troubleNote = (trouble: string | undefined): Html | undefined =>
  trouble === undefined ? undefined : html`<p class="note" role="alert">${trouble}</p>`;

export const signInButtons = ({ providers }: Pick<ConsentPage, 'providers'>): readonly Html[] =>
  providers.map(
    ({ namespace, label }) =>
      html`<button name="act" value="${`${SIGN_IN}${namespace}`}">Sign in with ${label}</button>`,
  );

const continueButtons = (): Html =>
  html`<button name="act" value="${CONTINUE}">Allow</button>
    <button class="plain" name="act" value="${OTHER}">Use another account</button>`;

/** A document's host is the one thing of a stranger that was checked: it was fetched from there. */
function originOf({ id, uri }: AskingClient, isKnown: boolean): Html {
  if (isKnown) return html`whoever runs this gateway, who set it up here`;
  const document = id.startsWith('https://') && URL.canParse(id) ? new URL(id).host : undefined;
  if (document !== undefined)
    return html`<strong class="exact">${document}</strong> <span class="quiet">(it is described there)</span>`;
  const claimed = uri !== undefined && URL.canParse(uri) ? new URL(uri).host : undefined;
  return html`nobody known: it registered
  itself${
    claimed === undefined
      ? undefined
      : html` <span class="quiet"
          >(and says it is from <span class="exact">${claimed}</span>, which nobody checked)</span
        >`
  }`;
}

function placeOf({ redirectUri, isDevice }: AskedAuthorization): Html {
  if (isDevice) return html`nowhere: another device waits, and gets the access`;
  const redirect = parseRedirectUri(redirectUri ?? '');
  if (!redirect.ok) throw new Error('a redirect that no client can have');
  switch (redirect.value.kind) {
    case 'web':
      return html`<strong class="exact">${new URL(redirect.value.uri).host}</strong>`;
    case 'loopback':
      return html`a program on this computer <span class="exact">(${new URL(redirect.value.uri).host})</span>`;
    case 'private_use':
      return html`an app on this device that opens <span class="exact">${redirect.value.scheme}:</span> links`;
    default:
      return unreachable(redirect.value);
  }
}

/** RFC 8628 section 5.4, RFC 8252 section 8.6: what the person alone can know. */
function warningOf({ redirectUri, isDevice }: AskedAuthorization): Html | undefined {
  if (isDevice)
    return html`<p class="note">
      <strong>Did you start this yourself, on a device you have in front of you?</strong> If somebody sent you a code or
      a link, cancel: your access would be theirs.
    </p>`;
  if (redirectUri?.startsWith('https://') === true) return undefined;
  return html`<p class="note">
    Any program on this computer can say it is this one. Go on only if you were signing in from it just now.
  </p>`;
}
