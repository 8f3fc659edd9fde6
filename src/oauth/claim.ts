/** What only one process may do for a time, or what is done once: the first who claims it has it, across all processes. */

export type ClaimStore = {
  /**
   * Durable when it resolves: true for exactly one of all who ask, until `untilMs` or until it is let go.
   * @param key a digest that names what is claimed
   * @param holder names who claims it, for letting it go
   */
  claim(key: Uint8Array, holder: string, times: { readonly nowMs: number; readonly untilMs: number }): Promise<boolean>;
  /** Nothing happens when it is another's by now. */
  letGo(key: Uint8Array, holder: string): Promise<void>;
};
