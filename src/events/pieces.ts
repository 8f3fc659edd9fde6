/** Lines gathered into pieces: a message between threads costs as much as many lines. What is there when a line has to be waited for goes out. */

/** A line of '' ends the piece without adding to it. */
export async function* pieces(
  lines: AsyncGenerator<string, void, undefined>,
  charsMax: number,
): AsyncGenerator<string, void, undefined> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < charsMax && line !== '') continue;
    if (piece !== '') yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
