/** `approvals.notify` of gatebook.yaml: who else is told that a call waits for people, by the name that rules use. */
import { z } from 'zod';
import { files, name, namespaced, secretReference, text, url } from '#config/schema-words.ts';

/** A server in the own network often has a certificate of the own authority. */
const tls = z.strictObject({ ca: files }).optional().describe('authorities trusted instead of the system’s');

/** Signed as Standard Webhooks says. */
const webhook = z.strictObject({
  type: z.literal('webhook'),
  url: text.describe('https:, or http: on loopback; env:NAME or file:PATH where the URL itself is a secret'),
  secret: secretReference.describe('whsec_ and 24 to 64 bytes in Base64: what messages are signed with'),
  previousSecret: secretReference
    .optional()
    .describe('signs beside the other while receivers change from this one to that'),
  tls,
});

/** An incoming webhook of Teams Workflows. Whoever knows its URL can post there. */
const teams = z.strictObject({ type: z.literal('teams'), url: secretReference, tls });

/** One address of RFC 5321 without a display name; nothing in it could end a header line or begin another address. */
const mailbox = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
    'must be one mail address, such as approvals@example.com',
  );

const email = z.strictObject({
  type: z.literal('email'),
  smtp: z.strictObject({
    host: z
      .string()
      .max(253)
      .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])$/, 'must be a host name or an address'),
    port: z.int().min(1).max(65_535).default(587),
    /** Nothing is ever sent in clear, but to loopback. */
    security: z
      .enum(['starttls', 'tls'])
      .default('starttls')
      .describe('tls: from the first byte, as on port 465; starttls is required, except on loopback'),
    username: z.string().min(1).max(256).optional(),
    password: secretReference.optional(),
    tls,
  }),
  from: mailbox,
  to: z.array(mailbox).min(1).max(100).describe('one mail goes to all of them'),
});

const slack = z.strictObject({
  type: z.literal('slack'),
  token: secretReference.describe('bot token of the Slack app, xoxb-…, with the scope chat:write'),
  signingSecret: secretReference.describe('what Slack signs with when somebody presses a button'),
  team: z
    .string()
    .regex(
      /^T[A-Z0-9]{2,30}$/,
      'must be the id of a workspace, such as T0123456789: it is in the address of Slack in a browser',
    )
    .describe('the id of the workspace: members of no other decide anything'),
  channel: z
    .string()
    .regex(/^[CGD][A-Z0-9]{2,30}$/, 'must be the id of a channel, such as C0123456789: it is at the end of its details')
    .describe('the id of the channel, which stays when it is renamed'),
  people: z
    .record(z.string().regex(/^[UW][A-Z0-9]{2,30}$/, 'must be the id of a member, such as U0123456789'), namespaced)
    .default({})
    .describe('members by id → <issuer>:<subject> of who they are; others link themselves at /me/slack'),
  api: url.default('https://slack.com/api/').describe('where Slack’s methods are, with a slash at the end'),
});

export const notifier = z.discriminatedUnion('type', [webhook, teams, email, slack]);

export const notify = z.record(name, notifier).default({});

export type NotifierConfig = z.output<typeof notifier>;
