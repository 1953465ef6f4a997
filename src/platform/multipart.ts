import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { callbackify } from 'node:util';
import type { RequestHandler } from 'express';
import multer from 'multer';
import { AppError, invalidField } from './errors.ts';

export interface UploadedPart {
  /** Ends with an error when the request does. */
  bytes: Readable;
  filename: string | undefined;
  mimetype: string;
}

export interface MultipartOptions<T> {
  /** The field that may hold a file, one at most. */
  fileField: string;
  /** Turns the file into a value while it comes; that takes the field's place. It decides how large a file may be. */
  take: (file: UploadedPart) => Promise<T>;
  /** Undoes `take`, where something is wrong with what follows. */
  discard: (value: T) => Promise<void>;
  signal: AbortSignal;
}

const limits = { files: 1, fields: 50, fieldNameSize: 100, fieldSize: 100_000, headerPairs: 50 };

/** The fields of a `multipart/form-data` request: texts, lists of texts where a name comes again, and the file. */
export async function readMultipart<T>(
  request: IncomingMessage,
  options: MultipartOptions<T>,
): Promise<Record<string, unknown>> {
  const { fileField, take, discard, signal } = options;
  let taken: { value: T } | undefined;
  const storage: multer.StorageEngine = {
    _handleFile(_request, { stream, originalname, mimetype }, done) {
      const taking = async (): Promise<void> => {
        taken = { value: await take({ bytes: stream, filename: originalname || undefined, mimetype }) };
      };
      callbackify(taking)((error) => {
        // What nobody takes is read all the same: the answer comes once the form is over.
        if (error) stream.resume();
        done(error, {});
      });
    },
    _removeFile: (_request, _file, done) => done(null),
  };
  const read = multer({ storage, limits, defParamCharset: 'utf8' }).single(fileField);
  const parsed = request as Parameters<RequestHandler>[0];
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(cutOff()), { once: true });
      request.once('close', () => {
        if (!request.complete) reject(cutOff());
      });
      // It takes nothing of the answer.
      read(parsed, {} as Parameters<RequestHandler>[1], (error: unknown) => {
        if (error === undefined || error === null) resolve();
        else reject(asProblem(error, fileField));
      });
    });
  } catch (error) {
    if (taken) await discard(taken.value);
    throw error;
  }
  const fields = { ...(parsed.body as Record<string, unknown>) };
  return taken ? { ...fields, [fileField]: taken.value } : fields;
}

function asProblem(error: unknown, fileField: string): Error {
  if (error instanceof AppError) return error;
  if (error instanceof multer.MulterError) {
    const field = error.field ?? fileField;
    if (error.code === 'LIMIT_UNEXPECTED_FILE')
      return invalidField(field, `is not a field for a file; that is ${fileField}`);
    if (error.code === 'LIMIT_FILE_COUNT') return invalidField(fileField, 'may hold one file');
    if (error.code === 'LIMIT_FIELD_VALUE') return invalidField(field, 'is too long');
    return malformed(`The form is not in order (${error.code}).`, error);
  }
  return malformed('The form ended early or is not in order.', error);
}

function cutOff(): AppError {
  return malformed('The form ended early.');
}

function malformed(detail: string, cause?: unknown): AppError {
  return new AppError('request.malformed_body', { status: 400, detail, cause });
}
