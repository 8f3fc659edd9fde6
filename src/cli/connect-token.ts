/** The caller's token for `connect`, read again when it was refused: identity providers' agents rotate files in place. */
import { readInputFile } from '#cli/input-file.ts';
import type { CliIo } from '#cli/io.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type TokenSource = {
  /** Undefined where none was given. */
  current(): string | undefined;
  /** Reads again; true when there now is another than `refused`. */
  changedFrom(refused: string | undefined): Promise<boolean>;
};

/** `token68` of RFC 9110 section 11.2. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

export type TokenPlace = { readonly tokenFile?: string; readonly tokenEnv?: string };

/** Errors: a sentence. A place that was named must hold a token; the default variable may be empty. */
export async function openTokenSource(
  io: CliIo,
  { tokenFile, tokenEnv }: TokenPlace,
  defaultVariable: string,
): Promise<Result<TokenSource, string>> {
  if (tokenFile !== undefined && tokenEnv !== undefined) return err('give --token-file or --token-env, not both');
  const read = async (): Promise<Result<string | undefined, string>> => {
    const text =
      tokenFile === undefined ? ok(io.env[tokenEnv ?? defaultVariable] ?? '') : await readInputFile(io, tokenFile);
    if (!text.ok) return text;
    const token = text.value.trim();
    if (token === '')
      return tokenFile === undefined && tokenEnv === undefined ? ok(undefined) : err('the token is empty');
    return TOKEN.test(token) ? ok(token) : err('the token is not one: it has characters that no token has');
  };
  const first = await read();
  if (!first.ok) return first;
  let token = first.value;
  return ok({
    current: () => token,
    changedFrom: async (refused) => {
      // Somebody else may have read it meanwhile.
      if (token !== refused) return true;
      const again = await read();
      if (!again.ok || again.value === refused) return false;
      token = again.value;
      return true;
    },
  });
}
