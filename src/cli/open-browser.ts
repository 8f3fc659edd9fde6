/** Opens the user's browser, where there is one that this process could open. */
import { spawn } from 'node:child_process';
import type { CliIo } from '#cli/io.ts';

/** Command and arguments before the address; undefined where nobody sits in front of a browser of this machine. */
export function browserCommand(
  env: CliIo['env'],
  platform: NodeJS.Platform,
): readonly [command: string, ...args: string[]] | undefined {
  if (env['BROWSER'] === 'none' || env['SSH_CONNECTION'] !== undefined || env['CI'] !== undefined) return undefined;
  if (platform === 'darwin') return ['open'];
  // No shell: an address has `&` in it.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined ? ['xdg-open'] : undefined;
}

/** False when it could not be started; whether a page opens nobody can say. */
export function openBrowser(url: string, command: readonly [command: string, ...args: string[]]): Promise<boolean> {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
