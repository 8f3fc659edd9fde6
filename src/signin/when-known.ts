/** Pages of whoever is signed in, while it cannot be told whether they still are: they say so, and do nothing. */
import { notice } from '#signin/pages/answer.ts';
import type { SignInRoute } from '#signin/route.ts';
import { PresenceUnknown } from '#signin/web-session.ts';

export const whenKnown = (routes: readonly SignInRoute[]): readonly SignInRoute[] =>
  routes.map((route) => ({
    ...route,
    async serve(visit, parts) {
      try {
        return await route.serve(visit, parts);
      } catch (error) {
        if (!(error instanceof PresenceUnknown)) throw error;
        return notice(
          503,
          'Not at the moment',
          'It cannot be told now whether you may still come in, because whoever vouches for you does not answer. Try again in a minute.',
        );
      }
    },
  }));
