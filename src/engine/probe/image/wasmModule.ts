import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Pictures above this leave the codec's memory, which never shrinks, so large that it is dropped and made anew. */
const keepBelow = 16_000_000;

/**
 * A codec compiled to WebAssembly by Emscripten, made when it is first needed. The `.wasm` lies beside the bundle, where the
 * build copies it, or in its package.
 *
 * @param factory Emscripten's module factory
 * @param specifier the .wasm's place in its package, such as `@jsquash/webp/codec/dec/webp_dec.wasm`
 */
export function wasmCodec<Module>(
  factory: (options: object) => Promise<Module>,
  specifier: string,
): (pixels: number, use: (module: Module) => WasmPicture | null) => Promise<WasmPicture> {
  let module: Promise<Module> | null = null;
  let complaint = '';
  const make = async (): Promise<Module> =>
    factory({
      wasmBinary: await readFile(wasmFile(specifier)),
      noInitialRun: true,
      // The codecs speak to the console; what they say becomes the error's text.
      print: () => {},
      printErr: (text: string) => (complaint = text),
    });
  return async (pixels, use) => {
    const codec = await (module ??= make());
    complaint = '';
    try {
      const picture = use(codec);
      if (!picture) throw new Error(complaint || 'it cannot be decoded');
      if (pixels > keepBelow) module = null;
      return picture;
    } catch (error) {
      // What a failure leaves behind in the codec's memory is not known.
      module = null;
      throw error instanceof Error && !complaint ? error : new Error(complaint || 'it cannot be decoded');
    }
  };
}

/** RGBA, 8 bits. */
export interface WasmPicture {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

function wasmFile(specifier: string): URL | string {
  const beside = new URL(`./${specifier.slice(specifier.lastIndexOf('/') + 1)}`, import.meta.url);
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(specifier);
}
