/** One line of progress on a terminal, rewritten in place; silent everywhere else. Knows no command. */
import type { CliStream } from '#cli/io.ts';

const REDRAW_BYTES = 16 * 1024 * 1024;

export type ProgressLine = {
  show(progress: { readonly bytes: number; readonly bytesTotal: number; readonly records: number }): void;
  /** Wipes the line; call before anything else is written to the terminal. */
  clear(): void;
};

/** Plain text without colours, so `NO_COLOR` changes nothing. Redrawn every 16 MiB, so that it costs nothing. */
export function progressLine(stream: CliStream, what: string): ProgressLine {
  if (stream.isTTY !== true) return { show: () => undefined, clear: () => undefined };
  let drawn = -REDRAW_BYTES;
  return {
    show: ({ bytes, bytesTotal, records }) => {
      if (bytes - drawn < REDRAW_BYTES) return;
      drawn = bytes;
      stream.write(`\r${what}: ${Math.floor((100 * bytes) / Math.max(1, bytesTotal))} % · ${records} records\u001b[K`);
    },
    clear: () => {
      if (drawn >= 0) stream.write('\r\u001b[K');
    },
  };
}
