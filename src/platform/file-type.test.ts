import { once } from 'node:events';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  aac,
  amr,
  codecHeaders,
  compoundFile,
  mp3,
  mp4,
  ogg,
  pictures,
  taggedMp3,
  zip,
} from '../../test/doubles/media-samples.ts';
import { type FileClaim, fileTypeOf, peekFileType } from './file-type.ts';

const openXml = 'application/vnd.openxmlformats-officedocument';
const word = `${openXml}.wordprocessingml.document`;
const sheet = `${openXml}.spreadsheetml.sheet`;
const slides = `${openXml}.presentationml.presentation`;
const contentTypes = (part: string, type: string): string =>
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
  `<Override PartName="/${part}" ContentType="${type}.main+xml"/></Types>`;
const docx = zip({ '[Content_Types].xml': contentTypes('word/document.xml', word), 'word/document.xml': '<w/>' });
const lateTypes = zip({
  '_rels/.rels': '<Relationships/>',
  'docProps/app.xml': Buffer.alloc(30_000, 'x'),
  'word/document.xml': '<w/>',
  '[Content_Types].xml': contentTypes('word/document.xml', word),
});
const early = {
  '_rels/.rels': '<Relationships/>',
  'xl/_rels/workbook.xml.rels': '<r/>',
  'xl/a.xml': 'x'.repeat(30_000),
};

const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const html = '<!DOCTYPE html><html><body onload="alert(1)"></body></html>';

const samples: readonly [name: string, bytes: Buffer, mimetype: string][] = [
  ['JPEG', pictures.jpeg, 'image/jpeg'],
  ['PNG', pictures.png, 'image/png'],
  ['WebP', pictures.webp, 'image/webp'],
  ['lossless WebP', pictures.losslessWebp, 'image/webp'],
  ['animated WebP', pictures.animatedWebp, 'image/webp'],
  ['GIF', pictures.gif, 'image/gif'],
  ['animated GIF', pictures.animatedGif, 'image/gif'],
  ['AVIF, which WhatsApp does not show', pictures.avif, 'image/avif'],
  ['MP4', mp4('isom', ['vide', 'soun']), 'video/mp4'],
  ['MP4 with its tracks at the end', mp4('mp42', ['vide', 'soun'], 'slow'), 'video/mp4'],
  ['M4V', mp4('M4V', ['vide']), 'video/mp4'],
  ['3GP', mp4('3gp4', ['vide', 'soun']), 'video/3gpp'],
  ['QuickTime', mp4('qt', ['vide']), 'video/quicktime'],
  ['M4A', mp4('M4A', ['soun']), 'audio/mp4'],
  ['an MP4 that only sounds', mp4('mp42', ['soun']), 'audio/mp4'],
  ['Opus in Ogg', ogg(codecHeaders.opus), 'audio/ogg; codecs=opus'],
  ['Vorbis in Ogg', ogg(codecHeaders.vorbis), 'audio/ogg'],
  ['Theora in Ogg', ogg(codecHeaders.theora), 'video/ogg'],
  ['something else in Ogg', ogg(Buffer.alloc(40, 9)), 'application/octet-stream'],
  ['MP3', mp3(), 'audio/mpeg'],
  ['MP3 with a tag', taggedMp3(500), 'audio/mpeg'],
  ['MP3 with a large picture', taggedMp3(200_000), 'audio/mpeg'],
  ['AAC', aac(), 'audio/aac'],
  ['AMR', amr, 'audio/amr'],
  ['PDF', Buffer.from('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n1 0 obj', 'latin1'), 'application/pdf'],
  ['PDF in ASCII', Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\n'), 'application/pdf'],
  ['docx', docx, word],
  ['xlsx', zip({ '[Content_Types].xml': contentTypes('xl/workbook.xml', sheet), 'xl/workbook.xml': '<w/>' }), sheet],
  ['pptx', zip({ '[Content_Types].xml': contentTypes('ppt/presentation.xml', slides), 'ppt/a.xml': '<w/>' }), slides],
  ['xlsx whose types are listed late', zip(early), sheet],
  ['odt', zip({ mimetype: 'application/vnd.oasis.opendocument.text' }), 'application/vnd.oasis.opendocument.text'],
  ['doc', compoundFile(['WordDocument', '1Table']), 'application/msword'],
  ['xls', compoundFile(['Workbook']), 'application/vnd.ms-excel'],
  ['ppt', compoundFile(['PowerPoint Document']), 'application/vnd.ms-powerpoint'],
  ['a compound file of another kind', compoundFile(['Data']), 'application/x-cfb'],
  ['zip', zip({ 'photos/1.jpg': pictures.jpeg, 'word/notes.txt': 'hello' }), 'application/zip'],
  ['gzip', gzipSync('hello'), 'application/gzip'],
  ['text', Buffer.from('Grüße,\tWelt\r\n'), 'text/plain'],
  ['text with a byte order mark', Buffer.from('\ufeffhello'), 'text/plain'],
  ['text that is longer than what is looked at', Buffer.from('ü'.repeat(20_001)), 'text/plain'],
  ['text that begins like a picture', Buffer.from('BMW and GIF are words'), 'text/plain'],
  ['a script that begins like a picture', Buffer.from('GIF89a/*hello*/=alert(1)'), 'text/plain'],
  ['CSV', Buffer.from('name,phone\nAda,+999\n'), 'text/plain'],
  ['a contact', Buffer.from('BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n'), 'text/vcard'],
  ['SVG', Buffer.from(svg), 'text/plain'],
  ['SVG after a declaration', Buffer.from(`<?xml version="1.0"?>\n${svg}`), 'text/plain'],
  ['HTML', Buffer.from(html), 'text/plain'],
  ['SVG in UTF-16', Buffer.from(`\ufeff<?xml version="1.0"?>${svg}`, 'utf16le'), 'application/octet-stream'],
  ['HTML with a NUL in it', Buffer.from(`${html}\0`), 'application/octet-stream'],
  ['XML with a NUL in it', Buffer.from(`<?xml version="1.0"?>${svg}\0`), 'application/octet-stream'],
  ['text in UTF-16', Buffer.from('\ufeffhello', 'utf16le'), 'application/octet-stream'],
  ['text in Latin-1', Buffer.from('Gr\u00fc\u00dfe', 'latin1'), 'application/octet-stream'],
  ['bytes', Buffer.from([1, 2, 3, 4, 5, 250]), 'application/octet-stream'],
  [
    'bytes that begin like sound',
    Buffer.from([0xff, 0xfb, 0x90, 0, ...Buffer.alloc(2_000, 7)]),
    'application/octet-stream',
  ],
  ['nothing', Buffer.alloc(0), 'application/octet-stream'],
];

describe('the bytes tell what a file is', () => {
  test.each(samples)('%s', async (_name, bytes, mimetype) => {
    expect((await fileTypeOf(bytes)).mimetype).toBe(mimetype);
  });

  test.each(samples.filter(([, , mimetype]) => !/zip|cfb|octet/.test(mimetype)))(
    'whatever it is said to be: %s',
    async (_name, bytes, mimetype) => {
      const claims: readonly FileClaim[] = [
        { mimetype: 'image/png', filename: 'a.png' },
        { mimetype: 'application/zip', filename: 'a.exe' },
        { mimetype: 'text/html; charset=utf-8', filename: 'a.svg' },
      ];
      for (const claim of claims) expect((await fileTypeOf(bytes, claim)).mimetype).toBe(mimetype);
    },
  );

  test('a WebP tells whether it moves', async () => {
    expect((await fileTypeOf(pictures.animatedWebp)).isAnimated).toBe(true);
    for (const still of [pictures.webp, pictures.losslessWebp, pictures.png, pictures.gif]) {
      expect((await fileTypeOf(still)).isAnimated).toBe(false);
    }
  });
});

describe('what is claimed decides within a container, and nowhere else', () => {
  test.each<[string, Buffer, FileClaim, string]>([
    ['docx', lateTypes, { mimetype: `${word}; x=1` }, word],
    ['docx by its name', lateTypes, { mimetype: 'application/octet-stream', filename: 'Letter.DOCX' }, word],
    ['a picture that is an office file', lateTypes, { mimetype: 'image/png', filename: 'a.png' }, 'application/zip'],
    ['any zip as an office file', zip({ 'a.txt': 'a' }), { mimetype: word }, 'application/zip'],
    ['doc', compoundFile(['Data']), { filename: 'a.doc' }, 'application/msword'],
    ['xls that is a doc', compoundFile(['WordDocument']), { filename: 'a.xls' }, 'application/msword'],
    ['a recording', mp4('mp42', ['soun'], 'slow'), { mimetype: 'audio/x-m4a' }, 'audio/mp4'],
    ['a recording by its name', mp4('isom', ['soun'], 'slow'), { filename: 'a.m4a' }, 'audio/mp4'],
    ['a film as a recording', mp4('isom', ['vide', 'soun']), { mimetype: 'audio/mp4' }, 'video/mp4'],
    ['Vorbis as Opus', ogg(codecHeaders.vorbis), { mimetype: 'audio/ogg; codecs=opus' }, 'audio/ogg'],
  ])('%s', async (_name, bytes, claim, mimetype) => {
    expect((await fileTypeOf(bytes, claim)).mimetype).toBe(mimetype);
  });
});

test('bytes made to confuse are some type, and no error', async () => {
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) & 255;
  const starts = samples.map(([, bytes]) => bytes.subarray(0, 64));
  for (let round = 0; round < 500; round += 1) {
    const noise = Buffer.from(Array.from({ length: round }, random));
    const bytes = Buffer.concat([starts[round % starts.length] ?? noise, noise]);
    bytes[random() % Math.max(1, bytes.length)] = random();
    expect((await fileTypeOf(bytes)).mimetype).toMatch(/^[a-z]+\/[\w.+-]+(; codecs=opus)?$/);
  }
});

describe('a stream is looked at without losing a byte', () => {
  async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  async function all(stream: Readable): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
  const long = mp4('isom', ['vide']);

  test.each([
    ['byte by byte', pictures.png, 1, 'image/png'],
    ['in pieces', long, 1_000, 'video/mp4'],
    ['in one', long, 1_000_000, 'video/mp4'],
    ['empty', Buffer.alloc(0), 1, 'application/octet-stream'],
  ])('%s', async (_name, bytes, size, mimetype) => {
    for (const source of [pieces(bytes, size), Readable.from(pieces(bytes, size), { objectMode: false })]) {
      const { type, stream } = await peekFileType(source);
      expect(type.mimetype).toBe(mimetype);
      expect((await all(stream)).equals(bytes)).toBe(true);
    }
  });

  test('no more is taken from the source than is asked for', async () => {
    let taken = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        taken += 1;
        yield Buffer.alloc(1_000, taken);
      }
    }
    const { stream } = await peekFileType(endless());
    expect(taken).toBe(17);
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise((resolve) => setImmediate(resolve));
    // A stream reads ahead by its buffer.
    expect(taken).toBeLessThan(150);
    stream.destroy();
  });

  test('whoever lets go of it ends the source, also while that is silent', async () => {
    const silent = new Readable({ read: () => undefined });
    silent.push(Buffer.alloc(20_000));
    const { stream } = await peekFileType(silent);
    const reading = all(stream);
    stream.destroy(new Error('stop'));
    await expect(reading).rejects.toThrow('stop');
    if (!silent.closed) await once(silent, 'close');
    expect(silent.destroyed).toBe(true);
  });

  test('an error of the source comes out of it, at the beginning and later', async () => {
    const broken = new Readable({ read: () => undefined });
    const peeking = peekFileType(broken);
    broken.destroy(new Error('gone'));
    await expect(peeking).rejects.toThrow('gone');

    const breaking = new Readable({ read: () => undefined });
    breaking.push(Buffer.alloc(20_000));
    const { stream } = await peekFileType(breaking);
    breaking.destroy(new Error('gone'));
    await expect(all(stream)).rejects.toThrow('gone');
  });
});
