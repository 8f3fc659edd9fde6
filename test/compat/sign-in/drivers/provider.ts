/** What a program that takes an `authProvider` is given: the demo's, which says who the client is in the way asked for. */
import { spawn } from 'node:child_process';
import { openBrowserSignIn } from '../../../../demo/browser-sign-in.ts';
import type { BrowserSignIn } from '../../../../demo/browser-sign-in.ts';
import type { SignInErrand } from '../step.ts';

export async function openSignIn({ way, documentUrl, knownId, browser }: SignInErrand): Promise<BrowserSignIn> {
  const signIn = await openBrowserSignIn((url) => {
    spawn(browser, [url.href], { stdio: 'ignore', detached: true }).unref();
  });
  const { provider } = signIn;
  if (way === 'document') return { ...signIn, provider: { ...provider, clientMetadataUrl: documentUrl } };
  if (way === 'known')
    return { ...signIn, provider: { ...provider, clientInformation: () => ({ client_id: knownId }) } };
  return signIn;
}
