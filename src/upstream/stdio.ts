/**
 * An MCP server that is a program: one process per caller, or one for all when the connection says `shared`; two where clients
 * of both eras use it. Here a process
 * becomes a channel of channels.ts, one message a line; how it is started and ended is process-group.ts's.
 */
import type { Limits } from '#limits.ts';
import { encodeLine, LineDecoder } from '#mcp/ndjson.ts';
import { ok } from '#result.ts';
import type { Result } from '#result.ts';
import { createChannelUpstream } from '#upstream/channel-upstream.ts';
import { unavailable } from '#upstream/channels.ts';
import type { Channel, ChannelEvents, ChannelLimits, ChannelOwner } from '#upstream/channels.ts';
import type { Upstream, UpstreamFault } from '#upstream/port.ts';
import type { PlaceBudget } from '#upstream/place-budget.ts';
import { startProcessGroup } from '#upstream/process-group.ts';
import type { Program } from '#upstream/process-group.ts';
import { serverEnvironment } from '#upstream/server-environment.ts';
import type { ServerEvents } from '#upstream/server-events.ts';
import { createStderrLines } from '#upstream/stderr-lines.ts';
import type { Timers } from '#upstream/timers.ts';

export type StdioUpstreamSettings = Program & {
  /** Name of the connection. */
  readonly connection: string;
  readonly shared: boolean;
};

export type StdioUpstreamLimits = Omit<ChannelLimits, 'pendingCalls' | 'queuedBytes' | 'idleMs' | 'clients'> &
  Pick<
    Limits,
    | 'messageBytes'
    | 'stdioClientsPerProcess'
    | 'stdioIdleMs'
    | 'stdioPendingCalls'
    | 'stdioQueuedBytes'
    | 'stdioStderrLineBytes'
    | 'stdioStderrLinesPerSecond'
    | 'stdioStopMs'
    | 'upstreamIdleMs'
  >;

export type StdioUpstreamParts = {
  readonly limits: StdioUpstreamLimits;
  readonly timers: Timers;
  /** Shared by all stdio connections of the gateway. */
  readonly budget: PlaceBudget;
  /** The gateway's environment, of which little is passed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly events: ServerEvents;
  readonly maskLine: (text: string) => string;
  /** Registers what must run synchronously when the gateway exits; gives the way to unregister. */
  readonly atExit: (run: () => void) => () => void;
};

export function createStdioUpstream(settings: StdioUpstreamSettings, parts: StdioUpstreamParts): Upstream {
  const { limits, timers, env, events } = parts;
  const { connection, shared } = settings;
  const program: Program = { ...settings, env: serverEnvironment(env, settings.env, process.platform) };
  return createChannelUpstream(
    {
      connection,
      limits: {
        ...limits,
        pendingCalls: limits.stdioPendingCalls,
        queuedBytes: limits.stdioQueuedBytes,
        idleMs: limits.stdioIdleMs,
        clients: limits.stdioClientsPerProcess,
      },
      timers,
      events,
      ownerOf: ({ caller }) => {
        const key = shared ? `\0shared\n${connection}` : caller;
        return { key, pace: key, caller: shared ? undefined : caller };
      },
      endsWithSession: false,
      splitsEras: true,
      open: (owner, _request, channel) => openProcess({ connection, program, owner, parts }, channel),
    },
    limits.upstreamIdleMs,
  );
}

type Opening = {
  readonly connection: string;
  readonly program: Program;
  readonly owner: ChannelOwner;
  readonly parts: StdioUpstreamParts;
};

async function openProcess(
  { connection, program, owner, parts }: Opening,
  channel: ChannelEvents,
): Promise<Result<Channel, UpstreamFault>> {
  const { limits, timers, budget, events, maskLine, atExit } = parts;
  const giveBack = budget.take(owner.key);
  if (giveBack === undefined) return unavailable('busy');
  const speaker = { connection, caller: owner.caller };
  const lines = new LineDecoder(limits.messageBytes);
  const ended = Promise.withResolvers<void>();
  const started = startProcessGroup(program, {
    limits,
    timers,
    atExit,
    onStdout: (chunk) => hearLines(lines, chunk, channel),
    onStderr: createStderrLines({
      limits,
      nowMs: () => timers.nowMs(),
      maskLine,
      log: (line) => events.onStderr({ ...speaker, pid: started.ok ? started.value.pid : 0, line }),
    }),
    onEnded: (reason) => {
      giveBack();
      const asked = channel.ended(reason);
      events.onEnded({ ...speaker, pid: started.ok ? started.value.pid : undefined, reason, asked });
      ended.resolve();
    },
  });
  if (!started.ok) {
    giveBack();
    return unavailable(`start_failed ${await started.error}`);
  }
  const group = started.value;
  return ok({
    write: async (message) => (group.write(encodeLine(message)) ? ok(undefined) : unavailable('busy')),
    pause: (isPaused) => group.pauseStdout(isPaused),
    stop: () => void group.stop(),
    gone: ended.promise,
  });
}

function hearLines(lines: LineDecoder, chunk: Buffer, channel: ChannelEvents): void {
  if (channel.dropped.aborted) return;
  const cut = lines.push(chunk);
  if (!cut.ok) return channel.distrust('line_too_long');
  for (const line of cut.value) if (!channel.hear(line)) return;
}
