/** Every page of signing in. A part of the surface adds its list here. */
import type { SignInRoute } from '#signin/route.ts';

export const SIGN_IN_ROUTES: readonly SignInRoute[] = [];
