/**
 * A server's stderr as log lines: bounded in length and in number, so that a flood costs little, and masked before
 * anybody sees them. Stderr is free text for people (MCP, stdio); nothing is read out of it.
 */
import type { Limits } from '#limits.ts';

const LF = 0x0a;

export type StderrParts = {
  readonly limits: Pick<Limits, 'stdioStderrLineBytes' | 'stdioStderrLinesPerSecond'>;
  readonly nowMs: () => number;
  readonly maskLine: (text: string) => string;
  readonly log: (text: string) => void;
};

/** Feed it chunks of any split. */
export function createStderrLines({ limits, nowMs, maskLine, log }: StderrParts): (chunk: Buffer) => void {
  let pieces: Buffer[] = [];
  let length = 0;
  let windowStartMs = nowMs();
  let lines = 0;
  let withheld = 0;

  const isAdmitted = (): boolean => {
    if (nowMs() - windowStartMs >= 1_000) {
      if (withheld > 0)
        log(`[${withheld} lines of stderr withheld: more than ${limits.stdioStderrLinesPerSecond} a second]`);
      windowStartMs = nowMs();
      lines = 0;
      withheld = 0;
    }
    lines += 1;
    if (lines <= limits.stdioStderrLinesPerSecond) return true;
    withheld += 1;
    return false;
  };

  const finish = (): void => {
    const line = Buffer.concat(pieces);
    const isWhole = length <= limits.stdioStderrLineBytes;
    const size = length;
    pieces = [];
    length = 0;
    if (size === 0 || !isAdmitted()) return;
    // A line that was cut could end inside a secret, where no search for the whole secret finds it: none of it is shown.
    log(isWhole ? maskLine(line.toString('utf8').replace(/\r$/, '')) : `[line of stderr withheld: ${size} bytes]`);
  };

  return (chunk) => {
    let at = 0;
    for (;;) {
      const end = chunk.indexOf(LF, at);
      const piece = chunk.subarray(at, end === -1 ? chunk.length : end);
      length += piece.length;
      if (length <= limits.stdioStderrLineBytes) pieces.push(piece);
      else pieces = [];
      if (end === -1) return;
      finish();
      at = end + 1;
    }
  };
}
