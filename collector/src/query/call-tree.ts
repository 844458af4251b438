// Grows the tree of where time goes: from functions whose time is known, down the calls between functions, level by
// level. A callee's time is split among its callers in proportion to what each spent in it; recursion ends where a
// function would stand below itself.

import type { CallTreeNode } from '@prodlens/protocol';
import type { CallTotals, KnownFunction } from '../store/store.js';
import { groupBy } from './group-by.js';

export interface TreeSources {
  /** The calls from and to these functions, of all deployments together. */
  calls(functionIds: number[]): Promise<CallTotals[]>;
  known(functionIds: number[]): Promise<KnownFunction[]>;
  /** All the time that each spent, whoever called it, ns. */
  totalNs(known: KnownFunction[]): Promise<Map<number, number>>;
}

/** A node that may still get children. */
export interface GrowingNode {
  node: CallTreeNode;
  functionId: number;
  /** Of the functions above it and its own. */
  path: ReadonlySet<number>;
}

const LEVELS = 8;
const NODES = 400;
/** Of the root's time: what is thinner is not seen. */
const THINNEST_SHARE = 0.003;

/** Adds children to the nodes, in place. `rootNs`: the time that the whole stands for. */
export async function growTree(roots: GrowingNode[], rootNs: number, sources: TreeSources): Promise<void> {
  let level = roots;
  let nodes = roots.length;
  for (let depth = 0; depth < LEVELS && level.length > 0 && nodes < NODES; depth++) {
    const callerIds = [...new Set(level.map(({ functionId }) => functionId))];
    const calls = (await sources.calls(callerIds)).filter(({ callerId }) => callerIds.includes(callerId));
    const known = new Map((await sources.known(ends(calls))).map((f) => [f.functionId, f]));
    const totalNs = await sources.totalNs([...known.values()]);
    const byCaller = groupBy(calls, ({ callerId }) => callerId);
    const next: GrowingNode[] = [];
    for (const { node, functionId, path } of level) {
      const callerNs = totalNs.get(functionId) ?? 0;
      const scale = callerNs > 0 ? Math.min(1, node.totalNs / callerNs) : 0;
      for (const [calleeId, parts] of groupBy(byCaller.get(functionId) ?? [], (c) => c.calleeId)) {
        const callee = known.get(calleeId);
        const ns = parts.reduce((sum, { sumNs }) => sum + sumNs, 0) * scale;
        if (callee === undefined || path.has(calleeId) || ns < rootNs * THINNEST_SHARE) continue;
        const times = parts.reduce((sum, part) => sum + part.calls, 0) * scale;
        const child = treeNode(callee, ns, Math.round(times));
        node.children.push(child);
        next.push({ node: child, functionId: calleeId, path: new Set([...path, calleeId]) });
      }
      node.children.sort((a, b) => b.totalNs - a.totalNs);
    }
    next.sort((a, b) => b.node.totalNs - a.node.totalNs);
    level = next.slice(0, Math.max(0, NODES - nodes));
    nodes += next.length;
  }
}

/** A node without children yet. `totalNs`: inside its calls, callees included. */
export function treeNode(known: KnownFunction, totalNs: number, calls: number): CallTreeNode {
  const { identity: id, name, file, line, package: owner } = known;
  return { id, name, file, line, package: owner, totalNs, calls, children: [] };
}

function ends(calls: CallTotals[]): number[] {
  return [...new Set(calls.flatMap(({ callerId, calleeId }) => [callerId, calleeId]))];
}
