/** What is asked of people about a call, by whom, of whom. */
import type { Requester } from '#approvals/approval.ts';
import type { Held } from '#approvals/asking.ts';
import type { Prints } from '#approvals/fingerprint.ts';
import { approvalRequestedEntry } from '#gateway/approval-entries.ts';
import type { Authorized } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { callerKey } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import { recordId } from '#ledger/record.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { ownText } from '#mcp/own-text.ts';
import { err, ok } from '#result.ts';

function requesterOf(caller: Caller, { holds }: Gateway): Requester {
  const { issuer, subject, kind, groups, client } = caller;
  const keyMaker = caller.key?.createdBy;
  const owner = holds.owners.get(callerKey(caller));
  return {
    issuer,
    subject,
    kind,
    groups,
    client,
    ...(owner === undefined ? {} : { owner }),
    ...(keyMaker === undefined ? {} : { keyMaker }),
  };
}

/** Undefined when the configuration names nobody who could decide. */
export function heldCall(
  call: Authorized,
  { method, name }: RequestMessage,
  prints: Prints,
  gateway: Gateway,
): Held | undefined {
  const { rule, policy } = call.decision;
  const terms = rule === undefined ? gateway.holds.otherwise : gateway.holds.byRule.get(rule);
  if (terms === undefined || terms.approvers.length === 0) return undefined;
  return {
    id: `apr_${gateway.newId()}`,
    ...prints,
    requester: requesterOf(call.verified.caller, gateway),
    connection: call.connection.name,
    // It is kept while the call waits, and must not keep the whole text of the message.
    method: ownText(method),
    // It may be an address of somebody, or hold a token: people see it as the book has it.
    name: ownText(gateway.masker.maskStoredText(name, call.secrets)),
    terms,
    policy,
    call: call.id,
    async record(request) {
      const recorded = await gateway.ledger.append(approvalRequestedEntry(call, gateway.masker, request));
      return recorded.ok ? ok(recordId(recorded.value)) : err(recorded.error.reason);
    },
  };
}
