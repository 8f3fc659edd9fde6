/**
 * What stands between each attack and the server, as changes to the source that take it away. `npm run attacks:guards`
 * makes them in a copy of the checkout and wants to see the attack's test fail. Where two guards stand behind one another,
 * both are taken away, and `note` says so; where a third remains, the attack is refused for another reason, which is a
 * failure of its test as well and is what the table then shows.
 */
import { ALGORITHM_GUARDS, HEADER_GUARDS, KEY_GUARDS } from './guards-of-keys.ts';
import { FORM_GUARDS } from './guards-of-form.ts';

export type Patch = { readonly file: string; readonly find: string; readonly replace: string };

export type Guard = {
  /** What is taken away, as the table says it. */
  readonly guard: string;
  readonly attacks: readonly string[];
  readonly patches: readonly Patch[];
};

export const GUARDS: readonly Guard[] = [...ALGORITHM_GUARDS, ...HEADER_GUARDS, ...KEY_GUARDS, ...FORM_GUARDS];
