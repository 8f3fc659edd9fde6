/**
 * Where the authorization server's library may send a browser, and in which form: a last look at its answers. Refuses to know
 * what they are about.
 */
import type { RequestContext } from 'oidc-provider';
import { troublePage } from '#signin/device-pages.ts';
import type { SignInParts } from '#signin/parts.ts';

const AUTHORIZATION = /^\/oauth\/authorize(?:\/|$)/;

/** A library's complaint about a form whose session it never had: only somebody without the page sends one. */
const isFormOfNobody = ({ method, path }: RequestContext, error: unknown): boolean =>
  method === 'POST' && path === '/device' && error instanceof TypeError && error.message.startsWith('persist can only');

/**
 * What leads away from here, errors included, is for clients that somebody allowed: else whoever registers has a way from our
 * name to any place (RFC 9700 section 4.11.2). And it leads there by a redirect with a query, as the metadata says.
 */
export const stayHere =
  (clients: Pick<SignInParts['clients'], 'standing'>) =>
  async (context: RequestContext, next: () => Promise<void>): Promise<void> => {
    try {
      await next();
    } catch (error) {
      if (!isFormOfNobody(context, error)) throw error;
      return context.redirect('/device');
    }
    if (!AUTHORIZATION.test(context.path)) return;
    const { client, params } = context.oidc;
    const mode = params?.['response_mode'];
    const isLeaving = !(context.response.get('location') || '/').startsWith('/');
    const isAllowed = client === undefined || clients.standing(client.clientId)?.is === 'allowed';
    if ((mode === undefined || mode === 'query') && (isAllowed || !isLeaving)) return;
    context.remove('location');
    context.status = 400;
    const { html, headers } = troublePage(
      isAllowed
        ? 'The program asks for an answer in a form that is not given here.'
        : 'This program is not allowed here.',
    );
    context.set(headers);
    context.body = html;
  };
