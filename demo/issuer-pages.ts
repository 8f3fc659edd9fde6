/** The demo issuer's own sign-in page: a form for login and password, without scripts. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { Person } from './issuer.ts';

const FORM_BYTES_MAX = 4_096;
const PATH = /^\/sign-in\/[\w-]{1,64}$/;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action *; frame-ancestors 'none'; base-uri 'none'",
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function signInPage(people: readonly Person[], trouble: string | undefined): string {
  const names = people.map(
    ({ login, groups }) => `<li>${escaped(login)} <small>${escaped(groups.join(', '))}</small></li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Demo identity provider</title>
<style>body{font:1rem/1.5 system-ui;max-width:26rem;margin:3rem auto;padding:0 1rem}label{display:block;margin:1rem 0}input{display:block;width:100%;font:inherit;padding:.4rem;box-sizing:border-box}button{font:inherit;padding:.4rem 1.5rem}</style>
<h1>Demo identity provider</h1>
<p>It stands for Okta, Entra or whatever your company has. Everybody's password is <code>demo</code>.</p>
<ul>${names.join('')}</ul>
${trouble === undefined ? '' : `<p role="alert"><strong>${escaped(trouble)}</strong></p>`}
<form method="post">
<label>Login <input name="login" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button> <button name="cancel" value="yes" formnovalidate>Cancel</button>
</form>
</html>
`;
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > FORM_BYTES_MAX) throw new Error('the form is too large');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

const matches = (given: string, password: string): boolean =>
  given.length === password.length && timingSafeEqual(Buffer.from(given.padEnd(64)), Buffer.from(password.padEnd(64)));

export function createIssuerPages(provider: Provider, people: readonly Person[]) {
  const show = (response: ServerResponse, status: number, body: string): void => {
    response.writeHead(status, HEADERS).end(body);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { uid } = await provider.interactionDetails(request, response);
    if (request.url !== `/sign-in/${uid}`) return show(response, 404, 'This sign-in is over.');
    if (request.method !== 'POST') return show(response, 200, signInPage(people, undefined));
    const form = await formOf(request);
    if (form.get('cancel') !== null) {
      const error_description = 'The person did not want to sign in.';
      return provider.interactionFinished(request, response, { error: 'access_denied', error_description });
    }
    const person = people.find(({ login }) => login === form.get('login'));
    const isRight = person !== undefined && matches(form.get('password') ?? '', person.password);
    if (!isRight) return show(response, 401, signInPage(people, 'Wrong login or password.'));
    return provider.interactionFinished(request, response, { login: { accountId: person.uid } });
  };
  return {
    owns: (request: IncomingMessage): boolean => PATH.test(request.url ?? ''),
    listener: (request: IncomingMessage, response: ServerResponse): void => {
      answer(request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else show(response, 400, 'This sign-in is over. Begin again in your program.');
      });
    },
  };
}
