/**
 * The shape of gatebook.yaml (DESIGN section 6): one zod schema gives validation, the JSON Schema and the type. It
 * knows one value at a time; what holds between values is in references.ts and network-rules.ts.
 */
import { z } from 'zod';
import { BREAK_GLASS, SCOPES } from '#approvals/approval.ts';
import { WAITINGS } from '#approvals/waiting.ts';
import { LIMITS } from '#limits.ts';
import { ENTITIES } from '#masking/engine/entities.ts';
import { PARTIAL_KEEP_MAX } from '#masking/operators/partial.ts';
import { notify } from '#config/notify-schema.ts';
import { OPERATOR_LIMITS } from '#config/operator-limits.ts';
import type { OperatorLimit } from '#config/operator-limits.ts';
import { files, name, namespaced, secretReference, text, url } from '#config/schema-words.ts';

const LABEL = /^[a-z0-9-]{1,63}$/;

const label = z.string().regex(LABEL, 'must be 1 to 63 of a-z, 0-9 and "-"');
const pattern = z
  .string()
  .min(1)
  .max(LIMITS.patternChars)
  .describe('method or method:name; * is any run of characters');
const entity = z.string().regex(/^[A-Z][A-Z0-9_]{1,62}$/, 'must be capitals, digits and "_", such as EMPLOYEE_ID');
/** Entity name of a detector (Presidio's names; SECRET for secrets), or of a pattern: masking-patterns.ts knows which there are. */
const detector = z.union(
  [z.enum(ENTITIES), entity],
  'must be the name of an entity, such as CREDIT_CARD: `gatebook mask --help` names them all',
);

const listenAddress = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):\d{1,5}$/, 'must be host:port, such as 127.0.0.1:8420 or [::1]:8420');

/** How the servers of others are met; verification cannot be switched off. */
const peerTls = z.strictObject({
  ca: files.optional(),
  cert: files.optional(),
  key: secretReference.optional(),
  serverName: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'must be a host name')
    .optional(),
});

const server = z.strictObject({
  listen: listenAddress.default('127.0.0.1:8420'),
  /** Where `/metrics` is served without a token; nowhere unless it is written. */
  metrics: z.strictObject({ listen: listenAddress }).optional(),
  publicUrl: url.optional(),
  workers: z.int().min(1).max(LIMITS.workers).default(1),
  tls: z.strictObject({ cert: files, key: secretReference }).optional(),
  trustedProxies: z.array(text).max(256).optional(),
  allowedOrigins: z.array(url).max(256).optional(),
  allowedHosts: z
    .array(
      z.string().regex(/^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)$/, 'must be a host name without a port'),
    )
    .max(256)
    .optional(),
});

/** People sign in at this issuer through their browser; Gatebook is a client of it there. */
const issuerSignIn = z.strictObject({
  clientId: text.describe('what the issuer calls Gatebook'),
  /** Without a secret and a key Gatebook is a public client there, held by PKCE alone. */
  clientSecret: secretReference.optional(),
  /** A private key in PEM: the client authenticates by `private_key_jwt` (RFC 7523). */
  clientKey: secretReference.optional(),
  scopes: z
    .array(text)
    .max(64)
    .optional()
    .describe('what is asked for; by default what the preset needs for groups and for checking again'),
  groupsFrom: z
    .enum(['id_token', 'userinfo'])
    .default('id_token')
    .describe('what the groups of a person are read from'),
  label: z.string().min(1).max(64).optional().describe('how it is called on the page where people choose'),
});

const issuer = z.strictObject({
  preset: z.enum(['okta', 'entra', 'generic']),
  issuer: url,
  signIn: issuerSignIn.optional(),
  audiences: z.array(text).max(64).default([]),
  apiAudience: text.optional(),
  groupsClaim: z.string().min(1).max(256).default('groups'),
  jwksUri: url.optional(),
  tls: z.strictObject({ ca: files }).optional(),
});

const upstream = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('http'), url, tls: peerTls.optional() }),
  z.strictObject({ type: z.literal('sse'), url, tls: peerTls.optional() }),
  z.strictObject({
    type: z.literal('stdio'),
    command: text,
    args: z.array(z.string().max(32_768)).max(256).default([]),
    env: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'),
        z.string().max(32_768),
      )
      .default({}),
    cwd: text.default('.'),
    shared: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('agent'), agent: name }),
]);

const credential = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('bearer'), secret: secretReference }),
  z.strictObject({
    type: z.literal('basic'),
    username: z
      .string()
      .max(256)
      .regex(/^[^:\u0000-\u001f\u007f]+$/, 'must have no ":" and no control characters (RFC 7617 section 2)'),
    secret: secretReference,
  }),
  z.strictObject({
    type: z.literal('header'),
    name: z
      .string()
      .max(128)
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be a header field name (RFC 9110 section 5.1)'),
    secret: secretReference,
  }),
]);

const perHour = (what: string, max: number) => z.int().min(1).max(max).optional().describe(what);
const hourly = {
  callsPerHour: perHour('requests that go up in any hour', 1_000_000_000),
  bytesPerHour: perHour('bytes of messages in both directions in any hour', Number.MAX_SAFE_INTEGER),
};
/** Counted by each process on its own (src/gateway/quotas.ts). */
const budget = z
  .strictObject({
    ...hourly,
    perCaller: z
      .strictObject(hourly)
      .refine((amounts) => Object.values(amounts).some((amount) => amount !== undefined), 'must bound something')
      .optional(),
  })
  .refine((amounts) => Object.values(amounts).some((amount) => amount !== undefined), 'must bound something');

const may = z.enum(['allow', 'deny']);
/** One word for all, or each by name; what is not named is allowed. */
const serverRequests = z
  .union(
    [
      may,
      z.strictObject({
        sampling: may.default('allow'),
        elicitation: may.default('allow'),
        roots: may.default('allow'),
        other: may.default('allow'),
      }),
    ],
    'must be allow, deny, or a map with sampling, elicitation, roots and other',
  )
  .default('allow');

/** What becomes of a tool (prompt, template, instructions) whose definition … */
const definitions = z.strictObject({
  change: z.enum(['alert', 'hold', 'block']).default('alert').describe('… changed, until an admin accepts it'),
  hidden: z
    .enum(['alert', 'block'])
    .default('alert')
    .describe('… has text that people do not see, until an admin accepts it'),
  unknown: z.enum(['allow', 'hold', 'block']).default('allow').describe('… was in no list'),
});

const connection = z.strictObject({
  upstream,
  credential: credential.optional(),
  audiences: z.array(text).max(64).default([]),
  budget: budget.optional(),
  serverRequests,
  /** The name of the connection stands in front of an elicitation's words: the message is then not what the server sent. */
  showOrigin: z.boolean().default(false),
  /** Results of a `resultType` that neither MCP nor its tasks extension knows. */
  resultTypes: z.enum(['allow', 'deny']).default('allow'),
  definitions: definitions.prefault({}),
  /** The W3C header of a caller: it is not recorded, so it goes up only where somebody wants it. */
  baggage: z.enum(['drop', 'pass']).default('drop'),
});

/** `environment`: HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
const proxy = z.union(
  [
    z.literal('environment'),
    z.strictObject({
      https: text.optional(),
      http: text.optional(),
      noProxy: z.array(text).max(1_000).default([]),
      credential: z
        .strictObject({
          username: z
            .string()
            .max(256)
            .regex(/^[^:\u0000-\u001f\u007f]+$/, 'must have no ":" and no control characters (RFC 7617 section 2)'),
          secret: secretReference,
        })
        .optional(),
    }),
  ],
  'must be "environment", or a map with https, http, noProxy and credential',
);

const level = z.strictObject({
  extends: name.optional(),
  allow: z.array(pattern).max(1_000).default([]),
  deny: z.array(pattern).max(1_000).default([]),
});

const connectionNames = z
  .array(z.union([z.literal('*'), name], 'must be the name of a connection, or "*"'))
  .min(1)
  .max(1_000);

const grant = z.strictObject({
  groups: z.array(namespaced).min(1).max(1_000).optional(),
  clients: z.array(namespaced).min(1).max(1_000).optional(),
  subjects: z.array(namespaced).min(1).max(1_000).optional(),
  scopes: z.array(namespaced).min(1).max(1_000).optional(),
  connections: connectionNames,
  level: name,
});

const rule = z.strictObject({
  name,
  when: z.string().min(1).max(LIMITS.conditionChars),
  // The contract's word; a rule is never awaited.
  // oxlint-disable-next-line unicorn/no-thenable -- a key of gatebook.yaml
  then: z.enum(['allow', 'deny', 'hold']),
  approvers: z.array(namespaced).min(1).max(100).optional(),
  needed: z.int().min(1).max(10).optional().describe('so many different people have to agree; 1 unless written'),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .optional()
    .describe(
      'what they may agree to: once, this very call for a while, any call of the tool by this caller for a while',
    ),
  waitMinutes: z.int().min(1).max(10_080).optional().describe('how long it waits for them; 60 unless written'),
  validMinutes: z.int().min(1).max(1_440).optional().describe('how long their yes can be used; 10 unless written'),
  asks: z
    .strictObject({
      reason: z.boolean().default(false).describe('a sentence of why'),
      ticket: z
        .string()
        .min(1)
        .max(LIMITS.ticketPatternChars)
        .optional()
        .describe('a ticket, all of which matches this pattern in the syntax of RE2, such as OPS-[0-9]+'),
    })
    .refine(({ reason, ticket }) => reason || ticket !== undefined, 'must ask for a reason or a ticket')
    .optional()
    .describe('what whoever asks has to say before anybody can agree'),
  breakGlass: z
    .enum(BREAK_GLASS)
    .optional()
    .describe('what somebody whose break glass is in force may decide of it: others unless written'),
  notify: z.array(name).min(1).max(64).optional().describe('which of `approvals.notify` are told; all unless written'),
  lift: name.optional(),
});

/** `claude.ai`, or `*.example.com` for every name below it. */
const domain = z
  .string()
  .max(253)
  .regex(
    /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
    'must be a domain in lower case, such as claude.ai or *.example.com',
  );

/** Gatebook's own authorization server, for clients that bring no token of an issuer. */
const signIn = z.strictObject({
  hours: z.int().min(1).max(168).default(12).describe('how long one sign-in at an issuer lasts at most'),
  webIdleMinutes: z.int().min(1).max(1_440).default(60).describe('a web session ends after so long without a request'),
  clients: z
    .strictObject({
      domains: z
        .array(domain)
        .max(1_000)
        .default([])
        .describe("hosts of client documents and of https redirect URIs that need nobody's approval"),
      native: z
        .enum(['allow', 'approve', 'deny'])
        .default('allow')
        .describe("redirect URIs on the person's own machine: loopback, or a scheme of their own"),
      others: z
        .enum(['approve', 'deny'])
        .default('approve')
        .describe('everything else; approve: they wait until an admin says yes'),
      /** Documents come from the public Internet, by 443, unless other ports and, by address, own networks are named. */
      documents: z
        .strictObject({
          ports: z.array(z.int().min(1).max(65_535)).min(1).max(16).default([443]),
          networks: z.array(text).max(64).default([]),
        })
        .prefault({}),
      known: z
        .record(
          name,
          z.strictObject({
            name: z.string().min(1).max(128),
            redirectUris: z.array(text).min(1).max(64),
            secret: secretReference.optional(),
          }),
        )
        .default({})
        .describe('clients that register nowhere, by their client id'),
    })
    .prefault({}),
});

/** A program with an owner. It is `gatebook:<name>` in `clients` of grants. */
const serviceAccount = z.strictObject({
  owner: namespaced.describe('who answers for it: <issuer>:<subject> of a person'),
  purpose: z.string().min(1).max(512).describe('what it is for'),
  until: z.iso.date().optional().describe('its last day, as YYYY-MM-DD (UTC)'),
  connections: z
    .array(z.union([z.literal('*'), name], 'must be the name of a connection, or "*"'))
    .min(1)
    .max(1_000)
    .default(['*'])
    .describe('the most it may reach, whatever grants say'),
  /** Client credentials: a secret, or the public keys whose private half it signs with (`private_key_jwt`). */
  secret: secretReference.optional(),
  publicKeys: files.optional().describe('of the keys it signs with for client credentials (private_key_jwt)'),
});

const detectors = z.union(
  [z.literal('default'), z.array(detector).min(1).max(200)],
  'must be "default" or a list of entity names',
);
const operator = z.union(
  [
    z.enum(['token', 'redact', 'partial', 'format', 'drop', 'block']),
    z.strictObject({ replace: z.string().min(1).max(64) }),
    z.strictObject({ partial: z.int().min(1).max(PARTIAL_KEEP_MAX) }),
  ],
  `must be token, redact, partial, format, drop, block, { replace: text } or { partial: 1 to ${PARTIAL_KEEP_MAX} }`,
);

/** What is left out applies to all; the first rule that matches a finding decides, for each copy. */
const maskingRule = z.strictObject({
  entities: z.array(detector).min(1).max(200).optional(),
  connections: connectionNames.optional(),
  tools: z.array(z.string().min(1).max(LIMITS.patternChars)).min(1).max(1_000).optional(),
  names: z.array(pattern).min(1).max(1_000).optional(),
  pointers: z
    .array(z.string().min(1).max(LIMITS.findingPointerChars))
    .min(1)
    .max(100)
    .optional()
    .describe('JSON Pointers into the message; * is any one step, ** any number of them'),
  direction: z.enum(['request', 'response', 'both']).default('both'),
  audience: z
    .strictObject({ groups: z.array(namespaced).min(1).max(1_000) })
    .optional()
    .describe('callers to whom it applies'),
  copy: z.enum(['inline', 'store', 'both']).default('both'),
  operator: operator.optional(),
  exempt: z.literal(true).optional(),
});

const maskingPattern = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, "_" and "-", beginning with a letter')
    .describe('the rule in findings'),
  pattern: z.string().min(1).describe('in the syntax of RE2, which has no look-around and no backreferences'),
  entity: entity
    .optional()
    .describe('what it finds, one of the built-in entities or another; without it, the name in capitals'),
  group: z.int().min(0).max(100).default(0).describe('which group is the value; 0 is all of the match'),
  score: z
    .number()
    .min(0.1)
    .max(1)
    .default(0.9)
    .describe('how sure the pattern alone makes it; below 0.5 a word of `context` must be near'),
  context: z
    .array(z.string().regex(/^[a-zà-ÿ]{2,40}$/, 'must be one word in small letters'))
    .max(LIMITS.customPatternContext)
    .default([])
    .describe('words beside the value, or in its key, that speak for it'),
});

const mediaRules = (unsaid: 'allow' | 'hash') => {
  const rule = z.enum(['allow', 'drop', 'hash']).default(unsaid);
  return z.strictObject({ image: rule, audio: rule, other: rule }).prefault({});
};

const masking = z.strictObject({
  store: z
    .strictObject({
      detectors: detectors.default('default'),
      operator: operator.default('token'),
      fields: z.array(z.string().min(1).max(128)).max(1_000).default([]),
    })
    .prefault({}),
  overBudget: z
    .enum(['block', 'mask'])
    .optional()
    .describe(
      'what becomes of a message that takes too long to mask for its caller: block (default), or the rest masked as a whole',
    ),
  inline: z
    .strictObject({ detectors, operator: operator.default('token'), connections: connectionNames.default(['*']) })
    .optional(),
  patterns: z.array(maskingPattern).max(LIMITS.customPatterns).optional(),
  rules: z.array(maskingRule).max(LIMITS.maskingRules).optional(),
  media: z
    .strictObject({ send: mediaRules('allow'), store: mediaRules('hash') })
    .optional()
    .describe(
      'what becomes of images, audio and other bytes, which nobody looks into: sent as they are, stored as a digest',
    ),
});

const limitShape = Object.fromEntries(
  Object.entries(OPERATOR_LIMITS).map(([key, [min, max]]) => [key, z.int().min(min).max(max).optional()]),
) as { readonly [K in OperatorLimit]: z.ZodOptional<z.ZodInt> };

const groups = z.array(namespaced).max(1_000).default([]);

const waiting = z.enum(WAITINGS);

const approvals = z.strictObject({
  waiting: waiting
    .default('auto')
    .describe(
      'how clients wait: auto (the best they can do), hold (the answer waits), rounds (2026-07-28: they come back by themselves), url_error (2025-11-25: -32042 with the page), refuse (at once)',
    ),
  waitingClients: z
    .record(z.string().min(1).max(200), waiting)
    .refine((clients) => Object.keys(clients).length <= 1_000, 'are more than 1000')
    .default({})
    .describe('the same for single clients: by the name they give themselves, or as <issuer>:<client id>'),
  samePeople: z
    .array(z.array(namespaced).min(2).max(16))
    .max(10_000)
    .default([])
    .describe(
      'each list is one person, as <issuer>:<subject> of each identity: nobody approves what another identity of theirs asks',
    ),
  notify: notify.describe('who else is told of what waits, by name; a rule tells all unless it names some'),
  show: groups.describe(
    'may see what is masked in the arguments of a call that waits, while it waits; each time is recorded',
  ),
});

export const ConfigSchema = z.strictObject({
  version: z.literal(1),
  deployment: label,
  shard: label.default('a'),
  server: server.prefault({}),
  data: text.default('./gatebook-data'),
  keys: z
    .strictObject({
      master: secretReference.optional(),
      /** After `k1`, which comes from the master key: the one with the highest number makes tokens. */
      masking: z.record(z.string().regex(/^k(?:[2-9]|[1-9]\d{1,8})$/, 'must be k2, k3, …'), secretReference).optional(),
    })
    .default({}),
  issuers: z
    .record(
      name.refine((key) => key !== 'gatebook', 'is the namespace of Gatebook itself: name the issuer otherwise'),
      issuer,
    )
    .default({}),
  signIn: signIn.optional(),
  serviceAccounts: z.record(name, serviceAccount).default({}),
  proxy: proxy.optional(),
  connections: z.record(name, connection).default({}),
  levels: z.record(name, level).default({}),
  grants: z.array(grant).max(10_000).default([]),
  roles: z
    .strictObject({
      admin: groups,
      policyApprover: groups.describe('accepts what changed: definitions of tools, clients'),
      approver: groups.describe('decides about calls that are held'),
      auditor: groups.describe('sees everything and changes nothing'),
      breakGlass: groups.describe('may become an admin for at most an hour, with a reason, an alarm and a record'),
    })
    .prefault({}),
  rules: z.array(rule).max(1_000).default([]),
  approvals: approvals.prefault({}),
  masking: masking.prefault({}),
  limits: z.strictObject(limitShape).default({}),
});

type DeepReadonly<T> = T extends readonly (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** gatebook.yaml with every default filled in. Secrets in it are references, never values. */
export type Config = DeepReadonly<z.output<typeof ConfigSchema>>;
export type IssuerConfig = Config['issuers'][string];
export type ConnectionConfig = Config['connections'][string];
export type UpstreamConfig = ConnectionConfig['upstream'];
export type CredentialConfig = NonNullable<ConnectionConfig['credential']>;
export type LevelConfig = Config['levels'][string];
export type GrantConfig = Config['grants'][number];
export type RuleConfig = Config['rules'][number];
export type MaskingConfig = Config['masking'];

/** JSON Schema (draft 2020-12) of the file as written, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(ConfigSchema, { io: 'input' }), title: 'gatebook.yaml' };
}
