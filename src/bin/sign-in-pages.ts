/** The pages of signing in and the places where people do, wired for one configuration. Loaded with the first request. */
import { hkdfSync } from 'node:crypto';
import { openProviders } from '#bin/sign-in-providers.ts';
import type { LoadedConfig } from '#config/load.ts';
import { createSlackLinks, SLACK_LINKS_SEAL } from '#notify/slack/slack-links.ts';
import type { SlackLinks } from '#notify/slack/slack-links.ts';
import { createConsents } from '#oauth/consent.ts';
import type { Consents } from '#oauth/consent.ts';
import { createSeal } from '#oauth/seal.ts';
import type { Seal } from '#oauth/seal.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { AGREED_SEAL, createAgreementWords } from '#signin/agreement.ts';
import type { CheckAgain } from '#signin/asked.ts';
import { callbackRoute } from '#signin/callback.ts';
import { checkAgain } from '#signin/check-again.ts';
import { entryRoutes } from '#signin/entry.ts';
import { interactionRoutes } from '#signin/interaction.ts';
import type { InteractionParts } from '#signin/interaction-parts.ts';
import type { SignInParts } from '#signin/parts.ts';
import { UPSTREAM_SEAL } from '#signin/providers/upstream-tokens.ts';
import type { SignInRoute } from '#signin/route.ts';
import { createWayCookies, WAY_SEAL } from '#signin/way-cookie.ts';
import type { SignInState } from '#store/sign-in-state.ts';

export type SignInPages = {
  readonly consents: Consents;
  readonly slackLinks: SlackLinks;
  readonly routes: readonly SignInRoute[];
  readonly checkAgain: (signIn: SignIn) => Promise<CheckAgain>;
};

export type PagesLasting = {
  readonly signInState: SignInState;
  readonly maskingKey: Buffer;
};

const KEY_BYTES = 32;

export async function openPages(
  loaded: LoadedConfig,
  parts: SignInParts,
  { signInState, maskingKey }: PagesLasting,
): Promise<SignInPages> {
  const sealFor = (use: string): Seal => createSeal(maskingKey, use, parts.random);
  const tokenSeal = sealFor(UPSTREAM_SEAL);
  const providers = openProviders(loaded, parts);
  const consents = createConsents({
    ...parts,
    store: signInState.consents,
    secret: maskingKey,
    seal: sealFor('gatebook consents seal v1'),
  });
  const own: InteractionParts = {
    ...parts,
    sessions: parts.webSessions,
    consents,
    claims: signInState.claims,
    providers,
    ways: createWayCookies({ ...parts, seal: sealFor(WAY_SEAL) }),
    words: createAgreementWords(sealFor(AGREED_SEAL), parts.clock, parts.limits),
    tokenSeal,
    formKey: Buffer.from(hkdfSync('sha256', maskingKey, '', 'gatebook sign-in forms v1', KEY_BYTES)),
  };
  const slackLinks = createSlackLinks({
    ...parts,
    store: signInState.slackLinks,
    secret: maskingKey,
    seal: sealFor(SLACK_LINKS_SEAL),
  });
  const slack = loaded.notifiers.some(({ kind }) => kind === 'slack')
    ? (await import('#bin/slack.ts')).openSlack(loaded, { ...parts, claims: own.claims, links: slackLinks }, sealFor)
    : [];
  return {
    consents,
    slackLinks,
    routes: [...interactionRoutes(own), callbackRoute(own), ...entryRoutes(own), ...slack],
    checkAgain: (signIn) => checkAgain(signIn, { ...parts, providers, seal: tokenSeal }),
  };
}
