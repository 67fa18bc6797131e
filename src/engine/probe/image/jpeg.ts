import mozjpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import jpegJs from 'jpeg-js';
import { exifOrientation } from './exif.js';
import { checkSize, maxPixels, PictureError, type PictureHeader } from './header.js';
import { fromRgba, type Raster } from './raster.js';
import { wasmCodec, type WasmPicture } from './wasmModule.js';

interface Jpeg extends PictureHeader {
  components: number;
  /** Written with Adobe's marker: CMYK is stored inverted. */
  adobe: boolean;
}

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/** Each scan goes over the whole picture, so that a small file with thousands of them would take hours; encoders write about ten. */
const mostScans = 500;

/** Walks the markers to the end of the picture (ITU-T T.81, annex B). */
export function readJpeg(bytes: Uint8Array): Jpeg {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const cut = () => new PictureError('the file ends in the middle');
  let jpeg: Jpeg | null = null;
  let orientation = 1;
  let adobe = false;
  let scans = 0;
  for (let at = 2; ;) {
    at = buffer.indexOf(0xff, at);
    if (at < 0 || at + 1 >= buffer.length) throw cut();
    const marker = buffer[at + 1];
    // Stuffed zeros and restart markers belong to the pixels; repeated 0xff is filling.
    if (marker === 0 || (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01) at += 2;
    else if (marker === 0xff) at += 1;
    else if (marker === 0xd9) break;
    else {
      if (at + 4 > buffer.length) throw cut();
      const length = buffer.readUInt16BE(at + 2);
      if (length < 2) throw new PictureError('one of its markers has the wrong length');
      const body = buffer.subarray(at + 4, at + 2 + length);
      if (at + 2 + length > buffer.length) throw cut();
      if (isFrame(marker)) jpeg ??= readFrame(body);
      else if (marker === 0xda && ++scans > mostScans) throw new PictureError(`it has more than ${mostScans} scans`);
      else if (marker === 0xe1 && body.toString('latin1', 0, 4) === 'Exif') orientation = exifOrientation(body);
      else if (marker === 0xee && body.toString('latin1', 0, 5) === 'Adobe') adobe = true;
      at += 2 + length;
    }
  }
  if (!jpeg || !scans) throw new PictureError('it has no pixels');
  return { ...jpeg, orientation, adobe };
}

/** SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function readFrame(body: Buffer): Jpeg {
  if (body.length < 6) throw new PictureError('its header has the wrong length');
  const [precision, height, width, components] = [body[0], body.readUInt16BE(1), body.readUInt16BE(3), body[5]];
  if (precision !== 8) throw new PictureError(`it has ${precision} bits per colour; 8 are read`);
  if (![1, 3, 4].includes(components)) throw new PictureError(`it has ${components} colour components`);
  checkSize(width, height);
  return { format: 'jpeg', width, height, orientation: 1, components, adobe: false };
}

/** What the package's own types say of it needs the browser's types. */
interface Decoder {
  decode(bytes: Uint8Array, preserveOrientation: boolean): WasmPicture | null;
}

const codec = wasmCodec<Decoder>(mozjpeg, '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');

/**
 * The pixels as Pillow's `convert('RGB')` gives them, orientation not yet applied. Grey and YCbCr go through MozJPEG, whose
 * inverse transform and upsampling are libjpeg-turbo's, as Pillow's are: equal to the byte. CMYK and YCCK it cannot turn into
 * RGB; jpeg-js reads these, with another inverse transform: within one level for CMYK, two for
 * YCCK, where chroma is not subsampled.
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<Raster> {
  const { width, height, components, adobe } = readJpeg(bytes);
  if (components === 4) return decodeCmyk(bytes, adobe);
  const picture = await codec(width * height, (module) => module.decode(bytes, false));
  return fromRgba(picture.width, picture.height, picture.data, components === 1 ? 1 : 3);
}

/** As Pillow's `cmyk2rgb`: colour = (255 - K) - C (255 - K) / 255. */
function decodeCmyk(bytes: Uint8Array, adobe: boolean): Raster {
  // Only Adobe's marker says whether inks are stored inverted.
  if (!adobe) throw new PictureError("it is CMYK without Adobe's marker, which is not read");
  const { width, height, data } = jpegJs.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: true,
    maxResolutionInMP: maxPixels / 1e6,
    maxMemoryUsageInMB: 2048,
  });
  return { width, height, channels: 3, data };
}
