import { UserError } from '../../../shared/userError.js';

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp';

/** What a picture's file says of it before a single pixel is decoded. */
export interface PictureHeader {
  format: PictureFormat;
  width: number;
  height: number;
  /** EXIF orientation, 1..8; 1 where none is given. */
  orientation: number;
}

/** Why the bytes are not a picture that can be read; the caller adds the file's name. */
export class PictureError extends Error {}

/** Above this a small file that claims a huge picture would take gigabytes; Pillow warns at 89 megapixels. */
export const maxPixels = 100_000_000;

/** Refuses sizes that no picture has, before anything is allocated for them. */
export function checkSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new PictureError(`it says it is ${width} × ${height} pixels`);
  if (width * height > maxPixels) {
    throw new PictureError(
      `it has ${width} × ${height} = ${Math.round((width * height) / 1e6)} megapixels, and more than 100 are not read`,
    );
  }
}

/** The sentence for the user: which file, what is wrong. */
export function unreadable(file: string, error: unknown): UserError {
  // A decoder that trips over the bytes says nothing that helps; what it complains of does.
  const complaint = error instanceof Error && error.constructor === Error ? ` (${error.message})` : '';
  const why = error instanceof PictureError ? error.message : `it is damaged${complaint}`;
  return new UserError(`${file}: not a picture that can be read: ${why}`, {
    hint: 'JPEG, PNG, WebP, GIF and BMP are read; save it again as one of these',
    code: 'probe/picture',
    cause: error,
  });
}
