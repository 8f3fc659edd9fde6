/**
 * Headers made of the gateway's own words: control and orphan records of the ledger. They need no masking because
 * nothing from outside is in them; whoever calls this vouches for that.
 */
import type { RecordHeader } from '#events/header.ts';
import type { Masked } from '#masking/masked.ts';

/** Only what the gateway itself counts, names or decides: no caller, no client, no message. */
export type OwnHeader = Pick<RecordHeader, 'reason' | 'code' | 'count' | 'windowMs' | 'detail'>;

export const ownHeader = (header: OwnHeader): Masked<string> => JSON.stringify(header) as Masked<string>;
