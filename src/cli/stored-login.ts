/** The access token of a login that was kept, refreshed when it is about to end. Two commands at once refresh it once. */
import { loginFile } from '#cli/login-file.ts';
import type { Login, LoginFile } from '#cli/login-file.ts';
import type { CliIo } from '#cli/io.ts';
import { askTokens } from '#cli/oauth-requests.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** A command takes a moment until its token is looked at. */
const SPARE_MS = 30_000;

export type StoredLoginFault = { readonly message: string; readonly isOver: boolean };

const isGood = ({ expiresAtMs }: Login): boolean => expiresAtMs - Date.now() > SPARE_MS;
const again = (url: string): string => `gatebook login --url ${url}`;
const fault = (message: string, isOver: boolean): { readonly ok: false; readonly error: StoredLoginFault } =>
  err({ message, isOver });

/** Undefined: nobody logged in at this gateway. */
export async function storedToken(
  io: Pick<CliIo, 'env'>,
  url: string,
): Promise<Result<string | undefined, StoredLoginFault>> {
  const file = loginFile(io, url);
  const read = file?.read();
  if (file === undefined || read === undefined) return ok(undefined);
  if (!read.ok) return fault(read.error, true);
  if (read.value === undefined) return ok(undefined);
  if (isGood(read.value)) return ok(read.value.accessToken);
  try {
    return await file.alone(() => refreshed(file, url));
  } catch (error) {
    return fault(error instanceof Error ? error.message : String(error), false);
  }
}

async function refreshed(file: LoginFile, url: string): Promise<Result<string | undefined, StoredLoginFault>> {
  // Another command may have done it meanwhile, or logged out.
  const read = file.read();
  if (!read.ok) return fault(read.error, true);
  const login = read.value;
  if (login === undefined) return ok(undefined);
  if (isGood(login)) return ok(login.accessToken);
  if (login.refreshToken === undefined) return over(file, url);
  const grant = { grant_type: 'refresh_token', refresh_token: login.refreshToken };
  const next = await askTokens(login, grant, () => Date.now());
  if (next.ok) {
    file.write({ refreshToken: login.refreshToken, ...next.value });
    return ok(next.value.accessToken);
  }
  const { code, message } = next.error;
  if (code === 'invalid_grant' || code === 'invalid_client') return over(file, url);
  return fault(`the login at ${url} could not be refreshed: ${message}`, false);
}

function over(file: LoginFile, url: string): { readonly ok: false; readonly error: StoredLoginFault } {
  file.remove();
  return fault(`the login at ${url} is over: ${again(url)}`, true);
}
