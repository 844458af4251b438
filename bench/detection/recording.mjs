// The recorded windows of the example service, as record.mjs wrote them.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

export const RECORDED = fileURLToPath(new URL('./recorded/order-service.json.br', import.meta.url));

/** { functions, deployments } as record.mjs says. */
export function readRecording() {
  return JSON.parse(brotliDecompressSync(readFileSync(RECORDED)).toString());
}
