/** Who decides about what is held, taken from a valid gatebook.yaml. */
import { HOLD_DEFAULTS } from '#approvals/approval.ts';
import type { HoldTerms, Principal } from '#approvals/approval.ts';
import type { Holds } from '#approvals/holds.ts';
import type { Config, RuleConfig } from '#config/schema.ts';
import { callerKey } from '#identity/caller.ts';

const MINUTE_MS = 60_000;
const WAIT_MINUTES = 60;
const VALID_MINUTES = 10;
/** What the name of a rule cannot be. */
const NO_RULE = '(definition)';

const termsOf = (rule: RuleConfig, approvers: readonly string[]): HoldTerms => ({
  rule: rule.name,
  approvers: rule.approvers ?? approvers,
  needed: rule.needed ?? 1,
  scopes: rule.scopes ?? ['once'],
  waitMs: (rule.waitMinutes ?? WAIT_MINUTES) * MINUTE_MS,
  validMs: (rule.validMinutes ?? VALID_MINUTES) * MINUTE_MS,
  asks: rule.asks ?? HOLD_DEFAULTS.asks,
  breakGlass: rule.breakGlass ?? HOLD_DEFAULTS.breakGlass,
  notify: rule.notify ?? HOLD_DEFAULTS.notify,
});

/** `<issuer's name>:<subject>`; of an issuer that exists, as checked at load. */
export function principalOf(named: string, { issuers }: Pick<Config, 'issuers'>): Principal | undefined {
  const colon = named.indexOf(':');
  const issuer = issuers[named.slice(0, colon)]?.issuer;
  return issuer === undefined ? undefined : { issuer, subject: named.slice(colon + 1) };
}

/** @param publicUrl the issuer of service accounts. */
export function holdSettings(
  config: Pick<Config, 'rules' | 'roles' | 'issuers' | 'approvals' | 'serviceAccounts'>,
  publicUrl: string,
): Holds {
  const approvers = config.roles.approver;
  return {
    byRule: new Map(
      config.rules.filter(({ then }) => then === 'hold').map((rule) => [rule.name, termsOf(rule, approvers)]),
    ),
    otherwise:
      approvers.length === 0
        ? undefined
        : {
            rule: NO_RULE,
            approvers,
            needed: 1,
            scopes: ['once'],
            waitMs: WAIT_MINUTES * MINUTE_MS,
            validMs: VALID_MINUTES * MINUTE_MS,
            ...HOLD_DEFAULTS,
          },
    owners: new Map(
      Object.entries(config.serviceAccounts).flatMap(([subject, { owner }]): [string, Principal][] => {
        const person = principalOf(owner, config);
        return person === undefined ? [] : [[callerKey({ issuer: publicUrl, subject }), person]];
      }),
    ),
    waiting: {
      otherwise: config.approvals.waiting,
      byClient: new Map(Object.entries(config.approvals.waitingClients)),
    },
    samePeople: config.approvals.samePeople.map((names) =>
      names.map((named) => principalOf(named, config)).filter((person) => person !== undefined),
    ),
  };
}
