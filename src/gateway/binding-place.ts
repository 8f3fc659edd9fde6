/** For whom and where an id of a server means something. */
import type { Owner } from '#bindings/bindings.ts';
import type { Connected } from '#gateway/call.ts';
import { callerKey } from '#identity/caller.ts';

/** A process of its own for each caller counts its tasks by itself: ids of two may be the same and mean different tasks. */
export const placeOf = ({ connection, verified }: Pick<Connected, 'connection' | 'verified'>): Owner => ({
  caller: callerKey(verified.caller),
  place: { connection: connection.name, isPerCaller: connection.isPerCaller },
});
