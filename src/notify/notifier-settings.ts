/** What a notifier is made with, after every reference was resolved. Shapes only. */
import type { Principal } from '#approvals/approval.ts';
import type { Secret } from '#config/secrets.ts';

type Named<Kind extends string> = { readonly name: string; readonly kind: Kind };
/** PEM of authorities trusted instead of Node's own list. */
type Trust = { readonly ca: string | undefined };

export type WebhookSettings = Named<'webhook'> &
  Trust & {
    /** A secret, since whoever knows the address of a webhook can often post there. */
    readonly url: Secret;
    /** `whsec_` and Base64; a message is signed with each. */
    readonly secrets: readonly Secret[];
  };

export type TeamsSettings = Named<'teams'> & Trust & { readonly url: Secret };

export type EmailSettings = Named<'email'> &
  Trust & {
    readonly host: string;
    readonly port: number;
    readonly security: 'starttls' | 'tls';
    readonly login: { readonly username: string; readonly password: Secret } | undefined;
    readonly from: string;
    readonly to: readonly string[];
  };

export type SlackSettings = Named<'slack'> & {
  readonly token: Secret;
  readonly signingSecret: Secret;
  /** Id of the workspace; ids of members are its own. */
  readonly team: string;
  readonly channel: string;
  /** By member id. */
  readonly people: ReadonlyMap<string, Principal>;
  /** With a slash at the end. */
  readonly api: URL;
};

export type NotifierSettings = WebhookSettings | TeamsSettings | EmailSettings | SlackSettings;
