import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { mp3, pictures, wave } from '../../../test/doubles/media-samples.ts';
import type { MediaType, OpenedFile } from '../../channels/content.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { fileTypeOf } from '../../platform/file-type.ts';
import { openFile } from './opened-file.ts';
import { createVoiceNotes, streamOf } from './voice-note.ts';

const folder = mkdtempSync(join(tmpdir(), 'opened-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
const patient = new AbortController().signal;

async function open(bytes: Uint8Array, wanted: MediaType | null, program = 'ffmpeg'): Promise<OpenedFile> {
  const voiceNotes = createVoiceNotes({ program, clock });
  const source = streamOf(
    (async function* () {
      for (let at = 0; at < bytes.length; at += 50_000) yield await Promise.resolve(bytes.subarray(at, at + 50_000));
    })(),
  );
  return openFile(source, { wanted, claim: { filename: 'given.bin' }, voiceNotes, signal: patient });
}

async function read(file: OpenedFile) {
  const bytes = await buffer(file.stream);
  return { ...file, bytes, ...(await file.described) };
}

describe('pictures', () => {
  test('are described upright, with a small JPEG', async () => {
    const sideways = await sharp({ create: { width: 400, height: 200, channels: 3, background: '#804020' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const file = await read(await open(sideways, null));
    expect(file).toMatchObject({ type: 'image', mimetype: 'image/jpeg', width: 200, height: 400, bytes: sideways });
    const thumbnail = await sharp(file.thumbnail ?? undefined).metadata();
    expect(thumbnail).toMatchObject({ format: 'jpeg', width: 50, height: 100 });
    expect(file.thumbnail?.length).toBeLessThan(5_000);
  });

  test('that nobody can read go as they are, without a description', async () => {
    const broken = pictures.png.subarray(0, 40);
    expect(await read(await open(broken, null))).toMatchObject({ bytes: broken, width: null, thumbnail: null });
  });

  test('become stickers', async () => {
    const file = await read(await open(pictures.jpeg, 'sticker'));
    expect(file).toMatchObject({ type: 'sticker', mimetype: 'image/webp', fileName: null });
    expect(await sharp(file.bytes).metadata()).toMatchObject({ format: 'webp', width: 512, height: 512 });
    const moving = await read(await open(pictures.animatedWebp, 'sticker'));
    expect(moving).toMatchObject({ isAnimated: true, bytes: pictures.animatedWebp, fileName: 'given.bin' });
  });
});

describe('sounds', () => {
  test('tell how long they are', async () => {
    const file = await read(await open(mp3(230), null));
    expect(file).toMatchObject({ type: 'audio', seconds: 6 });
  });

  test('become voice notes, those whose index comes last too', async () => {
    const recording = join(folder, 'recording.m4a');
    execFileSync('ffmpeg', ['-loglevel', 'error', '-i', 'pipe:0', recording], { input: wave({ seconds: 3 }) });
    const bytes = readFileSync(recording);
    expect(bytes.indexOf('moov')).toBeGreaterThan(bytes.indexOf('mdat'));
    for (const sound of [bytes, wave({ seconds: 3 })]) {
      const file = await read(await open(sound, 'voice'));
      expect(file).toMatchObject({ type: 'voice', mimetype: 'audio/ogg; codecs=opus', seconds: 3 });
      expect((await fileTypeOf(file.bytes)).mimetype).toBe('audio/ogg; codecs=opus');
    }
  });

  test('need ffmpeg for that; without it, or with what it cannot read, there is a sentence', async () => {
    await expect(open(wave({ seconds: 1 }), 'voice', '/no/such/program').then(read)).rejects.toMatchObject({
      code: 'media.needs_ffmpeg',
    });
    expect(await createVoiceNotes({ program: '/no/such/program', clock }).isAvailable()).toBe(false);
    expect(await createVoiceNotes({ clock }).isAvailable()).toBe(true);
    const broken = wave({ seconds: 1 }).fill(0xff, 20, 36);
    await expect(open(broken, 'voice').then(read)).rejects.toMatchObject({ code: 'media.not_convertible' });
    await expect(open(Buffer.from('%PDF-1.7\n'), 'voice')).rejects.toMatchObject({ code: 'media.wrong_type' });
  });

  test('nothing that a file names is opened: a playlist is no sound', async () => {
    const playlist = Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n');
    await expect(open(playlist, 'voice')).rejects.toMatchObject({ code: 'media.wrong_type' });
  });
});

test('an empty file, and one that ends with an error, are told', async () => {
  const empty = await open(Buffer.alloc(0), 'document');
  await expect(buffer(empty.stream)).rejects.toMatchObject({ code: 'media.empty' });
  await expect(empty.described).rejects.toThrow();
  const file = await open(pictures.jpeg, null);
  file.stream.destroy();
  await expect(file.described).rejects.toThrow('not read to its end');
});
