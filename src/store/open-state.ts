/**
 * Opens the state of a data directory and says whether it can be trusted to be the newest. It is not when it is older than
 * its mark, when either is missing beside a book that has records, or when the mark belongs to another state: revocations
 * may then be lost, and whoever opened it has to revoke everybody, which is what any lost one asked for at most.
 */
import { openStateDb } from '#store/state-db.ts';
import type { StateDb, StateDbOptions } from '#store/state-db.ts';
import { readMarker, writeMarker } from '#store/roll-back-marker.ts';
import type { Marker } from '#store/roll-back-marker.ts';

export type OpenStateOptions = Omit<StateDbOptions, 'mark' | 'marked'> & {
  readonly markerPath: string;
  /** Whether the data directory holds a book of an earlier run, of whatever shard. */
  readonly hasBook: boolean;
};

export type OpenedState = {
  readonly state: StateDb;
  /** Why revocations may be missing; undefined when none is. */
  readonly lost: string | undefined;
};

function lossOf(marker: ReturnType<typeof readMarker>, state: Marker, hasBook: boolean): string | undefined {
  switch (marker) {
    case 'missing':
      return hasBook ? 'the mark of the state is missing' : undefined;
    case 'damaged':
      return 'the mark of the state is damaged';
    default:
      if (marker.store !== state.store) return 'the state was replaced or removed';
      return marker.revision > state.revision ? 'the state is older than its mark' : undefined;
  }
}

/** Throws as `openStateDb` does. A loss stays one until the next revocation is in force, which writes the mark anew. */
export function openState(options: OpenStateOptions): OpenedState {
  const { markerPath, hasBook } = options;
  const mark = (at: Marker): void => writeMarker(markerPath, at);
  const marked = (): Marker | undefined => {
    const marker = readMarker(markerPath);
    return typeof marker === 'string' ? undefined : marker;
  };
  const state = openStateDb({ ...options, mark, marked });
  try {
    const lost = state.underLock((at) => {
      const marker = readMarker(markerPath);
      const loss = lossOf(marker, at, hasBook);
      if (loss === undefined) mark(at);
      return loss;
    });
    return { state, lost };
  } catch (error) {
    void state.close();
    throw error;
  }
}
