/** What a verifier says when it stops: the first thing that is wrong, where, in words. */

export type FaultCode =
  /** The log's own files: missing, of the wrong size, or not of this format. */
  | 'missing_segment'
  | 'segment_size'
  | 'magic'
  | 'header'
  /** Bytes that are no frame, or a frame whose CRC fails. */
  | 'damaged'
  /** What a crash leaves after the last commit: never acknowledged, or tampering. */
  | 'incomplete_batch'
  | 'not_zero'
  | 'record'
  | 'leaf'
  | 'index'
  | 'blob_hash'
  | 'grammar'
  | 'commit'
  | 'root'
  | 'signature'
  /** Fewer records than the watermark or nothing signed at all. */
  | 'truncated'
  /** The later checkpoint the user brought: not this log's, or this log does not extend it. */
  | 'checkpoint'
  | 'vkey'
  /** With keys: the key files, and blobs that should open. */
  | 'keys'
  | 'blob'
  | 'commitment'
  /** With keys: what the records say of approvals breaks a rule of section 5a. */
  | 'approval';

export type Fault = {
  readonly code: FaultCode;
  /** Name of the file inside the shard's directory, or of the input it was found in. */
  readonly file: string;
  /** Byte offset into the file of the frame (or of the byte), null when the fault is not at a place in it. */
  readonly offset: number | null;
  /** Index of the record, null when the fault is not in a record. */
  readonly record: number | null;
  readonly what: string;
};

/**
 * Carries the first fault out of the walk. A verifier stops at the first one from forty places deep in a loop, so this
 * one refusal travels as an exception; `verifyFiles` turns it back into a value.
 */
export class FaultFound extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(`${fault.file}: ${fault.what}`);
    this.name = 'FaultFound';
    this.fault = fault;
  }
}
