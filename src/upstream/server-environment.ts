/**
 * The environment a server process gets: what a program needs to run at all, and what the connection configures. Never the
 * gateway's own: it holds the secrets of every other connection.
 */

/** As the MCP SDK's `getDefaultEnvironment`, without what identifies the gateway's user, and with the locale. */
const PASSED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'];
const PASSED_ON_WINDOWS = [
  'PATH',
  'PATHEXT',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
];

/** @param own the gateway's environment. @param configured from gatebook.yaml, secrets already resolved; it wins. */
export function serverEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  configured: Readonly<Record<string, string>>,
  platform: NodeJS.Platform,
): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of platform === 'win32' ? PASSED_ON_WINDOWS : PASSED) {
    const value = own[name];
    if (value !== undefined) passed[name] = value;
  }
  return { ...passed, ...configured };
}
