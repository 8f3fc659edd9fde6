/** What the pages and interactions of Slack work with. Plain wiring, made in src/bin. */
import type { ClaimStore } from '#oauth/claim.ts';
import type { Seal } from '#oauth/seal.ts';
import type { Caller } from '#identity/caller.ts';
import type { SlackSettings } from '#notify/notifier-settings.ts';
import type { SlackApi } from '#notify/slack/slack-api.ts';
import type { SlackLinks } from '#notify/slack/slack-links.ts';
import type { Role } from '#policy/duties.ts';
import type { RecordParts } from '#signin/auth-record.ts';
import type { SignInParts } from '#signin/parts.ts';

/** One notifier of type `slack`: an app in one workspace. */
export type SlackApp = { readonly settings: SlackSettings; readonly api: SlackApi };

export type SlackParts = RecordParts &
  Pick<
    SignInParts,
    | 'accounts'
    | 'approvals'
    | 'clock'
    | 'history'
    | 'identity'
    | 'limits'
    | 'log'
    | 'publicUrl'
    | 'refusals'
    | 'ruleOf'
    | 'signIns'
    | 'webSessions'
  > & {
    /** By name of the notifier. */
    readonly apps: ReadonlyMap<string, SlackApp>;
    readonly links: SlackLinks;
    readonly claims: ClaimStore;
    /** Of what a modal is opened with, and of what offers a link. */
    readonly seals: { readonly modal: Seal; readonly offer: Seal };
    readonly rolesOf: (caller: Caller) => ReadonlySet<Role>;
  };

export const SLACK_MODAL_SEAL = 'gatebook slack modals v1';
export const SLACK_OFFER_SEAL = 'gatebook slack offers v1';
