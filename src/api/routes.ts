/** Every operation of the contract with what serves it. A new endpoint is a contract file, a file here, and its line. */
import { serveBreakGlass, serveBrokenGlass, serveMendGlass } from '#api/break-glass.ts';
import { route, type Route } from '#api/call.ts';
import { breakGlass, listBrokenGlass, mendGlass } from '#api/contract/break-glass.ts';
import { serveClient, serveClients, serveDecision, serveRemoval } from '#api/clients.ts';
import { decideApproval, getApproval, listApprovals, stateApproval, streamApprovals } from '#api/contract/approval.ts';
import { getApprovalStory } from '#api/contract/approval-story.ts';
import { serveApprovalStory } from '#api/show-story.ts';
import { getCheckpoint } from '#api/contract/checkpoint.ts';
import * as clients from '#api/contract/clients.ts';
import { acceptDefinitions, getDefinition, listDefinitions } from '#api/contract/definition.ts';
import { serveApproval, serveApprovalDecision, serveApprovals } from '#api/approvals.ts';
import { serveApprovalStatement } from '#api/approval-statement.ts';
import { serveApprovalStream } from '#api/stream-approvals.ts';
import { serveAcceptance, serveDefinition, serveDefinitions } from '#api/definitions.ts';
import { createKey, listKeys, revokeKey } from '#api/contract/key.ts';
import { serveKeyEnd, serveKeys, serveNewKey } from '#api/keys.ts';
import { createRevocation, listRevocations } from '#api/contract/revocation.ts';
import { serveRevocation, serveRevocations } from '#api/revocations.ts';
import { endSignIn, listSignIns } from '#api/contract/sign-in.ts';
import { serveSignInEnding, serveSignIns } from '#api/sign-ins.ts';
import * as events from '#api/contract/events.ts';
import * as sessions from '#api/contract/sessions.ts';
import { countFacets, countHistogram } from '#api/count-events.ts';
import { getProof } from '#api/prove-record.ts';
import { searchEvents } from '#api/search-events.ts';
import { exportEvents, tailEvents } from '#api/stream-events.ts';
import { getSession, listSessions } from '#api/sessions.ts';
import { getEvent } from '#api/show-event.ts';
import { ok } from '#result.ts';

export const ROUTES: readonly Route[] = [
  route(getCheckpoint, async (_call, _input, { checkpoints }) => ok({ json: await checkpoints.all() })),
  { ...route(createRevocation, serveRevocation), endsCallers: true },
  route(listSignIns, (_call, input, parts) => serveSignIns(input, parts)),
  { ...route(endSignIn, serveSignInEnding), endsCallers: true },
  route(breakGlass, serveBreakGlass),
  route(mendGlass, (call, _input, parts) => serveMendGlass(call, parts)),
  route(listBrokenGlass, (_call, _input, parts) => serveBrokenGlass(parts)),
  route(listRevocations, (_call, _input, parts) => serveRevocations(parts)),
  route(createKey, serveNewKey),
  route(listKeys, (_call, _input, parts) => serveKeys(parts)),
  route(revokeKey, serveKeyEnd),
  route(clients.listClients, serveClients),
  route(clients.getClient, (_call, input, parts) => serveClient(input, parts)),
  { ...route(clients.decideClient, serveDecision), endsCallers: true },
  { ...route(clients.removeClient, serveRemoval), endsCallers: true },
  route(listDefinitions, serveDefinitions),
  route(getDefinition, (_call, input, parts) => serveDefinition(input, parts)),
  route(acceptDefinitions, serveAcceptance),
  route(listApprovals, serveApprovals),
  route(streamApprovals, serveApprovalStream),
  route(getApproval, serveApproval),
  route(getApprovalStory, serveApprovalStory),
  route(decideApproval, serveApprovalDecision),
  route(stateApproval, serveApprovalStatement),
  route(events.searchEvents, searchEvents),
  route(events.countFacets, countFacets),
  route(events.countHistogram, countHistogram),
  route(events.exportEvents, exportEvents),
  route(events.tailEvents, (call, _input, parts) => tailEvents(call, parts)),
  route(events.getEvent, getEvent),
  route(events.getProof, getProof),
  route(sessions.listSessions, listSessions),
  route(sessions.getSession, getSession),
];
