// For tests: a test that is given a running server, and is skipped where that is not installed.

import { test } from 'node:test';
import type { Server } from './servers.js';

export function onServer(name: string, starting: () => Promise<Server | null>, run: (port: string) => Promise<void>) {
  test(name, async (t) => {
    const server = await starting();
    if (server === null) return t.skip('its server is not installed');
    try {
      await run(String(server.port));
    } finally {
      await server.stop();
    }
  });
}
