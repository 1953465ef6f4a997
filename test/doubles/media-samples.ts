/** Small files of many formats, real ones: pictures by an encoder, containers as their standards describe them. */
const base64 = (text: string): Buffer => Buffer.from(text, 'base64');

export const pictures = {
  jpeg: base64(
    '/9j/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8a' +
      'Gi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAACAAIDASIAAhEBAxEB/8QAFQAB' +
      'AQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAwb/xAAUEQEAAAAAAAAAAAAAAAAAAAAA' +
      '/9oADAMBAAIRAxEAPwCSABTv/9k=',
  ),
  png: base64(
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAEklEQVQImWM4IWdzQs6GAUIBACH2BIkFu4vd' +
      'AAAAAElFTkSuQmCC',
  ),
  webp: base64('UklGRjgAAABXRUJQVlA4ICwAAACQAQCdASoCAAIAAUAmJaACdLoAA5gA/vD6K67xaUa/+8Z//cZ//cZ/7uAAAA=='),
  losslessWebp: base64('UklGRiAAAABXRUJQVlA4TBQAAAAvAUAAEAdQgVQIIAAKmgLGiIj+Bw=='),
  animatedWebp: base64(
    'UklGRogAAABXRUJQVlA4WAoAAAASAAAAAQAAAQAAQU5JTQYAAAD/////AABBTk1GKgAAAAAAAAAAAAEAAAEAAGQAAAJWUDhMEQAAAC8BQAAQB1Dk' +
      'Ihe5yIGI6H8AAEFOTUYqAAAAAAAAAAAAAQAAAQAAZAAAAlZQOEwRAAAALwFAABAHUK1qVatagYjofwAA',
  ),
  gif: base64('R0lGODlhAgACAIAAAExpccgePCH5BAUAAAAALAAAAAACAAIAAAICjFMAOw=='),
  animatedGif: base64(
    'R0lGODlhAgACAIAAAExpccjIyCH/C05FVFNDQVBFMi4wAwEAAAAh+QQJCgAAACwAAAAAAgACAAACAoxTACH5BAUKAAAALAAAAAACAAIAAAIChFEA' +
      'Ow==',
  ),
  avif: base64(
    'AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAA' +
      'AERAAAEAAQAAAAAA+gABAAAAAAAAACIAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4' +
      'aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAAAIAAAACAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAAqbWRhdBIA' +
      'Cgc4ADaQENBpMhUZQmMEwAA0AACQQMkcYUjpfnBMqfE=',
  ),
};

/** A box of ISO 14496-12. */
function box(type: string, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

function track(handler: 'soun' | 'vide'): Buffer {
  const hdlr = box('hdlr', Buffer.alloc(8), Buffer.from(handler), Buffer.alloc(13));
  return box('trak', box('tkhd', Buffer.alloc(84)), box('mdia', box('mdhd', Buffer.alloc(24)), hdlr));
}

/** The tracks stand before what they hold (`fast`) or after it, as most cameras write them. */
export function mp4(brand: string, handlers: readonly ('soun' | 'vide')[], order: 'fast' | 'slow' = 'fast'): Buffer {
  const ftyp = box('ftyp', Buffer.from(brand.padEnd(4)), Buffer.alloc(4), Buffer.from('isommp42'));
  const moov = box('moov', box('mvhd', Buffer.alloc(100)), ...handlers.map(track));
  const mdat = box('mdat', Buffer.alloc(20_000, 7));
  return Buffer.concat(order === 'fast' ? [ftyp, moov, mdat] : [ftyp, mdat, moov]);
}

function crcTable(polynomial: number, step: (value: number) => number): readonly number[] {
  return Array.from({ length: 256 }, (_, index) => {
    let value = polynomial < 0 ? index << 24 : index;
    for (let bit = 0; bit < 8; bit += 1) value = step(value);
    return value >>> 0;
  });
}

const oggTable = crcTable(-1, (value) => (value & 0x80_00_00_00 ? (value << 1) ^ 0x04_c1_1d_b7 : value << 1));
const zipTable = crcTable(1, (value) => (value & 1 ? (value >>> 1) ^ 0xed_b8_83_20 : value >>> 1));

/** The first page of an Ogg stream (RFC 3533), which holds the header of its codec. */
export function ogg(codecHeader: Buffer): Buffer {
  const page = Buffer.alloc(28);
  page.write('OggS', 0, 'latin1');
  page[5] = 2;
  page.writeUInt32LE(1, 14);
  page[26] = 1;
  page[27] = codecHeader.length;
  const bytes = Buffer.concat([page, codecHeader]);
  const crc = bytes.reduce((value, byte) => (((value << 8) >>> 0) ^ (oggTable[(value >>> 24) ^ byte] ?? 0)) >>> 0, 0);
  bytes.writeUInt32LE(crc, 22);
  return bytes;
}

export const codecHeaders = {
  /** RFC 7845, section 5.1: version 1, one channel, 48 kHz. */
  opus: Buffer.concat([Buffer.from('OpusHead'), Buffer.from([1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0])]),
  vorbis: Buffer.concat([Buffer.from('\u0001vorbis', 'latin1'), Buffer.alloc(23, 1)]),
  theora: Buffer.concat([Buffer.from([0x80]), Buffer.from('theora'), Buffer.alloc(35, 1)]),
};

/** Frames of MPEG-1 layer III, 128 kbit/s at 44.1 kHz: 417 bytes each, all silence. */
export function mp3(frames = 3): Buffer {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

/** An ID3v2 tag with a picture of that size before the frames. */
export function taggedMp3(pictureBytes: number): Buffer {
  const size = [21, 14, 7, 0].map((shift) => (pictureBytes >>> shift) & 0x7f);
  return Buffer.concat([Buffer.from('ID3'), Buffer.from([4, 0, 0, ...size]), Buffer.alloc(pictureBytes, 1), mp3()]);
}

/** Frames of AAC in ADTS: low complexity, 44.1 kHz, two channels, 64 bytes each. */
export function aac(frames = 3): Buffer {
  const frame = Buffer.alloc(64, 0x21);
  frame.set([0xff, 0xf1, 0x50, 0x80, 64 >> 3, ((64 & 7) << 5) | 0x1f, 0xfc]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

/** RFC 4867, section 5: one frame of 12.2 kbit/s. */
export const amr = Buffer.concat([Buffer.from('#!AMR\n'), Buffer.from([0x3c]), Buffer.alloc(31)]);

/** A zip with its entries stored as they are, in this order. */
export function zip(entries: Readonly<Record<string, string | Buffer>>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(entries)) {
    const content = Buffer.from(text);
    const crc = ~content.reduce((value, byte) => (zipTable[(value ^ byte) & 255] ?? 0) ^ (value >>> 8), -1) >>> 0;
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt32LE(crc, 10);
    facts.writeUInt32LE(content.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(Buffer.byteLength(name), 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const entry = Buffer.concat([Buffer.from('PK\u0003\u0004'), facts, Buffer.from(name), content]);
    central.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), facts, place, Buffer.from(name));
    local.push(entry);
    offset += entry.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(local.length, 4);
  end.writeUInt16LE(local.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, Buffer.from('PK\u0005\u0006'), end]);
}

/** The head of a compound file (MS-CFB) with one directory sector, whose entries have these names. */
export function compoundFile(names: readonly string[]): Buffer {
  const header = Buffer.alloc(512);
  header.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  header.set([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0], 24);
  const directory = Buffer.alloc(512);
  for (const [index, name] of ['Root Entry', ...names].entries()) {
    directory.write(name, index * 128, 'utf16le');
    directory.writeUInt16LE(name.length * 2 + 2, index * 128 + 64);
  }
  return Buffer.concat([header, directory]);
}

/** A tone in WAVE: 16 bits, one channel, 16 kHz. */
export function wave({ seconds }: { seconds: number }): Buffer {
  const rate = 16_000;
  const samples = Buffer.alloc(rate * seconds * 2);
  for (let index = 0; index < rate * seconds; index += 1) {
    samples.writeInt16LE(Math.round(8_000 * Math.sin((index * 440 * 2 * Math.PI) / rate)), index * 2);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
