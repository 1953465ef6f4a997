import { noisePrologue } from './noise-responder.ts';

const routingMark = Buffer.from('ED');
const routingHeaderLength = 7;
const lengthBytes = 3;

/** Cuts what arrives on a line into frames: an optional `ED` routing block and the prologue first, then length + bytes. */
export function createFrameReader(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let introduced = false;

  /** Bytes of the introduction, or 0 when more must arrive. Throws when it is none of ours. */
  function introductionLength(): number {
    let offset = 0;
    if (rest.subarray(0, 2).equals(routingMark)) {
      if (rest.length < routingHeaderLength) return 0;
      offset = routingHeaderLength + rest.readUIntBE(4, 3);
    }
    if (rest.length < offset + noisePrologue.length) return 0;
    if (!rest.subarray(offset, offset + noisePrologue.length).equals(noisePrologue)) {
      throw new Error('The line does not begin with the prologue');
    }
    return offset + noisePrologue.length;
  }

  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!introduced) {
      const length = introductionLength();
      if (length === 0) return;
      rest = rest.subarray(length);
      introduced = true;
    }
    while (rest.length >= lengthBytes) {
      const end = lengthBytes + rest.readUIntBE(0, lengthBytes);
      if (rest.length < end) return;
      const frame = rest.subarray(lengthBytes, end);
      rest = rest.subarray(end);
      onFrame(frame);
    }
  };
}

export function encodeFrame(data: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(lengthBytes + data.length);
  frame.writeUIntBE(data.length, 0, lengthBytes);
  frame.set(data, lengthBytes);
  return frame;
}
