// Istanbul's counters in ES modules, through the loader's hooks.

import { fileURLToPath } from 'node:url';
import istanbul from './istanbul.cjs';

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (loaded.format !== 'module' || !url.startsWith('file:') || loaded.source == null) return loaded;
  return { ...loaded, source: istanbul.instrumented(fileURLToPath(url), String(loaded.source), true) };
}
