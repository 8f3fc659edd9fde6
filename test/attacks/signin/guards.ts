/**
 * What stands in the way of each attack on signing in, as changes to the source that take it away
 * (test/attacks/identity/guards.ts says how they are used). Each area adds its file.
 */
import type { Guard } from '../identity/guards.ts';
import { BROWSER_GUARDS } from './guards-of-browsers.ts';
import { CLIENT_GUARDS } from './guards-of-clients.ts';
import { DOCUMENT_GUARDS } from './guards-of-documents.ts';
import { MACHINE_GUARDS } from './guards-of-machines.ts';
import { REDIRECT_GUARDS } from './guards-of-redirects.ts';
import { STRANGER_GUARDS } from './guards-of-strangers.ts';
import { TOKEN_GUARDS } from './guards-of-tokens.ts';
import { WAY_GUARDS } from './guards-of-ways.ts';

export const GUARDS: readonly Guard[] = [
  ...CLIENT_GUARDS,
  ...DOCUMENT_GUARDS,
  ...REDIRECT_GUARDS,
  ...STRANGER_GUARDS,
  ...MACHINE_GUARDS,
  ...BROWSER_GUARDS,
  ...TOKEN_GUARDS,
  ...WAY_GUARDS,
];
