/** What a stream thread can be asked for, and what the threads say to each other. */
import type { BookPlace } from '#events/book.ts';
import type { ExportFormat, ExportRequest } from '#events/export.ts';
import type { Limits } from '#limits.ts';

export type StreamJob =
  | { readonly kind: 'export'; readonly request: ExportRequest; readonly format: ExportFormat }
  | { readonly kind: 'tail' };

export type StreamThreadSettings = {
  readonly place: BookPlace;
  readonly limits: Limits;
  readonly job: StreamJob;
  readonly nowMs: number;
};

/** The thread makes a next piece only when it is asked for one. */
export type ToStreamThread = 'more';
export type FromStreamThread =
  | { readonly type: 'piece'; readonly text: string }
  | { readonly type: 'end' }
  | { readonly type: 'failed'; readonly message: string };
