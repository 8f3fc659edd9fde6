/**
 * The pages of the device flow (RFC 8628): a person types the code that their program shows. It is always typed, never taken
 * from a link, and the page says what typing it does: whoever was sent a code by somebody else should stop here.
 */
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';
import { page } from '#signin/pages/layout.ts';
import type { Page } from '#signin/pages/layout.ts';
import { browserOf, networkOf } from '#signin/whereabouts.ts';

const ACTION = '/device';

/** `secret`: the library's own token against forged forms. */
export const codePage = (secret: string, trouble: string | undefined): Page =>
  page({
    title: 'Enter the code',
    body: html`
      ${trouble === undefined ? undefined : html`<p role="alert">${trouble}</p>`}
      <p>Type the code that the program on your own computer shows.</p>
      <p>Somebody else sent you a code? Close this page: with it they would act in your name.</p>
      <form method="post" action="${ACTION}">
        <input type="hidden" name="xsrf" value="${secret}" />
        <label for="user_code">Code</label>
        <input
          id="user_code"
          name="user_code"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          required
        />
        <button type="submit">Continue</button>
      </form>
    `,
  });

/** Where and with what the code was asked for: roughly, and in words of ours. Elsewhere than the person is, it is somebody else's. */
const askedFrom = (device: unknown): Html | undefined => {
  const said = (name: 'ip' | 'ua'): string | undefined => {
    const value: unknown = typeof device === 'object' && device !== null ? Reflect.get(device, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const address = said('ip');
  return address === undefined
    ? undefined
    : html`<p>
        It was asked for from the network <strong class="exact">${networkOf(address)}</strong>, by
        ${browserOf(said('ua')) === 'unknown' ? 'a program' : browserOf(said('ua'))}. If that is not where you are, it
        is not yours.
      </p>`;
};

export const confirmPage = (secret: string, userCode: string, clientName: string, device?: unknown): Page =>
  page({
    title: 'Is this your program?',
    body: html`
      <p>
        A program that calls itself <strong>${clientName}</strong> (nobody checked this name) asks to act in your name,
        with the code <strong>${userCode}</strong>.
      </p>
      ${askedFrom(device)}
      <p>Go on only if you have just started it yourself and it shows this very code.</p>
      <form method="post" action="${ACTION}">
        <input type="hidden" name="xsrf" value="${secret}" />
        <input type="hidden" name="user_code" value="${userCode}" />
        <input type="hidden" name="confirm" value="yes" />
        <button type="submit">It is mine: continue</button>
        <button type="submit" name="abort" value="yes">No</button>
      </form>
    `,
  });

export const donePage = (clientName: string): Page =>
  page({ title: 'Done', body: html`<p><strong>${clientName}</strong> is signed in. You can close this page.</p>` });

export const troublePage = (description: string): Page =>
  page({
    title: 'This did not work',
    body: html`<p role="alert">${description}</p>
      <p>Go back to your program and begin again.</p>`,
  });
