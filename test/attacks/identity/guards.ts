/**
 * What stands between each attack and the server, as changes to the source that take it away. `npm run attacks:guards`
 * makes them in a copy of the checkout and wants to see the attack's test fail. Where two guards stand behind one another,
 * both are taken away, and the words say so; where a third remains, the attack is refused for another reason, which is a
 * failure of its test as well and is what the table then shows.
 */
import { AUDIENCE_GUARDS, PURPOSE_GUARDS, TIME_GUARDS } from './guards-of-claims.ts';
import { FORM_GUARDS } from './guards-of-form.ts';
import { CACHE_GUARDS, ISSUER_GUARDS, KEY_LIFE_GUARDS } from './guards-of-issuers.ts';
import { ALGORITHM_GUARDS, HEADER_GUARDS, KEY_GUARDS } from './guards-of-keys.ts';
import { GROUP_GUARDS, KIND_GUARDS, SUBJECT_GUARDS } from './guards-of-persons.ts';
import { AUTHORIZATION_GUARDS, FRAMING_GUARDS, PLACE_GUARDS, SOURCE_GUARDS } from './guards-of-requests.ts';

export type Patch = { readonly file: string; readonly find: string; readonly replace: string };

export type Guard = {
  /** What is taken away, as the table says it. */
  readonly guard: string;
  readonly attacks: readonly string[];
  readonly patches: readonly Patch[];
};

export const GUARDS: readonly Guard[] = [
  ...ALGORITHM_GUARDS,
  ...HEADER_GUARDS,
  ...KEY_GUARDS,
  ...FORM_GUARDS,
  ...TIME_GUARDS,
  ...AUDIENCE_GUARDS,
  ...PURPOSE_GUARDS,
  ...SUBJECT_GUARDS,
  ...KIND_GUARDS,
  ...GROUP_GUARDS,
  ...AUTHORIZATION_GUARDS,
  ...FRAMING_GUARDS,
  ...PLACE_GUARDS,
  ...SOURCE_GUARDS,
  ...KEY_LIFE_GUARDS,
  ...ISSUER_GUARDS,
  ...CACHE_GUARDS,
];
