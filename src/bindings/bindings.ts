/**
 * Tasks and `requestState` belong to the call that made them: same caller, same connection, and for a state the same method
 * and name (MCP 2025-11-25, Tasks, Task Isolation and Access Control; 2026-07-28, Multi Round-Trip Requests). What is known
 * is in the store alone, which every process shares: another one may have made an id, or given it a new meaning, since.
 */
import type { BindingKeys } from '#bindings/binding-keys.ts';
import type { BindingStore, MakingCall, Place, Touch, WriteOutcome } from '#bindings/binding.ts';
import type { Limits } from '#limits.ts';
import type { MadeId } from '#mcp/made-ids.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type Owner = { readonly caller: string; readonly place: Place };

/** `foreign`: known, and not to be used by who asks. */
export type Found =
  | { readonly whose: 'own'; readonly made: MakingCall }
  | { readonly whose: 'foreign' }
  | { readonly whose: 'unknown' };

export type Bindings = {
  /** The error says why nobody can know. */
  findTask(owner: Owner, id: string): Result<Found, string>;
  /** `call` is what the state is used for. */
  findState(owner: Owner, state: string, call: Pick<MakingCall, 'method' | 'name'>): Result<Found, string>;
  /** Durable when it resolves. `taken`: the task is another caller's. The error says why it could not be kept. */
  bind(owner: Owner, made: MadeId, call: MakingCall): Promise<Result<WriteOutcome, string>>;
};

export type BindingLimits = Pick<Limits, 'boundTaskMs' | 'boundTaskMsMin' | 'boundStateMs' | 'bindingTouches'>;

type Ids = { readonly digest: Buffer; readonly owner: Buffer };

const UNKNOWN: Found = { whose: 'unknown' };
const FOREIGN: Found = { whose: 'foreign' };
const whyOf = (error: unknown): string => (error instanceof Error ? error.message : 'unreadable');

export function createBindings(parts: {
  readonly store: BindingStore;
  readonly keys: BindingKeys;
  readonly limits: BindingLimits;
  /** Unix milliseconds. */
  readonly clock: () => number;
}): Bindings {
  const { store, keys, limits, clock } = parts;
  /** Uses that the store has not been told of, oldest first: looking something up writes nothing. */
  const touched = new Map<string, Touch>();

  const touch = (ids: Ids, usedMs: number): void => {
    const key = ids.digest.toString('latin1') + ids.owner.toString('latin1');
    touched.delete(key);
    touched.set(key, { ...ids, usedMs });
    const oldest = touched.size > limits.bindingTouches ? touched.keys().next() : undefined;
    if (oldest?.done === false) touched.delete(oldest.value);
  };

  const find = (ids: Ids, id: string): Result<Found, string> => {
    const nowMs = clock();
    try {
      const rows = store.find(ids.digest).filter((row) => row.expiresMs > nowMs);
      const own = rows.find((row) => ids.owner.equals(row.owner));
      if (own === undefined) return ok(rows.length > 0 ? FOREIGN : UNKNOWN);
      touch(ids, nowMs);
      return ok({ whose: 'own', made: keys.open(id, own.sealed) });
    } catch (error) {
      return err(whyOf(error));
    }
  };

  const taskIds = ({ caller, place }: Owner, id: string): Ids => ({
    digest: keys.taskDigest(place, caller, id),
    owner: keys.callerDigest(caller),
  });
  const stateIds = ({ caller, place }: Owner, id: string, call: Pick<MakingCall, 'method' | 'name'>): Ids => ({
    digest: keys.stateDigest(id),
    owner: keys.callDigest(caller, place.connection, call),
  });
  /** Kept as long as the server promises to, within bounds: ids without an end would fill the store. */
  const keptMs = (made: MadeId): number =>
    made.kind === 'state'
      ? limits.boundStateMs
      : Math.min(Math.max(made.ttlMs ?? Infinity, limits.boundTaskMsMin), limits.boundTaskMs);

  return {
    findTask: (owner, id) => find(taskIds(owner, id), id),
    findState: (owner, state, call) => find(stateIds(owner, state, call), state),
    async bind(owner, made, call) {
      const nowMs = clock();
      const ids = made.kind === 'task' ? taskIds(owner, made.id) : stateIds(owner, made.id, call);
      const row = {
        ...ids,
        caller: keys.callerDigest(owner.caller),
        isSingle: made.kind === 'task',
        sealed: keys.seal(made.id, call),
        expiresMs: Math.ceil(nowMs + keptMs(made)),
      };
      const touches = [...touched.values()];
      touched.clear();
      try {
        return ok(await store.write({ row, touches, nowMs }));
      } catch (error) {
        return err(whyOf(error));
      }
    },
  };
}
