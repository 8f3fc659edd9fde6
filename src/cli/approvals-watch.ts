/** `gatebook approvals watch`: requests as they come and as they are decided, until interrupted; a lost stream is taken up again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ShownApproval } from '#cli/approval-lines.ts';
import { watchedLine } from '#cli/approval-lines.ts';
import { APPROVALS_PATH, approvalsCommand } from '#cli/approvals-list.ts';
import type { GatewayOptions } from '#cli/approvals-list.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, type ExitCode } from '#cli/exit-codes.ts';
import { type ApiFailure, CutOff, openGatewayApi, streamGateway } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { failed } from '#cli/remote-events.ts';
import { untilInterrupted } from '#cli/until-interrupted.ts';
import { SseDecoder } from '#mcp/sse.ts';
import { err, ok, type Result } from '#result.ts';

/** One request with its votes, however many groups there are. */
const EVENT_BYTES_MAX = 1024 * 1024;
/** Between tries, doubled each time; after a stream that said something it begins anew. */
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;

type Pause = (ms: number) => Promise<unknown>;

export function register(program: Command, io: CliIo): void {
  approvalsCommand(
    program,
    'watch',
    'Print what waits, then every request and decision as it comes, until interrupted; it reconnects by itself.',
  ).action(async (options: GatewayOptions) =>
    io.exit(
      await untilInterrupted((signal) =>
        watch(io, options, signal, (ms) => sleep(ms, undefined, { signal }).catch(() => undefined)),
      ),
    ),
  );
}

/** The command without the process's signals and clock. */
export async function watch(io: CliIo, options: GatewayOptions, signal: AbortSignal, pause: Pause): Promise<ExitCode> {
  let last: string | undefined;
  let waitMs = RETRY_MS;
  let hasBegun = false;
  while (!signal.aborted) {
    const stream = await follow(io, options, signal, last, (id, line) => {
      last = id;
      waitMs = RETRY_MS;
      io.stdout.write(line);
    });
    if (signal.aborted) break;
    if (!stream.ok) {
      // Whom the gateway refuses, or who asks wrongly, is not let in by asking again; nor is the first try hoped for.
      if (!hasBegun || stream.error.exit !== EXIT_UNAVAILABLE) return failed(io, stream.error);
      io.stderr.write(`gatebook: ${stream.error.message}; trying again\n`);
    }
    hasBegun = true;
    await pause(waitMs);
    waitMs = Math.min(2 * waitMs, RETRY_MS_MAX);
  }
  return EXIT_OK;
}

/** One stream to its end, whatever ends it. `told`: the id of an event, and what to print of it. */
async function follow(
  io: CliIo,
  options: GatewayOptions,
  signal: AbortSignal,
  after: string | undefined,
  told: (id: string, line: string) => void,
): Promise<Result<'over', ApiFailure>> {
  // Each time: a token of `gatebook login` is renewed meanwhile.
  const api = await openGatewayApi(io, options);
  if (!api.ok) return api;
  const headers = after === undefined ? {} : { 'last-event-id': after };
  const answer = await streamGateway(api.value, `${APPROVALS_PATH}/stream`, signal, headers);
  if (!answer.ok) return answer;
  const decoder = new SseDecoder(EVENT_BYTES_MAX);
  try {
    for await (const piece of answer.value.pieces) {
      const events = decoder.push(Buffer.from(piece));
      if (!events.ok) return err({ message: 'the gateway sent an event that is too long', exit: EXIT_UNAVAILABLE });
      for (const { event, id, data } of events.value) {
        if (event !== 'approval' || id === undefined) continue;
        const line = lineOf(data.toString(), options.json === true);
        if (line === undefined) return err({ message: 'the gateway sent what is no request', exit: EXIT_UNAVAILABLE });
        told(id, line);
      }
    }
  } catch (error) {
    if (error instanceof CutOff) return ok('over');
    throw error;
  }
  return ok('over');
}

function lineOf(text: string, json: boolean): string | undefined {
  try {
    const approval = JSON.parse(text) as ShownApproval;
    return json ? `${JSON.stringify(approval)}\n` : watchedLine(approval);
  } catch {
    return undefined;
  }
}
