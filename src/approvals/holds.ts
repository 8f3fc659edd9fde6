/** Who decides about what is held, as the configuration in force says. Plain data; filled by config/. */
import type { HoldTerms, Principal } from '#approvals/approval.ts';
import type { SamePeople } from '#approvals/people.ts';
import type { Waiting } from '#approvals/waiting.ts';

export type Holds = {
  /** By the name of the rule that holds. */
  readonly byRule: ReadonlyMap<string, HoldTerms>;
  /** Of what no rule holds, such as a definition that changed; undefined when there is nobody to ask. */
  readonly otherwise: HoldTerms | undefined;
  /** By `callerKey` of a service account: who answers for it. */
  readonly owners: ReadonlyMap<string, Principal>;
  readonly samePeople: SamePeople;
  /** How clients are made to wait; `byClient`: by the name they give themselves, or the namespaced client of their token. */
  readonly waiting: { readonly otherwise: Waiting; readonly byClient: ReadonlyMap<string, Waiting> };
};
