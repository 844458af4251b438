// The web app's few files, read once at the start and served from memory. They are the same for everybody and hold
// no data, so they are served without a token: the page itself asks for one.

import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

const BUNDLE_DIR = fileURLToPath(new URL('../../../bundle/web/', import.meta.url));
/** Nothing but what this collector serves; no inline script or style; no other page may show it in a frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');
const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Adds a route for each file of the bundle, index.html as "/". Returns the paths; none where nothing is bundled. */
export function serveStaticFiles(app: FastifyInstance): Set<string> {
  const paths = new Set<string>();
  for (const name of bundledFiles()) {
    const path = name === 'index.html' ? '/' : `/${name}`;
    const contentType = CONTENT_TYPES[extname(name)];
    if (contentType === undefined) continue;
    const content = readFileSync(join(BUNDLE_DIR, name));
    app.get(path, (_request, reply) =>
      reply
        .header('content-type', contentType)
        .header('cache-control', 'no-cache')
        .header('content-security-policy', POLICY)
        .header('referrer-policy', 'no-referrer')
        .header('x-content-type-options', 'nosniff')
        .send(content),
    );
    paths.add(path);
  }
  return paths;
}

function bundledFiles(): string[] {
  try {
    return readdirSync(BUNDLE_DIR);
  } catch {
    return [];
  }
}
