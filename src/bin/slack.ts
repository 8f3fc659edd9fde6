/** Slack beside the pages of signing in, wired for one configuration: what it sends here, and how people link their accounts. */
import { rolesOf } from '#api/roles.ts';
import type { LoadedConfig } from '#config/load.ts';
import { createPost } from '#notify/post.ts';
import { createSlackApi } from '#notify/slack/slack-api.ts';
import type { Seal } from '#oauth/seal.ts';
import type { SignInParts } from '#signin/parts.ts';
import type { SignInRoute } from '#signin/route.ts';
import { slackRoutes } from '#signin/slack/interactions.ts';
import { linkRoutes } from '#signin/slack/link-pages.ts';
import { SLACK_MODAL_SEAL, SLACK_OFFER_SEAL } from '#signin/slack/slack-parts.ts';
import type { SlackApp, SlackParts } from '#signin/slack/slack-parts.ts';

export function openSlack(
  { notifiers, proxy, limits }: LoadedConfig,
  parts: SignInParts & Pick<SlackParts, 'claims' | 'links'>,
  sealFor: (use: string) => Seal,
): readonly SignInRoute[] {
  const apps = notifiers.flatMap((settings): readonly (readonly [string, SlackApp])[] => {
    if (settings.kind !== 'slack') return [];
    // Its sockets end by themselves when they are idle, after a reload too.
    const { post } = createPost({ proxy, ca: undefined, limits, clock: parts.clock });
    return [[settings.name, { settings, api: createSlackApi({ ...settings, post }) }]];
  });
  const own: SlackParts = {
    ...parts,
    apps: new Map(apps),
    seals: { modal: sealFor(SLACK_MODAL_SEAL), offer: sealFor(SLACK_OFFER_SEAL) },
    rolesOf: (caller) => rolesOf(caller, parts.roles),
  };
  return [...slackRoutes(own), ...linkRoutes(own)];
}
