/** What people get who come with a client that may not ask for tokens yet, or any more. */
import { html } from '#signin/pages/html.ts';
import { notice, pageAnswer } from '#signin/pages/answer.ts';
import type { SignInAnswer } from '#signin/route.ts';
import type { SignInParts } from '#signin/parts.ts';

/**
 * Undefined for a client that is allowed. `isSignedIn`: somebody we know asks, so that it is put before the admins and not
 * forgotten; what strangers bring waits no longer than they keep asking.
 */
export async function waitingAnswer(
  client: { readonly id: string; readonly name: string },
  isSignedIn: boolean,
  { clients, log }: Pick<SignInParts, 'clients' | 'log'>,
): Promise<SignInAnswer | undefined> {
  const standing = clients.standing(client.id);
  if (standing?.is === 'allowed') return undefined;
  if (standing?.is !== 'waiting')
    return notice(
      403,
      'This program is not allowed here',
      'The operator of this gateway does not allow it. Ask an admin.',
    );
  if (isSignedIn)
    await clients.asked(client.id).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      log.warn({ error: why }, 'that a person asked for a client could not be kept');
    });
  const handle = clients.handle(client.id);
  return pageAnswer(
    {
      title: 'Waiting for an admin',
      body: html`<p>
          A program that calls itself “${client.name}” <span class="quiet">(nobody checked this name)</span> wants to be
          used with this gateway.
          ${standing.wasApproved ? 'An admin allowed it before; it has changed since and' : 'It'} waits for an admin’s
          approval.
        </p>
        <dl>
          <dt>Its id</dt>
          <dd><span class="exact">${handle}</span></dd>
        </dl>
        <p>
          Give the id to an admin, who allows it with <span class="exact">gatebook clients approve ${handle}</span>.
          Then load this page again: your sign-in goes on from here.
        </p>`,
    },
    { status: 403 },
  );
}
