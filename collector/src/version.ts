// The collector's own version, as its package.json has it.

import { readFileSync } from 'node:fs';

const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export const COLLECTOR_VERSION = manifest.version;
