/**
 * `gatebook connect`: a server over stdio to its client, and a client of a gateway to the network, for MCP clients that
 * speak only stdio. stdout carries messages and nothing else.
 */
import type { Command } from 'commander';
import { Bridge } from '#cli/connect-bridge.ts';
import { createEndpoint } from '#cli/connect-endpoint.ts';
import { failureMessage } from '#cli/connect-failure.ts';
import { openTokenSource } from '#cli/connect-token.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE } from '#cli/exit-codes.ts';
import type { ExitCode } from '#cli/exit-codes.ts';
import { TOKEN_VARIABLE } from '#cli/gateway-api.ts';
import type { CliIo, CliStream } from '#cli/io.ts';
import { untilInterrupted } from '#cli/until-interrupted.ts';
import { isTrustworthyUrl } from '#identity/issuer-url.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { encodeLine, LineDecoder } from '#mcp/ndjson.ts';
import { createPool } from '#upstream/http-pool.ts';
import { systemTimers } from '#upstream/timers.ts';

export type ConnectOptions = { readonly tokenFile?: string; readonly tokenEnv?: string };

export function register(program: Command, io: CliIo): void {
  program
    .command('connect <url>')
    .description(
      'Be a server over stdio for an MCP client that speaks only that, and pass its messages to <url>: a connection of a gateway (https://…/mcp/<name>), or any endpoint of streamable HTTP. Ends with stdin. Exit codes: 0 ended with stdin, 2 usage, 3 the session is gone.',
    )
    .option(
      '--token-file <file>',
      `file with the access token, read again when it is refused (default: ${TOKEN_VARIABLE})`,
    )
    .option('--token-env <name>', 'environment variable with the access token')
    .action(async (url: string, options: ConnectOptions) =>
      io.exit(await untilInterrupted((now) => connect(io, url, options, now))),
    );
}

/** The command without the process's signals. `now`: ends without waiting for answers. */
export async function connect(
  io: CliIo,
  address: string,
  options: ConnectOptions,
  now: AbortSignal,
  limits: Limits = LIMITS,
): Promise<ExitCode> {
  const say = (text: string): void => void io.stderr.write(`gatebook: ${text}\n`);
  const usage = (text: string): ExitCode => {
    say(text);
    return EXIT_USAGE;
  };
  if (!isTrustworthyUrl(address))
    return usage('the URL must be https, or http to this machine, and hold no credentials');
  if (io.stdin === undefined) return usage('there is no stdin to read from');
  const tokens = await openTokenSource(io, options, TOKEN_VARIABLE);
  if (!tokens.ok) return usage(tokens.error);
  if (tokens.value.current() === undefined)
    say(`no token is given: --token-file FILE, --token-env NAME or ${TOKEN_VARIABLE}`);

  const url = new URL(address);
  // One more for the stream of what the server says by itself, and one for what ends the session.
  const pool = createPool({ url }, limits, limits.connectCallsInFlight + 2);
  const endpoint = createEndpoint({ url, pool, tokens: tokens.value, limits, timers: systemTimers });
  let written = Promise.resolve();
  // One behind the other: each waits until the client takes more.
  const write = (message: Buffer): Promise<void> => (written = written.then(() => writeLine(io.stdout, message)));
  const bridge = new Bridge({ endpoint, limits, timers: systemTimers, write, say });
  const interrupted = new Promise<ExitCode>((resolve) => {
    const onAbort = (): void => resolve(EXIT_OK);
    now.addEventListener('abort', onAbort, { once: true });
    if (now.aborted) onAbort();
  });
  const lost = bridge.lost.then((): ExitCode => {
    say('the session has ended at the gateway');
    return EXIT_UNAVAILABLE;
  });
  const exit = await Promise.race([readLines(io.stdin, bridge, write, say, limits), lost, interrupted]);
  await bridge.end(now);
  // A client whose session is gone may keep its end open.
  io.stdin.destroy?.();
  await pool.destroy();
  return exit;
}

/** To the end of stdin. */
async function readLines(
  stdin: AsyncIterable<Uint8Array | string>,
  bridge: Bridge,
  write: (message: Buffer) => Promise<void>,
  say: (text: string) => void,
  { messageBytes }: Limits,
): Promise<ExitCode> {
  const decoder = new LineDecoder(messageBytes);
  for await (const chunk of stdin) {
    const lines = decoder.push(
      typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength),
    );
    if (!lines.ok) {
      // What follows cannot be told from the rest of this line.
      const message = 'The line is longer than a message may be; it was not sent.';
      await write(failureMessage({ code: 'too_large', executed: 'no', message }, undefined));
      say(`a line is longer than ${messageBytes} bytes`);
      return EXIT_USAGE;
    }
    for (const line of lines.value) await bridge.receive(line);
  }
  return EXIT_OK;
}

/** One write a line, so that no two mix; waits while the client does not read. */
async function writeLine(stdout: CliStream, message: Buffer): Promise<void> {
  stdout.write(encodeLine(message).toString('utf8'));
  if (stdout.writableNeedDrain !== true || stdout.once === undefined) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  stdout.once('drain', resolve);
  stdout.once('close', resolve);
  await promise;
}
