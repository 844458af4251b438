// For tests: other versions of Node than the one that runs, as scripts/installs/nodes.mjs finds or, in `npm test`, has installed.

const { findNode } = (await import(new URL('../../../scripts/installs/nodes.mjs', import.meta.url).href)) as {
  findNode(major: 22 | 24): Promise<string | null>;
};

/** Paths by major version; null where this machine has none. */
export const NODES: Record<'22' | '24', string | null> = { 22: await findNode(22), 24: await findNode(24) };
