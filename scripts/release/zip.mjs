// Writes a small folder as a .zip, with nothing but zlib: deflate, UTF-8 names, one fixed date so that the same files
// give the same bytes. No ZIP64, no encryption, no links. PKWARE APPNOTE 6.3.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

const VERSION = 20;
const UTF8_NAMES = 0x800;
const DEFLATE = 8;
/** 1980-01-01 as MS-DOS has it. */
const DATE = 0x21;

/** Packs all files below `folder` into `outFile`, under the folder `name`. */
export async function zipFolder(folder, name, outFile) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const local = [];
  const central = [];
  let offset = 0;
  for (const path of paths.sort()) {
    const content = await readFile(path);
    const packed = deflateRawSync(content);
    const fileName = Buffer.from(`${name}/${path.slice(folder.length + 1).replaceAll('\\', '/')}`);
    const facts = Buffer.concat([
      u16(VERSION, UTF8_NAMES, DEFLATE, 0, DATE),
      u32(crc32(content), packed.length, content.length),
      u16(fileName.length, 0),
    ]);
    const header = Buffer.concat([u32(0x04034b50), facts, fileName]);
    local.push(header, packed);
    central.push(u32(0x02014b50), u16(VERSION), facts, u16(0, 0, 0), u32(0, offset), fileName);
    offset += header.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = [u32(0x06054b50), u16(0, 0, paths.length, paths.length), u32(directory.length, offset), u16(0)];
  await writeFile(outFile, Buffer.concat([...local, directory, ...end]));
}

function u16(...numbers) {
  const buffer = Buffer.alloc(2 * numbers.length);
  numbers.forEach((n, i) => {
    buffer.writeUInt16LE(n, 2 * i);
  });
  return buffer;
}

function u32(...numbers) {
  const buffer = Buffer.alloc(4 * numbers.length);
  numbers.forEach((n, i) => {
    buffer.writeUInt32LE(n, 4 * i);
  });
  return buffer;
}
