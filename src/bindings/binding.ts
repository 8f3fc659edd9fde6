/** What the gateway remembers of an id that a server gave out: which call of which caller made it. Shapes and ports only. */

/** The call that made it, as policy and records know it. */
export type MakingCall = {
  /** Its id in the book. */
  readonly call: string;
  readonly method: string;
  readonly name: string;
  /** The yes by which it went up, where it needed one. */
  readonly approval?: string;
  /** The call itself, where the gateway made the task while it is held: made again for who asks for its result. */
  readonly held?: string;
  /** It was made since, for whoever asked for its result. */
  readonly isMade?: true;
};

/** Where an id means one thing. */
export type Place = {
  readonly connection: string;
  /** Each caller has a server of their own there, whose ids mean nothing to the others. */
  readonly isPerCaller: boolean;
};

/** A row as it is kept: digests and sealed text, nothing of the caller or the id in clear. */
export type StoredBinding = {
  /** Of the id, where it means one thing. */
  readonly digest: Uint8Array;
  /** Of who may use it; for a state also of the call it continues. */
  readonly owner: Uint8Array;
  readonly caller: Uint8Array;
  /** A task has one owner; the same text may be the state of many calls. */
  readonly isSingle: boolean;
  readonly sealed: Uint8Array;
  /** Unix milliseconds. */
  readonly expiresMs: number;
};

export type Touch = { readonly digest: Uint8Array; readonly owner: Uint8Array; readonly usedMs: number };

/** `taken`: the id is one of another caller's, so nothing was written. */
export type WriteOutcome = 'bound' | 'taken';

export type BindingWrite = { readonly row: StoredBinding; readonly touches: readonly Touch[]; readonly nowMs: number };

export type BindingStore = {
  /** All rows of this digest, expired ones too. Throws when it cannot be read. */
  find(digest: Uint8Array): readonly StoredBinding[];
  /** Resolves when it is on stable storage; rejects when that cannot be done or said. */
  write(write: BindingWrite): Promise<WriteOutcome>;
  close(): Promise<void>;
};
