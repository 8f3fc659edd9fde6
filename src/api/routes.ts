/** Every operation of the contract with what serves it. A new endpoint is a contract file, a file here, and its line. */
import { route, type Route } from '#api/call.ts';
import { getCheckpoint } from '#api/contract/checkpoint.ts';
import { createRevocation, listRevocations } from '#api/contract/revocation.ts';
import { serveRevocation, serveRevocations } from '#api/revocations.ts';
import { ok } from '#result.ts';

export const ROUTES: readonly Route[] = [
  route(getCheckpoint, async (_call, _input, { checkpoints }) => ok({ json: await checkpoints.all() })),
  { ...route(createRevocation, serveRevocation), endsCallers: true },
  route(listRevocations, (_call, _input, parts) => serveRevocations(parts)),
];
