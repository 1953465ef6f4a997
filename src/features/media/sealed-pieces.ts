import { piecesOf } from '../../platform/pieces.ts';

/** Of the bytes in one row. */
const pieceLength = 262_144;

/** Writes the bytes as they come, one piece in memory at a time; returns how many they were. */
export async function writePiecesOf(
  chunks: AsyncIterable<Uint8Array>,
  write: (piece: Buffer, place: number) => Promise<void>,
): Promise<number> {
  let place = 0;
  let size = 0;
  for await (const piece of piecesOf(chunks, pieceLength)) {
    await write(piece, place);
    place += 1;
    size += piece.length;
  }
  return size;
}

/** So many bytes from their pieces. Ends early with an error when the file goes meanwhile. */
export async function* readPiecesOf(
  sizeBytes: number,
  read: (place: number) => Promise<Uint8Array | undefined>,
): AsyncGenerator<Uint8Array> {
  for (let place = 0; place * pieceLength < sizeBytes; place += 1) {
    const piece = await read(place);
    if (!piece) throw new Error('The file is gone');
    yield piece;
  }
}
