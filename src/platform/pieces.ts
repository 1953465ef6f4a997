/** The same bytes in pieces of one length, but for the last. */
export async function* piecesOf(chunks: AsyncIterable<Uint8Array>, pieceLength: number): AsyncGenerator<Buffer> {
  let gathered: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (length + rest.length >= pieceLength) {
      const fitting = pieceLength - length;
      yield Buffer.concat([...gathered, rest.subarray(0, fitting)]);
      rest = rest.subarray(fitting);
      gathered = [];
      length = 0;
    }
    if (rest.length > 0) gathered.push(Buffer.from(rest));
    length += rest.length;
  }
  if (length > 0) yield Buffer.concat(gathered);
}
