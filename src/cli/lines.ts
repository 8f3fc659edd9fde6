/** Lines of a stream of bytes, each bounded; whoever sends one without an end costs no more memory than the bound. */

/** A line without its end; `undefined` in the place of one that is too long. */
export async function* linesOf(
  input: AsyncIterable<Uint8Array | string>,
  bytesMax: number,
): AsyncGenerator<Buffer | undefined> {
  let pieces: Buffer[] = [];
  let length = 0;
  let isTooLong = false;
  const take = (piece: Buffer): void => {
    length += piece.length;
    if (length > bytesMax) {
      isTooLong = true;
      pieces = [];
    } else if (!isTooLong) pieces.push(piece);
  };
  const finish = (): Buffer | undefined => {
    const line = isTooLong ? undefined : Buffer.concat(pieces);
    pieces = [];
    length = 0;
    isTooLong = false;
    return line?.at(-1) === 0x0d ? line.subarray(0, -1) : line;
  };
  for await (const chunk of input) {
    const bytes =
      typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let at = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, at)) {
      take(bytes.subarray(at, end));
      yield finish();
      at = end + 1;
    }
    take(bytes.subarray(at));
  }
  if (length > 0) yield finish();
}
