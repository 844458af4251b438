// Versions of Node that a test asks for, as scripts/installs/nodes.mjs finds or, in `npm test`, has installed them.

const { findNode } = (await import(new URL('../../scripts/installs/nodes.mjs', import.meta.url).href)) as {
  findNode(major: 22 | 24): Promise<string | null>;
};

/** By major version; null where this machine has none. The Node that runs is there under its own. */
export const NODES: Record<'22' | '24', string | null> = { 22: await findNode(22), 24: await findNode(24) };
