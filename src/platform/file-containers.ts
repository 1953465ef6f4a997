/** What a caller says of a file; believed only where the bytes leave several answers open. */
export interface FileClaim {
  mimetype?: string | undefined;
  filename?: string | undefined;
}

interface Office {
  readonly mimetype: string;
  readonly extension: string;
  /** What only this kind has among its entries or streams. */
  readonly mark: string;
}

const openXml = 'application/vnd.openxmlformats-officedocument';
const openDocument = 'application/vnd.oasis.opendocument';
const zipped: readonly Office[] = [
  { mimetype: `${openXml}.wordprocessingml.document`, extension: 'docx', mark: 'word/' },
  { mimetype: `${openXml}.spreadsheetml.sheet`, extension: 'xlsx', mark: 'xl/' },
  { mimetype: `${openXml}.presentationml.presentation`, extension: 'pptx', mark: 'ppt/' },
  { mimetype: `${openDocument}.text`, extension: 'odt', mark: '' },
  { mimetype: `${openDocument}.spreadsheet`, extension: 'ods', mark: '' },
  { mimetype: `${openDocument}.presentation`, extension: 'odp', mark: '' },
];
const compound: readonly Office[] = [
  { mimetype: 'application/msword', extension: 'doc', mark: 'WordDocument' },
  { mimetype: 'application/vnd.ms-excel', extension: 'xls', mark: 'Workbook' },
  { mimetype: 'application/vnd.ms-powerpoint', extension: 'ppt', mark: 'PowerPoint Document' },
  { mimetype: 'application/vnd.ms-outlook', extension: 'msg', mark: '__properties_version1.0' },
];

const baseOf = (mimetype = ''): string => mimetype.split(';', 1)[0]?.trim().toLowerCase() ?? '';
const extensionOf = (filename = ''): string => /\.([a-z0-9]{1,5})$/i.exec(filename)?.[1]?.toLowerCase() ?? '';

function claimed(kinds: readonly Office[], claim: FileClaim): string | undefined {
  const byType = kinds.find(({ mimetype }) => mimetype === baseOf(claim.mimetype));
  return (byType ?? kinds.find(({ extension }) => extension === extensionOf(claim.filename)))?.mimetype;
}

/** The names of the entries whose headers are in the sample. */
function entryNames(sample: Buffer): readonly string[] {
  const names: string[] = [];
  for (let at = sample.indexOf('PK\u0003\u0004'); at !== -1; at = sample.indexOf('PK\u0003\u0004', at + 4)) {
    if (at + 30 > sample.length) break;
    names.push(sample.toString('latin1', at + 30, at + 30 + sample.readUInt16LE(at + 26)));
  }
  return names;
}

/**
 * A zip of which the beginning does not tell more. Office files that list their parts at the end (LibreOffice writes them
 * so) are told by the folders they have; where those come later too, by what is claimed.
 */
export function zipType(sample: Buffer, claim: FileClaim): string {
  const names = entryNames(sample);
  const parts = names.filter((name) => /^[a-z]+\/(_rels\/)?\w+\.xml(\.rels)?$/.test(name));
  const byParts = zipped.find(({ mark }) => mark !== '' && parts.some((name) => name.startsWith(mark)));
  if (byParts) return byParts.mimetype;
  // Without one of these it is what somebody packed, whatever it is called.
  const isOffice = names.some((name) =>
    /^(_rels\/\.rels|docProps\/\w+\.xml|\[Content_Types\]\.xml|mimetype)$/.test(name),
  );
  return (isOffice ? claimed(zipped, claim) : undefined) ?? 'application/zip';
}

/** The container of Office before 2007. Its list of streams may be anywhere, so what is claimed often decides. */
export function compoundFileType(sample: Buffer, claim: FileClaim): string {
  const has = (mark: string): boolean => sample.includes(Buffer.from(mark, 'utf16le'));
  return compound.find(({ mark }) => has(mark))?.mimetype ?? claimed(compound, claim) ?? 'application/x-cfb';
}

/**
 * An MP4 whose brand says nothing of pictures or sound: by its tracks when they stand at the beginning, else by what is
 * claimed; a film unless something says otherwise.
 */
export function mp4Type(sample: Buffer, claim: FileClaim): 'video/mp4' | 'audio/mp4' {
  const handlers = trackHandlers(sample);
  if (handlers.kinds.includes('vide')) return 'video/mp4';
  if (handlers.areAll && handlers.kinds.includes('soun')) return 'audio/mp4';
  const audio = ['audio/mp4', 'audio/x-m4a', 'audio/m4a'].includes(baseOf(claim.mimetype));
  return audio || extensionOf(claim.filename) === 'm4a' ? 'audio/mp4' : 'video/mp4';
}

/** The handler types of the tracks (ISO 14496-12: the `hdlr` boxes within `moov`), as far as the sample goes. */
function trackHandlers(sample: Buffer): { kinds: readonly string[]; areAll: boolean } {
  for (let at = 0; at + 8 <= sample.length;) {
    const size = sample.readUInt32BE(at);
    if (sample.toString('latin1', at + 4, at + 8) === 'moov') {
      const movie = sample.subarray(at, at + size);
      const kinds: string[] = [];
      for (let box = movie.indexOf('hdlr'); box !== -1; box = movie.indexOf('hdlr', box + 4)) {
        kinds.push(movie.toString('latin1', box + 12, box + 16));
      }
      return { kinds, areAll: at + size <= sample.length };
    }
    // Zero reaches to the end of the file, one has 64 bits: what follows is not in a sample.
    if (size < 8) break;
    at += size;
  }
  return { kinds: [], areAll: false };
}

/** Whether the bytes begin a frame of MPEG audio (ISO 11172-3) or AAC (ADTS, ISO 13818-7), and another after it or nothing. */
export function beginsWithFrames(sample: Buffer): boolean {
  const first = frameBytes(sample, 0);
  return first !== undefined && (first === sample.length || frameBytes(sample, first) !== undefined);
}

const bitratesOfVersion1 = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
];
const bitratesOfVersion2 = [
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const sampleRates = [44_100, 48_000, 32_000];

/** The length of the frame that begins there; undefined when none does. */
function frameBytes(sample: Buffer, at: number): number | undefined {
  if (at + 6 > sample.length || sample.readUInt16BE(at) < 0xff_e0) return undefined;
  const header = sample.readUInt32BE(at);
  const layer = (header >>> 17) & 3;
  if (layer === 0) {
    const bytes = (sample.readUIntBE(at + 3, 3) >>> 5) & 0x1f_ff;
    return (header & 0xff_f0_00_00) >>> 0 === 0xff_f0_00_00 && bytes >= 7 ? bytes : undefined;
  }
  const version = (header >>> 19) & 3;
  const rates = (version === 3 ? bitratesOfVersion1 : bitratesOfVersion2)[3 - layer];
  const kilobits = rates?.[(header >>> 12) & 15];
  const hertz = sampleRates[(header >>> 10) & 3];
  if (version === 1 || !kilobits || hertz === undefined) return undefined;
  const perSecond = version === 3 ? hertz : version === 2 ? hertz / 2 : hertz / 4;
  const padding = (header >>> 9) & 1;
  if (layer === 3) return (Math.floor((12_000 * kilobits) / perSecond) + padding) * 4;
  const samples = layer === 1 && version !== 3 ? 72_000 : 144_000;
  return Math.floor((samples * kilobits) / perSecond) + padding;
}
