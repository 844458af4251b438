// The loader hooks in their own thread (Node 20): instruments ES modules there, and reports them to the main thread.

import { type LoaderThreadData, transformLoaded } from './loader.js';
import { IdAllocator } from './registry.js';
import { createTransform, type Transform } from './transform.js';

let transform: Transform = (_path, source) => source;

export function initialize({ settings, cells, port }: LoaderThreadData): void {
  transform = createTransform(settings, new IdAllocator(cells), (loaded) => port.postMessage(loaded));
  port.unref();
}

interface LoadResult {
  format?: string;
  source?: string | Uint8Array | null;
}

export async function load(
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => Promise<LoadResult>,
): Promise<LoadResult> {
  return transformLoaded(url, await next(url, context), transform);
}
