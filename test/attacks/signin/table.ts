/** Every attack on signing in, in the order of the page. Each area adds its file. */
import type { Attack } from './attack.ts';
import { BROWSER_ATTACKS } from './attacks-of-browsers.ts';
import { CLIENT_ATTACKS } from './attacks-of-clients.ts';
import { DOCUMENT_ATTACKS } from './attacks-of-documents.ts';
import { MACHINE_ATTACKS } from './attacks-of-machines.ts';
import { REDIRECT_ATTACKS } from './attacks-of-redirects.ts';
import { STRANGER_ATTACKS } from './attacks-of-strangers.ts';
import { TOKEN_ATTACKS } from './attacks-of-tokens.ts';
import { WAY_ATTACKS } from './attacks-of-ways.ts';

export const ATTACKS: readonly Attack[] = [
  ...CLIENT_ATTACKS,
  ...DOCUMENT_ATTACKS,
  ...REDIRECT_ATTACKS,
  ...MACHINE_ATTACKS,
  ...STRANGER_ATTACKS,
  ...BROWSER_ATTACKS,
  ...TOKEN_ATTACKS,
  ...WAY_ATTACKS,
];
