/** `gatebook logout`: ends what `gatebook login` began, at the gateway and here. */
import type { Command } from 'commander';
import { EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { loginFile } from '#cli/login-file.ts';
import { revokeToken } from '#cli/oauth-requests.ts';
import { isTrustworthyUrl } from '#identity/issuer-url.ts';

export function register(program: Command, io: CliIo): void {
  program
    .command('logout')
    .description(
      'End what `gatebook login` began, at the gateway and on this machine. Exit codes: 0 ended, or nobody was logged in; 2 usage; 3 it is forgotten here, and the gateway could not be told.',
    )
    .requiredOption('--url <url>', 'address of the gateway')
    .action(async ({ url }: { readonly url: string }) => io.exit(await logout(io, url)));
}

async function logout(io: CliIo, url: string): Promise<ExitCode> {
  const say = (text: string, code: ExitCode): ExitCode => {
    (code === EXIT_OK ? io.stdout : io.stderr).write(code === EXIT_OK ? `${text}\n` : `gatebook: ${text}\n`);
    return code;
  };
  if (!isTrustworthyUrl(url)) return say(`--url ${url}: must be https, or http to this machine`, EXIT_USAGE);
  const file = loginFile(io, url);
  if (file === undefined) return say('nobody is logged in there', EXIT_OK);
  return file.alone(async () => {
    const read = file.read();
    // What cannot be read is forgotten as well: that is what was asked for.
    file.remove();
    if (!read.ok) return say(`${read.error}: it is removed, and the gateway could not be told`, EXIT_UNAVAILABLE);
    if (read.value === undefined) return say('nobody is logged in there', EXIT_OK);
    return (await revokeToken(read.value))
      ? say(`logged out of ${read.value.url}`, EXIT_OK)
      : say('it is forgotten here; the gateway could not be told, so end it at its page /me', EXIT_UNAVAILABLE);
  });
}
